#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/request_format.h"
#include "traces/trace.h"

namespace faascast {

struct RequestFileOptions {
  /// How late a row may be. Formats that measure it need none.
  std::optional<Duration> reorder{};
  bool drop_failed = false;
  /// Where requests fall that a coarse clock stamped alike: kBurst leaves them together.
  Spread ties = Spread::kUniform;
  /// Rows of formats that have to be sorted are kept in memory up to so many, sorted once for all
  /// replays (100 MB); more are sorted anew as they are read.
  std::size_t most_kept = std::size_t{1} << 21U;
};

/// One merged stream, read anew by every open().
/// @param format of static lifetime
/// @throws InputError when the header or one of the first thousand rows is wrong (of formats that
///   measure how late rows are: any row)
[[nodiscard]] std::shared_ptr<const Traffic> open_request_file(TraceContent content,
                                                               const RequestFormat& format,
                                                               const RequestFileOptions& options);

}  // namespace faascast
