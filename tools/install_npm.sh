#!/usr/bin/env bash
# Puts what some tests compare with into .npm/, which git ignores: nothing of it ships.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npm install --prefix .npm --no-audit --no-fund --no-save --loglevel=error \
    mjml@4.18.0 axe-core@4.14.1
