#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "input/toml_file.h"
#include "sim-core/arrivals.h"
#include "sim-core/units.h"

namespace faascast {

/// Where the requests of a minute count fall inside their minute. Every rule keeps the counts.
enum class Spread : std::uint8_t {
  /// Independent uniform instants: given its count, exactly a Poisson process. A function with a
  /// timer trigger is periodic instead (as kEquidistant).
  kUniform,
  /// Exponential gaps scaled to fill the minute, the first request at its start (the rule of
  /// In-Vitro and of the ATC'20 paper). All functions burst at minute boundaries.
  kPoisson,
  /// Equal gaps, at a phase that is fixed for each function.
  kEquidistant,
  /// All at the start of the minute: the worst case.
  kBurst,
};

struct TraceOptions {
  /// One of trace_formats(); empty = recognised from the header.
  std::string format{};
  Spread spread = Spread::kUniform;  ///< of minute counts
  /// Sort request rows that are late by at most this; without it an unsorted row is an error.
  std::optional<Duration> reorder{};
};

/// A trace file (plain, gzip or zstd), or a shipped trace by its name ("bursty-inference-day")
/// where no such file exists. Request files are read anew by every replay; here their header and
/// first thousand rows are checked. Minute counts are read whole and kept sparse.
/// @throws InputError with file:line:column of what is wrong
[[nodiscard]] std::shared_ptr<const Traffic> open_trace(const std::filesystem::path& file,
                                                        const TraceOptions& options = {});
/// The same of text in memory. @param name what problems call it
[[nodiscard]] std::shared_ptr<const Traffic> open_trace_text(std::string text, std::string name,
                                                             const TraceOptions& options = {});

/// "plain", "azure-llm-2023", "azure-functions-2019".
[[nodiscard]] std::vector<std::string> trace_formats();

/// The shipped traces, compiled into the program.
[[nodiscard]] std::span<const EmbeddedFile> traces_data();

}  // namespace faascast
