#!/usr/bin/env bash
# Installs what `make test-long` takes from npm, the checker of HTML, into tests/long/node_modules:
# the versions of tests/long/package-lock.json, each checked by its hash, without running anything
# of theirs. Named in one line when that cannot be; a failure only with CI=true.
set -euo pipefail
cd "$(dirname "$0")/../tests/long"

stamp=node_modules/installed.sha256
sha256sum --check --status "$stamp" 2>/dev/null && exit 0

give_up() {
    echo "Missing: the checker of HTML. $1" >&2
    [ "${CI:-}" != true ] && exit 0
    exit 1
}

command -v npm >/dev/null || give_up "It needs npm."
echo "Installing tests/long/package-lock.json"
npm ci --ignore-scripts --no-audit --no-fund --silent || give_up "npm could not install it."
sha256sum package-lock.json >"$stamp"
