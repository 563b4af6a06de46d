#!/usr/bin/env bash
# tests/run.sh [--full] [--asan] [--tsan] [-L LABEL]
# Installs what is missing (cmake/deps.sh), then configures, builds and tests: cmake --workflow
# --preset check. Then, where asked for, the same tests under sanitizers:
#   --asan      address and undefined behaviour
#   --tsan      data races
#   --full      both, every public header compiled alone, and the long forms of tests
#   -L LABEL    of the sanitizer runs, only tests with this label (unit, oracle, e2e, slow)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}

usage() {
  sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit "$1"
}

headers=
sanitizers=()
label=()
while [ $# -gt 0 ]; do
  case $1 in
    --full) headers=yes sanitizers=(asan tsan); export FAASCAST_FULL=1 ;;
    --asan | --tsan) sanitizers+=("${1#--}") ;;
    -L) [ $# -gt 1 ] || usage 2 >&2; label=(-L "$2"); shift ;;
    -h | --help) usage 0 ;;
    *) echo "tests/run.sh: unknown option '$1'" >&2; usage 2 >&2 ;;
  esac
  shift
done

step="starting"
finish() {
  local code=$?
  [ $code -eq 0 ] || echo "tests/run.sh: $step failed (exit code $code)" >&2
  exit $code
}
trap finish EXIT

step="installing the packages of groups build, core, test, python and notebook"
cmake/deps.sh build core test python notebook

step="the check workflow"
# In CI warnings are errors (CI=true); elsewhere another compiler may know new ones.
cmake --preset release -DFAASCAST_WERROR="${CI:+ON}" >/dev/null
cmake --workflow --preset check

if [ -n "$headers" ]; then
  step="compiling each header alone"
  cmake --build --preset release --target all_verify_interface_header_sets
fi

# Without halt_on_error the undefined-behaviour sanitizer reports and lets the test pass.
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
for sanitizer in ${sanitizers[@]+"${sanitizers[@]}"}; do
  step="the $sanitizer build"
  cmake --preset "$sanitizer"
  cmake --build --preset "$sanitizer"
  step="testing under $sanitizer"
  ctest --preset "$sanitizer" ${label[@]+"${label[@]}"}
done
echo "tests/run.sh: all passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
