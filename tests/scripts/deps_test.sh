#!/usr/bin/env bash
# cmake/deps.sh against a made-up package system: dpkg-query, apt-get, id and sudo are scripts that
# read and write files of a temporary folder, so that nothing is installed and no network is used.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "${work:?}"' EXIT
mkdir -p "$work/bin" "$work/lists/partial"

stub() { # stub NAME <<BODY
  { echo "#!$BASH" && cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
for tool in awk bash cat comm dirname env find grep paste sed sort; do
  ln -s "$(type -P "$tool")" "$work/bin/$tool"
done
stub dpkg-query <<'EOF'
status=0
for name in "${@:4}"; do # after -W -f FORMAT
  if grep -qx -- "$name" "$WORK/installed"; then echo "installed $name"; else status=1; fi
done
exit $status
EOF
stub apt-get <<'EOF'
echo "$*" >>"$WORK/calls"
[[ " $* " != *" $(cat "$WORK/failing") "* ]] || exit 100
[[ " $* " == *" install "* ]] || exit 0
names=${*##*--no-install-recommends }
for name in $names; do echo "$name" >>"$WORK/installed"; done
EOF
stub id <<'EOF'
cat "$WORK/uid"
EOF

failures=0
code=0
skip=
fresh_machine() { # a root user, fresh lists, and of group [build] only g++ and cmake
  rm -f "$work/bin/sudo"
  : >"$work/calls"
  touch "$work/lists/deb_main_Packages" "$work/lists/partial" "$work/lists"
  printf 'g++\ncmake\n' >"$work/installed"
  echo 0 >"$work/uid"
  echo nothing >"$work/failing"
}
deps() { # deps GROUP...: output in $work/out, exit code in $code
  code=0
  env -i PATH="$work/bin" WORK="$work" FAASCAST_APT_LISTS="$work/lists" FAASCAST_DEPS="$skip" \
    "$BASH" "$root/cmake/deps.sh" "$@" >"$work/out" 2>&1 </dev/null || code=$?
}
expect() { # expect CLAIM COMMAND...
  local claim=$1
  shift
  if "$@"; then
    echo "ok: $claim"
  else
    echo "FAILED: $claim (exit code $code)"
    sed 's/^/  | /' "$work/out" "$work/calls"
    failures=$((failures + 1))
  fi
}
exited() { [ "$code" -eq "$1" ]; }
called() { grep -q -e "$1" "$work/calls"; }
said() { grep -q -e "$1" "$work/out"; }
not() { ! "$@"; }
one_line() { [ "$(wc -l <"$work/out")" -eq 1 ]; }
silent() { [ ! -s "$work/out" ]; }
idle() { [ ! -s "$work/calls" ]; }
the_install='install -y --no-install-recommends ccache ninja-build$'

fresh_machine
deps build
expect "installs what is missing and nothing else" called "$the_install"
expect "leaves fresh lists alone" not called update
expect "says what it installs" said 'installing ccache ninja-build'
expect "ends well" exited 0
: >"$work/calls"
deps build
expect "a second run ends well" exited 0
expect "a second run calls nothing" idle
expect "a second run says nothing" silent

fresh_machine
touch -d '2 days ago' "$work/lists/partial" "$work/lists"
deps build
expect "refreshes lists older than a day" called update
expect "and then installs" called "$the_install"

fresh_machine
rm "$work/lists/deb_main_Packages"
deps build
expect "refreshes absent lists" called update

fresh_machine
echo update >"$work/failing"
rm "$work/lists/deb_main_Packages"
deps build
expect "a failed refresh exits 3" exited 3
expect "and installs nothing" not called install

fresh_machine
echo install >"$work/failing"
deps build
expect "a failed install exits 3" exited 3
expect "and names what is missing" said 'missing: ccache ninja-build$'

fresh_machine
echo 1000 >"$work/uid"
deps build
expect "neither root nor sudo exits 3" exited 3
expect "in one line" one_line
expect "that names what is missing" said 'sudo.*missing: ccache ninja-build$'
expect "without calling apt-get" idle

stub sudo <<'EOF'
echo "sudo: a password is required" >&2
exit 1
EOF
deps build
expect "a sudo that refuses exits 3" exited 3
expect "in one line" one_line

ln -s "$(type -P true)" "$work/bin/true"
stub sudo <<'EOF'
[ "$1" != -n ] || shift
exec "$@"
EOF
deps build
expect "a sudo that agrees installs" called "$the_install"

fresh_machine
rm "$work/bin/apt-get"
deps build
expect "another system exits 3" exited 3
expect "in one line" one_line
expect "that says so" said 'not a Debian system.*missing: g++ cmake'
skip=skip
deps build
expect "FAASCAST_DEPS=skip asks nothing" exited 0
skip=

deps no-such-group
expect "an unknown group exits 2" exited 2
expect "and lists the groups" said 'groups: build core test'
deps
expect "no group exits 2" exited 2

[ "$failures" -eq 0 ]
