#include "traces/info.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "traces/arrival_row.h"
#include "traces/atomic_file.h"
#include "traces/merged_cursor.h"

namespace faascast {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

/// Mean and variance of gaps, in one pass (Welford 1962).
class Gaps {
 public:
  void add(std::int64_t at) {
    if (any_) {
      ++count_;
      const double gap = static_cast<double>(at - last_) * 1e-9;
      const double off = gap - mean_;
      mean_ += off / static_cast<double>(count_);
      squares_ += off * (gap - mean_);
    }
    any_ = true;
    last_ = at;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double cv() const {
    if (count_ < 2 || mean_ == 0.0) return 0.0;
    return std::sqrt(squares_ / static_cast<double>(count_)) / mean_;
  }

 private:
  bool any_ = false;
  std::int64_t last_ = 0;
  std::uint64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;
};

/// Counts per minute; minutes without requests are not stored.
using Minutes = std::map<std::int64_t, std::uint64_t>;

void describe_minutes(TrafficInfo& info, const Minutes& counts) {
  const std::int64_t last_minute = std::max<std::int64_t>(info.span.count() - 1, 0) / kMinuteNs;
  const auto minutes = static_cast<double>(last_minute + 1);
  const double mean = static_cast<double>(info.requests) / minutes;
  double squares = 0.0;
  for (const auto& [minute, count] : counts) {
    info.peak_minute = std::max(info.peak_minute, count);
    squares += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
  }
  squares += (minutes - static_cast<double>(counts.size())) * mean * mean;
  info.mean_minute = mean;
  info.dispersion = mean > 0.0 ? squares / minutes / mean : 0.0;
}

/// "12.25": all nine decimals that matter.
std::string seconds_text(std::int64_t ns) {
  if (ns == ArrivalBlock::kAbsent) return {};
  constexpr std::int64_t kBillion = 1'000'000'000;
  std::string text = fmt::format("{}.{:09}", ns / kBillion, ns % kBillion);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string whole_text(std::int64_t value) {
  return value == ArrivalBlock::kAbsent ? std::string() : fmt::format("{}", value);
}

std::string header_of(const ArrivalColumns& columns) {
  std::string header = "arrival_s";
  if (columns.function) header += ",function";
  if (columns.execution) header += ",execution_s";
  if (columns.cold_execution) header += ",cold_execution_s";
  if (columns.memory) header += ",memory_mb";
  if (columns.input_tokens) header += ",input_tokens";
  if (columns.output_tokens) header += ",output_tokens";
  return header + "\n";
}

std::string line_of(const ArrivalRow& row, const ArrivalColumns& columns) {
  std::string line = seconds_text(row.at);
  const auto add = [&](bool present, const std::string& text) {
    if (present) line.append(1, ',').append(text);
  };
  add(columns.function, whole_text(row.function));
  add(columns.execution, seconds_text(row.execution_ns));
  add(columns.cold_execution, seconds_text(row.cold_execution_ns));
  add(columns.memory, whole_text(row.memory_mb));
  add(columns.input_tokens, whole_text(row.input_tokens));
  add(columns.output_tokens, whole_text(row.output_tokens));
  line += '\n';
  return line;
}

void describe_popularity(TrafficInfo& info, const std::vector<std::uint64_t>& by_function) {
  std::vector<std::uint64_t> counts;
  std::copy_if(by_function.begin(), by_function.end(), std::back_inserter(counts),
               [](std::uint64_t count) { return count > 0; });
  std::sort(counts.begin(), counts.end(), std::greater<>());
  info.functions = counts.size();
  if (counts.empty()) return;
  const std::size_t percent = (counts.size() + 99) / 100;
  const std::size_t tenth = (counts.size() + 9) / 10;
  const auto all = static_cast<double>(info.requests);
  constexpr double kPoints = 100.0;  // evenly spaced in the logarithm of the rank
  const double step = std::log(static_cast<double>(counts.size())) / (kPoints - 1.0);
  double next = 0.0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    const double share = static_cast<double>(sum) / all;
    if (i == 0) info.busiest_share = share;
    if (i + 1 == percent) info.busiest_1_percent_share = share;
    if (i + 1 == tenth) info.busiest_10_percent_share = share;
    if (info.functions_for_90_percent == 0 && share >= 0.9) info.functions_for_90_percent = i + 1;
    if (const double rank = std::log(static_cast<double>(i + 1));
        rank >= next || i + 1 == counts.size()) {
      info.popularity.push_back({i + 1, share});
      next = rank + step;
    }
  }
}

}  // namespace

TrafficInfo describe(const Traffic& traffic, ReplaySeed seed) {
  TrafficInfo info;
  Minutes minutes;
  CountBins bins;
  std::vector<std::uint64_t> by_function;
  double weighted_cv = 0.0;
  std::uint64_t gaps = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (std::uint32_t stream = 0; stream < streams_of(traffic); ++stream) {
    ArrivalCursor cursor(traffic.open(stream, seed), stream);
    Gaps own;
    for (ArrivalRow row; cursor.next(row);) {
      first = info.requests == 0 ? row.at : std::min(first, row.at);
      last = std::max(last, row.at);
      ++info.requests;
      ++minutes[row.at / kMinuteNs];
      bins.add(row.at);
      if (row.function >= by_function.size()) by_function.resize(std::size_t{row.function} + 1);
      ++by_function[row.function];
      own.add(row.at);
    }
    weighted_cv += own.cv() * static_cast<double>(own.count());
    gaps += own.count();
  }
  describe_popularity(info, by_function);
  info.first = Duration(first);
  info.last = Duration(last);
  info.span = traffic.duration() > Duration::zero() ? traffic.duration() : info.last;
  const double seconds = seconds_of(info.span);
  if (seconds > 0.0) info.mean_rate_per_s = static_cast<double>(info.requests) / seconds;
  if (gaps > 0) info.interarrival_cv = weighted_cv / static_cast<double>(gaps);
  describe_minutes(info, minutes);
  info.dispersion_by_window = bins.figures(info.span);
  return info;
}

namespace {

/// Hands out the lines of the plain format, at most `most` rows, while `write` returns true.
template <class Write>
void write_rows(const Traffic& traffic, ReplaySeed seed, std::uint64_t most, Write write) {
  MergedCursor cursor(traffic, seed);
  ArrivalRow row;
  bool more = cursor.next(row);
  ArrivalColumns columns = cursor.columns();
  columns.function = columns.function || streams_of(traffic) > 1;
  if (!write(header_of(columns))) return;
  for (; more && most > 0; more = cursor.next(row), --most) {
    if (!write(line_of(row, columns))) return;
  }
}

}  // namespace

bool write_plain_csv(const Traffic& traffic, ReplaySeed seed, const std::filesystem::path& file,
                     const std::function<bool()>& goes_on) {
  constexpr std::uint64_t kRowsBetweenLooks = 4096;
  AtomicFile out(file);
  std::uint64_t rows = 0;
  bool is_stopped = false;
  write_rows(traffic, seed, std::numeric_limits<std::uint64_t>::max(),
             [&](const std::string& line) {
               out.write(line);
               is_stopped = goes_on && ++rows % kRowsBetweenLooks == 0 && !goes_on();
               return !is_stopped;
             });
  if (is_stopped) return false;
  out.commit();
  return true;
}

std::string plain_csv_head(const Traffic& traffic, ReplaySeed seed, std::uint64_t rows) {
  std::string text;
  write_rows(traffic, seed, rows, [&](const std::string& line) {
    text += line;
    return true;
  });
  return text;
}

}  // namespace faascast
