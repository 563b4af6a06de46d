#pragma once

#include <memory>
#include <optional>

#include "sim-core/arrivals.h"
#include "traces/content.h"
#include "traces/request_format.h"

namespace faascast {

/// One merged stream, read anew by every open().
/// @throws InputError when the header or one of the first thousand rows is wrong
[[nodiscard]] std::shared_ptr<const Traffic> open_request_file(TraceContent content,
                                                               const RequestFormat& format,
                                                               std::optional<Duration> reorder);

}  // namespace faascast
