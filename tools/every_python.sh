#!/usr/bin/env bash
# Runs tests and the demo on every Python from 3.11 that this machine has, each in a virtual
# environment of its own: tools/every_python.sh [PYTEST ARGUMENT ...]
# Warnings are errors in both. A Python that is not done within SECONDS_EACH (default 3600) has failed.
# EXCEPT=3.11 leaves one out; ONLY=newest tries only the newest of the rest.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds_each="${SECONDS_EACH:-3600}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
[[ $# -gt 0 ]] || set -- tests

find_pythons() {
    # One of each version: those on PATH, then those of pyenv, which its shims may hide.
    local python version
    for python in $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -uV) \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3; do
        version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue
        [[ $version != "${EXCEPT:-}" ]] || continue
        echo "$version $("$python" -c 'import sys; print(sys.executable)')"
    done | sort -V | awk '!seen[$1]++' | if [[ ${ONLY:-} == newest ]]; then tail -n 1; else cat; fi
}

try() {
    make --silent VENV="$folder/$1" PYTHON="$2" setup &&
        "$folder/$1/bin/pytest" -q -rs --color=no --basetemp="$folder/tmp-$1" -n 2 "${@:3}" &&
        PYTHONWARNINGS=error "$folder/$1/bin/mailer" demo --exit >"$folder/demo-$1"
}
export -f try
export folder

failed=()
while read -r version python; do
    echo "== Python $version ($python)"
    timeout --kill-after=60 "$seconds_each" bash -c 'try "$@"' try "$version" "$python" "$@" </dev/null ||
        failed+=("$version")
done < <(find_pythons)
[[ ${#failed[@]} -eq 0 ]] || { echo "failed on Python ${failed[*]}" >&2; exit 1; }
