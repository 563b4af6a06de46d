#!/usr/bin/env bash
# cmake/deps.sh GROUP...
# Installs what this machine lacks of the named groups of cmake/apt-packages.txt. Touches neither
# the network nor root's rights when nothing is missing, so it may run before every build.
#
# Exit: 0 everything is there, 2 bad usage, 3 something is missing and cannot be installed here.
# Environment: FAASCAST_DEPS=skip       asks nothing, installs nothing
#              FAASCAST_APT_LISTS=DIR   where apt keeps its package lists
set -euo pipefail

table=$(dirname "${BASH_SOURCE[0]}")/apt-packages.txt
lists=${FAASCAST_APT_LISTS:-/var/lib/apt/lists}

usage() {
  echo "usage: cmake/deps.sh GROUP...   groups: $(sed -n 's/^\[\(.*\)\]$/\1/p' "$table" | paste -sd ' ')" >&2
  exit 2
}

cannot() {
  echo "cmake/deps.sh: $1; missing: ${missing[*]}" >&2
  exit 3
}

packages_of() {
  awk -v group="[$1]" '
    { sub(/#.*/, "") }
    /^\[/ { inside = ($1 == group); if (inside) found = 1; next }
    inside && NF { print $1 }
    END { exit !found }' "$table"
}

installed() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
}

lists_are_fresh() {
  [ -n "$(find "$lists" -maxdepth 1 -name '*_Packages*' -print -quit 2>/dev/null)" ] &&
    [ -n "$(find "$lists" "$lists/partial" -maxdepth 0 -mmin -1440 -print -quit 2>/dev/null)" ]
}

[ $# -gt 0 ] || usage
wanted=()
for group in "$@"; do
  names=$(packages_of "$group") || { echo "cmake/deps.sh: no group '$group'" >&2; usage; }
  mapfile -t -O "${#wanted[@]}" wanted <<<"$names"
done
[ "${FAASCAST_DEPS:-}" != skip ] || exit 0

missing=("${wanted[@]}")
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  cannot "not a Debian system: install these or their like yourself and set FAASCAST_DEPS=skip"
fi
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
                                <(installed "${wanted[@]}" | sort -u))
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || cannot "neither root nor sudo to install with"
  as_root=(sudo)
  [ -t 0 ] || as_root=(sudo -n)
  "${as_root[@]}" true 2>/dev/null || cannot "sudo refused, so nothing can be installed"
fi
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

echo "cmake/deps.sh: installing ${missing[*]}" >&2
if ! lists_are_fresh; then
  apt_get update >&2 || cannot "apt-get update failed"
fi
apt_get install -y --no-install-recommends "${missing[@]}" >&2 || cannot "apt-get install failed"
