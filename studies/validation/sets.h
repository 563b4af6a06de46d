#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "studies/validate.h"
#include "studies/validation/blind.h"

namespace faascast {

/// What the data sets add to a report.
struct Validation {
  std::vector<ArithmeticCheck> arithmetic{};
  std::vector<BlindRow> blind{};
  std::vector<std::string> notes{};
};

/// What SeBS teaches of scaling with memory, of tails and of cold handlers: also what rows of the
/// user are predicted from.
struct MemoryLessons {
  std::vector<Case> warm{};  ///< handler p50 by memory, from the one at 1024 MB
  std::vector<Case> tail{};  ///< p99 / p50 - 1
  std::vector<Case> cold{};  ///< cold handler p50 by memory, from the one at 1024 MB
};

// Each reads what it needs below `measured`; where that is not there it adds a note and no rows.
[[nodiscard]] MemoryLessons add_sebs(const std::filesystem::path& measured, Validation& out);
void add_cpu_by_memory(const std::filesystem::path& measured, Validation& out);
void add_mxnet_models(const std::filesystem::path& measured, Validation& out);
void add_cold_starts(const std::filesystem::path& measured, Validation& out);
void add_azure_bursts(const std::filesystem::path& measured, Validation& out);
/// @param seed of the simulated replications
void add_lambda_runs(const std::filesystem::path& measured, std::uint64_t seed, Validation& out);
void add_arithmetic(const std::filesystem::path& measured, Validation& out);

/// A set of the user, one configuration of one function a row. Columns: `platform`, `function`,
/// `memory_mb`; what is known of the function: `cpu_s` (CPU time on one whole vCPU), or
/// `reference_memory_mb` and `reference_s` (its warm median there); `cold_reference_s` (its cold
/// median there; needs reference_memory_mb); what was measured, any of `warm_p50_s`, `warm_p99_s`,
/// `cold_p50_s`; `vcpu` where the platform lets it be chosen. Empty cells are absent.
/// @throws InputError with every wrong row
void add_user_rows(const std::filesystem::path& file, const MemoryLessons& lessons,
                   Validation& out);

/// How much longer one thread's CPU time takes on a configuration: 1 / min(1, vCPU).
/// @throws InputError for an unknown platform or a memory that it does not sell
[[nodiscard]] double stretch_on(const std::string& platform, std::int64_t memory_mb,
                                std::optional<double> vcpu = {});
/// Whether the platform slows a cold handler down with its share.
[[nodiscard]] bool throttles_cold(const std::string& platform);

}  // namespace faascast
