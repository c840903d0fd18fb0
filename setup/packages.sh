#!/usr/bin/env bash
# Installs the Debian packages of setup/packages-LIST.txt that are missing, where it may.
#   setup/packages.sh run     without them the portal cannot run: failure when one is missing
#   setup/packages.sh test    (and long) named in one line when missing; a failure only with CI=true
set -euo pipefail
list=${1:?run, test or long}
file="$(dirname "$0")/packages-$list.txt"

missing=()
while read -r package probe; do
    case $package in '' | '#'*) continue ;; esac
    if [ -n "$probe" ] && eval "$probe" >/dev/null 2>&1; then
        continue
    fi
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
    fi
done <"$file"
[ ${#missing[@]} -gt 0 ] || exit 0

give_up() {
    echo "Missing: ${missing[*]}. $1" >&2
    [ "$list" != run ] && [ "${CI:-}" != true ] && exit 0
    exit 1
}

command -v apt-get >/dev/null || give_up "This is not Debian: install what corresponds to them."
if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo)
else
    give_up "As root: apt-get install ${missing[*]}"
fi

echo "Installing from Debian: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}
# The list of packages may be old or, on a bare machine, empty.
if ! { "${as_root[@]}" apt-get update --quiet && install; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    give_up "apt-get could not install them."
fi
