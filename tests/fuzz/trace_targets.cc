#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "sim-core/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "traces/trace.h"

namespace faascast {
namespace {

/// Replays a little of it: instants are in order, and columns as long as them.
void replay(const Traffic& traffic) {
  constexpr std::uint32_t kMostStreams = 16;
  constexpr std::uint64_t kMostRequests = 20'000;
  const std::uint32_t streams = traffic.independent() ? traffic.functions() : 1;
  for (std::uint32_t stream = 0; stream < std::min(streams, kMostStreams); ++stream) {
    // Where in a minute its requests fall takes a look at all of them.
    if (traffic.expected_requests(stream) > kMostRequests) continue;
    const auto source = traffic.open(stream, {});
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    std::uint64_t requests = 0;
    while (requests < kMostRequests) {
      const ArrivalBlock block = source->fill();
      if (block.size() == 0) break;
      for (const std::int64_t at : block.at) {
        if (at < latest || at < 0) std::abort();
        latest = at;
      }
      for (const auto column : {block.execution_ns, block.cold_execution_ns, block.memory_mb,
                                block.input_tokens, block.output_tokens}) {
        if (!column.empty() && column.size() != block.size()) std::abort();
        for (const std::int64_t cell : column) {
          if (cell < ArrivalBlock::kAbsent) std::abort();
        }
      }
      requests += block.size();
    }
  }
}

void read(std::string_view bytes, const std::string& format) {
  TraceOptions options;
  options.format = format;
  try {
    replay(*open_trace_text(std::string(bytes), "fuzz", options));
  } catch (const InputError& error) {
    if (error.problems().empty()) std::abort();
  }
}

std::uint32_t word(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Gives a binary trace the checksums and the size that it would have, so that what lies behind
/// them is reached (the layout is in traces/binary_trace.h).
std::string with_checksums(std::string_view text) {
  constexpr std::size_t kHeader = 64;
  constexpr std::size_t kHead = 16;
  std::string bytes(text);
  if (bytes.size() < kHeader) return bytes;
  const auto crc = [&](std::uint32_t before, std::size_t at, std::size_t size) {
    return static_cast<std::uint32_t>(
        ::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data() + at), size));
  };
  const auto put = [&](std::size_t at, const auto& value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
  };
  std::uint64_t requests = 0;
  const std::size_t title = std::min<std::size_t>(word(bytes, 48), bytes.size() - kHeader);
  for (std::size_t at = kHeader + title; bytes.size() - at >= kHead;) {
    const std::size_t size = std::min<std::size_t>(word(bytes, at + 4), bytes.size() - at - kHead);
    put(at + 4, static_cast<std::uint32_t>(size));
    put(at + 8, crc(crc(0, at, 8), at + kHead, size));
    requests += word(bytes, at);
    at += kHead + size;
  }
  put(16, requests);
  put(24, static_cast<std::uint64_t>(bytes.size()));
  put(48, static_cast<std::uint32_t>(title));
  put(60, crc(crc(0, 0, 60), kHeader, title));
  return bytes;
}

}  // namespace

void add_trace_targets(std::vector<FuzzTarget>& targets) {
  targets.push_back({"trace", [](std::string_view bytes) { read(bytes, {}); }});
  for (const std::string& format : trace_formats()) {
    targets.push_back({"trace-" + format, [format](std::string_view bytes) {
                         read(bytes, format);
                         if (format == "binary") read(with_checksums(bytes), format);
                       }});
  }
}

}  // namespace faascast
