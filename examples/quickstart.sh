#!/usr/bin/env bash
# From a fresh checkout to a first answer: installs what is missing (cmake/deps.sh), builds the
# program and runs its main job: measure two models on this machine, run a bursty day of traffic
# against four serverless platforms and two servers, and find where servers become cheaper than one
# of the platforms. Safe to repeat: a second run installs and builds nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

step="starting"
build_log=$(mktemp)
finish() {
  local code=$?
  rm -f "$build_log"
  [ $code -eq 0 ] || echo "examples/quickstart.sh: $step failed (exit code $code); the reason is above" >&2
  exit $code
}
trap finish EXIT

step="installing the packages of groups build and core"
cmake/deps.sh build core

step="building"
echo "Building build/release/bin/faascast (some minutes the first time) ..." >&2
{ cmake --preset quickstart && cmake --build build/release --target faascast; } >"$build_log" 2>&1 ||
  { tail -n 30 "$build_log" >&2 && false; }

show() { # show ARGUMENTS: the command as a user would type it, then what it prints
  step="faascast $*"
  echo
  echo "\$ faascast $*"
  build/release/bin/faascast "$@"
}
show profile logreg-mnist-odd
show profile dqn-cartpole
show run examples/scenarios/quickstart.toml
show breakeven examples/scenarios/quickstart.toml --serverless google-cloud-run
