#!/usr/bin/env bash
# Run the steps of the Dockerfile without Docker, in a clean root: a folder in which only /usr is this
# machine's, and read-only. Then run the image's program as compose.yaml does: as the image's user, in a
# read-only root in which only the workspace and /tmp can be written to.
#
# Needs root and Linux; says so and does nothing elsewhere. PYTHON stands in for the image's Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ $EUID -ne 0 ]] || ! unshare --mount true 2>/dev/null; then
    echo "try_image: needs root and mount namespaces; left out" >&2
    exit 0
fi
if [[ -z ${IN_NAMESPACE:-} ]]; then
    IN_NAMESPACE=1 exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$@"
fi

PYTHON=${PYTHON:-/usr/bin/python3}
if [[ $PYTHON != /usr/* || ! -x $PYTHON ]]; then
    echo "try_image: needs a Python below /usr, not $PYTHON; left out" >&2
    exit 0
fi
if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
    echo "try_image: $PYTHON cannot make virtual environments; left out" >&2
    exit 0
fi
work=$(mktemp -d)
if ! { mount --bind -o ro /usr "$work" && umount "$work" && mount --rbind /proc "$work" &&
    umount -R "$work" && mount -t tmpfs tmpfs "$work" && umount "$work"; } 2>/dev/null; then
    rmdir "$work" 2>/dev/null || true
    echo "try_image: may not mount folders here; left out" >&2
    exit 0
fi
trap 'umount -R "$work"/*/ "$work"/*/{proc,dev,usr} 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT

make_root() {
    mkdir -p "$1"/{usr,proc,dev,etc/default,opt,root,home,tmp,letter}
    chmod 755 "$work" "$1"
    chmod 1777 "$1/tmp"
    mount --bind -o ro /usr "$1/usr"
    mount --rbind /proc "$1/proc"
    mount --rbind /dev "$1/dev"
    for name in bin sbin lib lib64; do
        [[ ! -e /$name ]] || ln -s "usr/$name" "$1/$name"
    done
    for name in passwd group shadow gshadow login.defs default/useradd resolv.conf hosts \
        nsswitch.conf ld.so.cache ssl ca-certificates pip.conf; do
        [[ ! -e /etc/$name ]] || cp -aL "/etc/$name" "$1/etc/$name"
    done
}

copy_context() { # what .dockerignore lets through
    mkdir -p "$1"
    sed -n 's/^!//p' .dockerignore | while read -r name; do cp -a "$name" "$1/"; done
    find "$1" \( -name __pycache__ -o -name .mailer \) -prune -exec rm -rf {} +
}

inside() { # ROOT USER COMMAND...
    local pip=()
    mapfile -t pip < <(env | grep -E '^(PIP_|https?_proxy|no_proxy|SSL_CERT_FILE|HTTPS?_PROXY)' || true)
    env -i "${pip[@]}" "${variables[@]}" HOME="$3" LANG=C.UTF-8 \
        chroot --userspec="$2" "$1" "${@:4}"
}

root="" stage="" user=root home=/root
variables=("PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin")
while read -r verb rest; do
    case $verb in
    FROM)
        stage=${rest##* AS }
        [[ $stage != "$rest" ]] || stage=final
        root=$work/$stage
        make_root "$root"
        ;;
    COPY)
        read -r -a words <<<"$rest"
        if [[ ${words[0]} == --from=* ]]; then
            mkdir -p "$root$(dirname "${words[2]}")"
            cp -a "$work/${words[0]#--from=}${words[1]}" "$root${words[2]}"
        else
            copy_context "$root${words[1]}"
        fi
        ;;
    RUN)
        echo "try_image: $rest"
        [[ $rest != python\ * ]] || rest="$PYTHON ${rest#python }"
        rmdir "$root/letter" 2>/dev/null || true # useradd makes it
        inside "$root" root /root sh -c "cd /; $rest" </dev/null >"$work/log" 2>&1 || {
            cat "$work/log" >&2
            exit 1
        }
        ;;
    ENV)
        for pair in $rest; do variables+=("${pair/\$PATH/${variables[0]#PATH=}}"); done
        ;;
    USER) user=$rest ;;
    WORKDIR) home=$rest ;;
    esac
done < <(grep -v '^#' Dockerfile)

[[ $user != root ]]
uid=$(awk -F: -v name="$user" '$1 == name {print $3 ":" $4}' "$root/etc/passwd")
mkdir "$root.ro"
mount --rbind "$root" "$root.ro"
mount -o remount,bind,ro "$root.ro"
mount --bind "$root$home" "$root.ro$home"
mount -t tmpfs -o mode=1777 tmpfs "$root.ro/tmp"
root=$root.ro

program() { inside "$root" "$uid" "$home" sh -c "cd $home; exec \"\$@\"" sh "$@"; }
! program sh -c 'touch /opt/mailer/x' 2>/dev/null
program mailer --version
program mailer init "$home" --email me@example.org --postal-address "1 Street"
program mailer demo --exit >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
grep -q "the books balance" "$work/log"
echo "try_image: the demo runs as $user ($uid); $(du -sm "$root/opt/mailer" | cut -f1) MB"
