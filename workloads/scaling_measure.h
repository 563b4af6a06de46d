#pragma once

#include "workloads/ready_model.h"

namespace faascast {

/// Fills profile.batches: CPU time of an inference for each of options.batches, in rising order, as
/// long as the model takes them and options.max_seconds last.
/// @pre profile.samples_ns is filled
void measure_batches(const LoadModel& load, const ProfileOptions& options,
                     ExecutionProfile& profile);

/// Fills profile.threads: wall time on 1, 2, 4, ... up to options.threads threads, within
/// options.max_seconds; nothing where one thread is asked for or a batch cannot be split.
void measure_threads(const LoadModel& load, const ProfileOptions& options,
                     ExecutionProfile& profile);

}  // namespace faascast
