#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// How many arrivals cross a room's border at a time.
inline constexpr std::size_t kArrivalBlock = 512;

/// A block of arrivals in time order, as a struct of arrays. The memory belongs to the source and
/// is valid until its next fill(). An optional column that is absent is an empty span; in a present
/// duration column kAbsent marks an empty cell.
struct ArrivalBlock {
  static constexpr std::int64_t kAbsent = -1;

  std::span<const std::int64_t> at{};  ///< ns since the start of the run, non-decreasing
  /// Index of the function that is called; empty = the source's only function.
  std::span<const std::uint32_t> function{};
  /// The request's own number in its function: the position of its draws. Empty = consecutive
  /// from `first_number`.
  std::span<const std::uint64_t> number{};
  std::uint64_t first_number = 0;
  /// Word 1 of Stream(seed, function, Purpose::kRequest) where the source has drawn it anyway.
  std::span<const std::uint64_t> work_word{};
  std::span<const std::int64_t> execution_ns{};       ///< final warm duration
  std::span<const std::int64_t> cold_execution_ns{};  ///< final duration when cold
  std::span<const std::int64_t> memory_mb{};          ///< memory used (kAbsent = not given)
  std::span<const std::int64_t> input_tokens{};
  std::span<const std::int64_t> output_tokens{};

  [[nodiscard]] std::size_t size() const { return at.size(); }
};

/// A stream of arrivals in time order: a trace being read or a generator running. The one virtual
/// call covers a whole block, so sources may be as rich as they like.
class ArrivalSource {
 public:
  virtual ~ArrivalSource() = default;
  /// The next at most kArrivalBlock arrivals; an empty block = no more.
  /// @throws InputError when a trace row cannot be read.
  [[nodiscard]] virtual ArrivalBlock fill() = 0;
};

/// Which draws a replay uses.
struct ReplaySeed {
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
};

/// How traffic is scaled. Burstiness falls with superposition and not with time scaling.
enum class ScaleBy : std::uint8_t { kThin, kTime };

struct ClosedLoop;

/// Traffic that can be replayed any number of times: a trace file or a generator.
/// Immutable; open() may be called from several threads at once.
class Traffic {
 public:
  virtual ~Traffic() = default;

  /// true: functions are separate streams that can be replayed one after another and in parallel
  /// (generators, minute counts). false: one merged stream in time order (request files).
  [[nodiscard]] virtual bool independent() const = 0;
  /// Number of functions; for merged traffic 1 where it is not known before reading.
  [[nodiscard]] virtual std::uint32_t functions() const = 0;
  /// A rough count of the requests of one function (independent) or of all (merged), for
  /// scheduling and progress; 0 = not known.
  [[nodiscard]] virtual std::uint64_t expected_requests(std::uint32_t function) const = 0;
  /// @param function which stream; ignored by merged traffic.
  /// @throws InputError where closed_loop() is not null
  [[nodiscard]] virtual std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                            ReplaySeed seed) const = 0;
  /// The generator's duration; zero for a trace, whose end is found by reading it.
  [[nodiscard]] virtual Duration duration() const = 0;
  /// What a report says of the traffic: format, assumptions ("counts spread uniformly ...").
  [[nodiscard]] virtual std::string description() const = 0;
  /// The rule that `scale` uses by default.
  [[nodiscard]] virtual ScaleBy default_scale_by() const = 0;
  /// true when every arrival carries its own execution time (execution_ns without a model).
  [[nodiscard]] virtual bool has_execution() const { return false; }
  /// Not null: clients that wait for their answers. Such traffic cannot be opened: when requests
  /// arrive depends on who answers them. One function, independent.
  [[nodiscard]] virtual const ClosedLoop* closed_loop() const { return nullptr; }
};

}  // namespace faascast
