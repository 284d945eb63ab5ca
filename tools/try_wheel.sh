#!/usr/bin/env bash
# Builds the wheel and the sdist, installs the wheel as its users do, into an environment without
# development tools, and runs the demo from it, outside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
checkout=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip --disable-pip-version-check)
"${pip[@]}" install --quiet build
"$work/venv/bin/python" -m build --outdir "$work/dist" . >"$work/build.log" || {
    cat "$work/build.log" >&2
    exit 1
}
rm -rf "$work/venv"
"${PYTHON:-python3}" -m venv "$work/venv"
"${pip[@]}" install --quiet --constraint "$checkout/constraints.txt" "$work"/dist/*.whl
"${pip[@]}" check
mkdir "$work/elsewhere"
cd "$work/elsewhere"
env -u PYTHONPATH "$work/venv/bin/mailer" demo --exit
echo "installed: $(du -sm "$work/venv" | cut -f1) MB"
