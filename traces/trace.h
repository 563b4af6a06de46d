#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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
  /// Gamma gaps scaled to fill the minute, at a random phase, so that no instant of the minute is
  /// busier than another. The cv of a function's gaps is what its counts say: its square is how
  /// much successive counts differ, half their mean squared difference over their mean (1 for a
  /// Poisson process; a slow swing over the day does not count), kept from 1/4 to 64.
  kBursty,
};

/// "uniform", "poisson", "equidistant", "burst", "bursty".
[[nodiscard]] std::vector<std::string> spread_names();
/// @pre one of spread_names()
[[nodiscard]] Spread spread_named(std::string_view name);

struct TraceOptions {
  /// One of trace_formats(); empty = recognised from the content.
  std::string format{};
  /// Of counts, and of requests that a coarse clock stamped alike (kBurst = left together).
  Spread spread = Spread::kUniform;
  /// Sort request rows that are late by at most this; without it an unsorted row is an error.
  /// Logs, whose rows are stamped at the end or come in any order, are sorted without.
  std::optional<Duration> reorder{};
  /// Width of the bins of a series of plain numbers; nothing = a minute.
  std::optional<Duration> bin{};
  bool drop_failed = false;  ///< leave failed requests out, where the format marks them
};

/// A trace file (plain, gzip or zstd), or a shipped trace by its name ("bursty-inference-day")
/// where no such file exists. Request files are read anew by every replay; here their header and
/// first thousand rows are checked, and all rows of formats that have to be sorted. Counts are read
/// whole and kept sparse. Azure 2019: files of execution times and memory that lie beside the
/// counts are used (function_sizes.h).
/// @throws InputError with file:line:column of what is wrong
[[nodiscard]] std::shared_ptr<const Traffic> open_trace(const std::filesystem::path& file,
                                                        const TraceOptions& options = {});
/// The same of text in memory. @param name what problems call it
[[nodiscard]] std::shared_ptr<const Traffic> open_trace_text(std::string text, std::string name,
                                                             const TraceOptions& options = {});

/// The names of all formats.
[[nodiscard]] std::vector<std::string> trace_formats();

/// The shipped traces, compiled into the program.
[[nodiscard]] std::span<const EmbeddedFile> traces_data();

}  // namespace faascast
