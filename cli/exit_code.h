#pragma once

namespace faascast {

/// What the shell sees. Part of the contract: see README.md.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,            ///< the run failed: disk full, out of memory
  kBadInput = 2,          ///< bad usage or input
  kObjectiveMissed = 99,  ///< with --require
  kInterrupted = 130,     ///< stopped by Ctrl-C; partial results say so
};

}  // namespace faascast
