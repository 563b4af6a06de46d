#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/interrupt.h"
#include "input/quantity.h"

namespace faascast {
namespace {

constexpr std::chrono::milliseconds kBetweenLines(200);
constexpr double kSureAfterS = 1.0;  ///< no estimate from less

std::string rate_text(double per_s) {
  return per_s < 1e6 ? fmt::format("{:.0f} thousand/s", per_s / 1e3)
                     : fmt::format("{:.1f} million/s", per_s / 1e6);
}

}  // namespace

std::string progress_text(const Progress& progress, double elapsed_s) {
  std::string text = format_count(progress.requests);
  if (progress.expected_requests > 0) {
    text += fmt::format(" of {}", format_count(progress.expected_requests));
  }
  text += " requests";
  if (elapsed_s < kSureAfterS || progress.requests == 0) return text;
  const double rate = static_cast<double>(progress.requests) / elapsed_s;
  text += fmt::format(", {}", rate_text(rate));
  if (progress.expected_requests > progress.requests) {
    const double left_s =
        static_cast<double>(progress.expected_requests - progress.requests) / rate;
    text += fmt::format(", {} left",
                        format_duration(std::chrono::seconds(1 + static_cast<long long>(left_s))));
  }
  return text;
}

std::string points_text(std::uint64_t finished, std::uint64_t all, std::uint64_t done,
                        double elapsed_s) {
  std::string text = fmt::format("{} of {} points", format_count(finished), format_count(all));
  if (elapsed_s < kSureAfterS || done == 0 || finished >= all) return text;
  const double left_s = static_cast<double>(all - finished) * elapsed_s / static_cast<double>(done);
  return text + fmt::format(", {} left",
                            format_duration(std::chrono::seconds(1 + static_cast<long long>(left_s))));
}

ProgressMeter::ProgressMeter()
    : is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      shown_(start_) {}

ProgressMeter::~ProgressMeter() {
  if (has_line_) std::fputs("\r\033[K", stderr);
}

Monitor ProgressMeter::monitor() {
  return [this](const Progress& progress) { return look(progress); };
}

PointsMonitor ProgressMeter::points_monitor() {
  return [this](std::uint64_t finished, std::uint64_t all) { return look(finished, all); };
}

bool ProgressMeter::look(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (progress.requests < last_requests_) start_ = now;  // a study began its next run
  last_requests_ = progress.requests;
  if (is_terminal_ && now - shown_ >= kBetweenLines) {
    show(progress_text(progress, std::chrono::duration<double>(now - start_).count()));
  }
  return !is_interrupted();
}

bool ProgressMeter::look(std::uint64_t finished, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (!first_finished_) first_finished_ = finished;
  if (is_terminal_ && now - shown_ >= kBetweenLines) {
    show(points_text(finished, all, finished - *first_finished_,
                     std::chrono::duration<double>(now - start_).count()));
  }
  return !is_interrupted();
}

void ProgressMeter::show(const std::string& text) {
  std::fputs(fmt::format("\r{}\033[K", text).c_str(), stderr);
  std::fflush(stderr);
  shown_ = std::chrono::steady_clock::now();
  has_line_ = true;
}

}  // namespace faascast
