#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace faascast {

/// One served request of a measured log.
struct MeasuredRow {
  std::int64_t at_ns = 0;         ///< arrival
  std::int64_t warm_ns = -1;      ///< duration without the start of an instance; -1 = not known
  std::int64_t total_ns = 0;      ///< until the end, the start included where the log has it
  std::uint32_t function = 0;     ///< by first appearance in its file
  std::int64_t memory_mb = -1;    ///< used; -1 = not known
  bool cold = false;
  bool failed = false;
};

/// What a log tells of cold starts.
enum class ColdKnowledge : std::uint8_t {
  kNone,   ///< nothing
  kTotal,  ///< which requests were cold; their durations include the start
  kInit,   ///< the initialisation of each cold request by itself (Lambda)
};

/// Requests as a platform's own log, or our plain format, has them, in order of arrival.
struct MeasuredLog {
  std::string name{};    ///< of the file
  std::string format{};  ///< as trace_formats() names it
  ColdKnowledge knows = ColdKnowledge::kNone;
  bool dated = false;    ///< at_ns is since 1970
  bool sampled = false;  ///< rows stand for several requests: gaps between them are not idle time
  std::vector<MeasuredRow> rows{};
};

/// Reads a log whole (plain, gzip or zstd) for fitting. In the plain formats a row with a
/// cold_execution_s was a cold one: fill in that cell for cold requests only.
/// @param format one of trace_formats(), or empty: recognised from the content
/// @throws InputError as open_trace(), for formats without durations, and above 5 million rows
[[nodiscard]] MeasuredLog read_measured_log(const std::filesystem::path& file,
                                            const std::string& format = {});
/// The same of text in memory. @param name what problems call it
[[nodiscard]] MeasuredLog read_measured_text(std::string text, std::string name,
                                             const std::string& format = {});

}  // namespace faascast
