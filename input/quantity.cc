#include "input/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>

#include "input/decimal.h"

namespace faascast {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;  ///< in the smallest unit of its kind
};

constexpr std::array<Unit, 7> kTimeUnits{{{"ns", 1},
                                          {"us", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", 1'000'000'000},
                                          {"min", 60'000'000'000},
                                          {"h", 3'600'000'000'000},
                                          {"d", 86'400'000'000'000}}};
constexpr std::array<Unit, 6> kMemoryUnits{{{"MB", 1},
                                            {"MiB", 1},
                                            {"GB", 1024},
                                            {"GiB", 1024},
                                            {"TB", 1024 * 1024},
                                            {"TiB", 1024 * 1024}}};
constexpr std::array<Unit, 9> kByteUnits{{{"B", 1},
                                          {"kB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000},
                                          {"TB", 1'000'000'000'000},
                                          {"KiB", std::int64_t{1} << 10},
                                          {"MiB", std::int64_t{1} << 20},
                                          {"GiB", std::int64_t{1} << 30},
                                          {"TiB", std::int64_t{1} << 40}}};
constexpr std::array<Unit, 5> kBandwidthUnits{{{"B/s", 1},
                                               {"kB/s", 1'000},
                                               {"MB/s", 1'000'000},
                                               {"GB/s", 1'000'000'000},
                                               {"TB/s", 1'000'000'000'000}}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// At most 60 characters of the user's text, for messages.
std::string quoted(std::string_view text) {
  if (text.size() <= 60) return fmt::format("'{}'", text);
  return fmt::format("'{}...'", text.substr(0, 57));
}

struct Quantity {
  std::int64_t amount = 0;  ///< in 10^-9 units
  std::int64_t unit_size = 0;
};

/// A number and one of the units. @param kind "a duration", for `why`
std::optional<Quantity> parse_quantity(std::string_view text, std::string_view kind,
                                       std::span<const Unit> units, std::string& why) {
  const auto refuse = [&](std::string_view reason) -> std::optional<Quantity> {
    why = fmt::format("{} is not {}: {}", quoted(text), kind, reason);
    return std::nullopt;
  };
  const std::string_view all = trimmed(text);
  const std::string_view number = all.substr(0, all.find_first_not_of("0123456789.+-"));
  const std::string_view unit = trimmed(all.substr(number.size()));
  if (all.empty()) return refuse("it is empty");
  if (number.empty()) return refuse("it does not start with a number");
  const ScaledDecimal value = parse_scaled_decimal(number, 9);
  if (value.status == ScaledDecimal::Status::kOutOfRange) return refuse("it is too large");
  if (!value.ok()) return refuse(fmt::format("{} is not a number", quoted(number)));
  if (value.value < 0) return refuse("it is negative");
  if (value.status == ScaledDecimal::Status::kRounded) {
    return refuse("it has more than 9 decimals");
  }
  if (unit.empty()) return refuse("the unit is missing");
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& candidate) { return candidate.name == unit; });
  if (found == units.end()) return refuse(fmt::format("unknown unit {}", quoted(unit)));
  return Quantity{value.value, found->size};
}

/// As a whole number of the smallest unit.
std::optional<std::int64_t> parse_whole(std::string_view text, std::string_view kind,
                                        std::string_view smallest, std::span<const Unit> units,
                                        std::string& why) {
  const std::optional<Quantity> quantity = parse_quantity(text, kind, units, why);
  if (!quantity) return std::nullopt;
  constexpr std::int64_t kBillion = 1'000'000'000;
  const Int128 billionths = Int128{quantity->amount} * quantity->unit_size;
  if (billionths % kBillion != 0) {
    why = fmt::format("{} is not {}: not a whole number of {}", quoted(text), kind, smallest);
    return std::nullopt;
  }
  const Int128 whole = billionths / kBillion;
  if (whole > std::numeric_limits<std::int64_t>::max()) {
    why = fmt::format("{} is not {}: it is too large", quoted(text), kind);
    return std::nullopt;
  }
  return static_cast<std::int64_t>(whole);
}

/// Up to three significant digits, without trailing zeros; whole numbers keep all their digits.
std::string three_digits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

/// "1234567" as "1,234,567".
std::string grouped(std::string_view digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// Reads fixed-width digits and separators of a timestamp, remembering whether all went well.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  int digits(std::size_t n) {
    int value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (text_.empty() || text_.front() < '0' || text_.front() > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok_ = take(c) && ok_; }
  bool take_word(std::string_view word) {
    if (text_ != word) return false;
    text_ = {};
    return true;
  }
  /// Fraction of a second in nanoseconds; digits after the ninth are cut.
  std::int64_t fraction() {
    std::int64_t ns = 0;
    std::int64_t digit = 100'000'000;
    bool any = false;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; any = true) {
      ns += (text_.front() - '0') * digit;
      digit /= 10;
      text_.remove_prefix(1);
    }
    ok_ = any && ok_;
    return ns;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

/// The zone's offset from UTC in seconds: nothing, "Z", "UTC", "+01:00", "+0100" or "+01".
std::int64_t take_offset_s(Scanner& scan) {
  if (scan.at_end() || scan.take_word("Z") || scan.take_word("z") || scan.take_word("UTC") ||
      scan.take_word(" UTC")) {
    return 0;
  }
  scan.take(' ');
  const bool west = scan.take('-');
  if (!west) scan.expect('+');
  std::int64_t offset = scan.digits(2) * 3600;
  if (!scan.at_end()) {
    scan.take(':');
    offset += scan.digits(2) * 60;
  }
  return west ? -offset : offset;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

/// Capitals and '_' against '-' are not what makes two names differ.
std::string folded(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return result;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text, std::string& why) {
  const auto ns = parse_whole(text, "a duration", "nanoseconds", kTimeUnits, why);
  if (!ns) return std::nullopt;
  return Duration(*ns);
}

std::optional<Megabytes> parse_memory(std::string_view text, std::string& why) {
  const auto megabytes = parse_whole(text, "a memory size", "MB", kMemoryUnits, why);
  if (!megabytes) return std::nullopt;
  if (*megabytes == 0) {
    why = fmt::format("{} is not a memory size: it is zero", quoted(text));
    return std::nullopt;
  }
  return Megabytes(*megabytes);
}

std::optional<Bytes> parse_bytes(std::string_view text, std::string& why) {
  const auto bytes = parse_whole(text, "a size in bytes", "bytes", kByteUnits, why);
  if (!bytes) return std::nullopt;
  return Bytes(*bytes);
}

std::optional<std::int64_t> parse_pico_usd(std::string_view text, std::string& why) {
  const auto refuse = [&](std::string_view reason) -> std::optional<std::int64_t> {
    why = fmt::format("{} is not an amount of US dollars: {}", quoted(text), reason);
    return std::nullopt;
  };
  std::string_view number = trimmed(text);
  if (!number.empty() && number.front() == '$') number = trimmed(number.substr(1));
  if (number.empty()) return refuse("it is empty");
  const ScaledDecimal value = parse_scaled_decimal(number, 12);
  if (value.status == ScaledDecimal::Status::kOutOfRange) return refuse("it is too large");
  if (!value.ok()) return refuse("not a number");
  if (value.value < 0) return refuse("it is negative");
  if (value.status == ScaledDecimal::Status::kRounded) {
    return refuse("it has more than 12 decimals");
  }
  return value.value;
}

std::optional<double> parse_bandwidth_bytes_per_s(std::string_view text, std::string& why) {
  const auto quantity = parse_quantity(text, "a bandwidth", kBandwidthUnits, why);
  if (!quantity) return std::nullopt;
  if (quantity->amount == 0) {
    why = fmt::format("{} is not a bandwidth: it is zero", quoted(text));
    return std::nullopt;
  }
  const Int128 billionths = Int128{quantity->amount} * quantity->unit_size;
  return static_cast<double>(billionths) / 1e9;
}

std::optional<std::int64_t> parse_timestamp_ns(std::string_view text) {
  Scanner scan(trimmed(text));
  const int year = scan.digits(4);
  scan.expect('-');
  const int month = scan.digits(2);
  scan.expect('-');
  const int day = scan.digits(2);
  if (!scan.take('T') && !scan.take('t')) scan.expect(' ');
  const int hour = scan.digits(2);
  scan.expect(':');
  const int minute = scan.digits(2);
  int second = 0;
  std::int64_t fraction_ns = 0;
  if (scan.take(':')) {
    second = scan.digits(2);
    if (scan.take('.')) fraction_ns = scan.fraction();
  }
  const std::int64_t offset_s = take_offset_s(scan);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // Years outside these do not fit into 64 bits of nanoseconds.
  const bool in_range = year >= 1678 && year <= 2261 && date.ok() && hour < 24 && minute < 60 &&
                        second <= 60 && std::abs(offset_s) <= 18 * 3600;
  if (!scan.ok() || !scan.at_end() || !in_range) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + hour * 3600 + minute * 60 + second - offset_s;
  return seconds * 1'000'000'000 + fraction_ns;
}

std::string format_duration(Duration d) {
  struct Step {
    double below_ns;  ///< this unit is used under that
    double size_ns;
    std::string_view name;
  };
  constexpr std::array<Step, 7> kSteps{{{1e3, 1.0, "ns"},
                                        {1e6, 1e3, "us"},
                                        {1e9, 1e6, "ms"},
                                        {120e9, 1e9, "s"},
                                        {7200e9, 60e9, "min"},
                                        {172800e9, 3600e9, "h"},
                                        {std::numeric_limits<double>::infinity(), 86400e9, "d"}}};
  const double ns = std::abs(static_cast<double>(d.count()));
  if (d.count() == 0) return "0 s";
  for (const Step& step : kSteps) {
    // 999.7 ms is 1 s: look at the value as it will be printed.
    const double printed =
        ns / step.size_ns >= 99.95 ? std::round(ns / step.size_ns) * step.size_ns : ns;
    if (printed >= step.below_ns) continue;
    return fmt::format("{}{} {}", d.count() < 0 ? "-" : "", three_digits(ns / step.size_ns),
                       step.name);
  }
  return {};
}

std::string format_memory(Megabytes m) {
  if (m.value() != 0 && m.value() % 1024 == 0) return fmt::format("{} GB", m.value() / 1024);
  return fmt::format("{} MB", m.value());
}

std::string format_usd(double usd) {
  if (!std::isfinite(usd)) return usd > 0 ? "$inf" : usd < 0 ? "-$inf" : "$nan";
  const double magnitude = std::abs(usd);
  const std::string_view sign = usd < 0 ? "-" : "";
  if (magnitude == 0.0 || magnitude < 1e-15) return "$0.00";
  if (magnitude < 0.01) {
    const int decimals = 2 - static_cast<int>(std::floor(std::log10(magnitude)));
    std::string text = fmt::format("{:.{}f}", magnitude, decimals);
    text.erase(text.find_last_not_of('0') + 1);
    return fmt::format("{}${}", sign, text);
  }
  const std::string text = fmt::format("{:.2f}", magnitude);
  const std::size_t point = text.size() - 3;
  return fmt::format("{}${}{}", sign, grouped(text.substr(0, point)), text.substr(point));
}

std::string format_count(std::uint64_t n) { return grouped(std::to_string(n)); }

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestName = 100;
  if (word.size() > kLongestName) return {};
  const std::string wanted = folded(word);
  std::size_t best = word.size() / 3;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance < best || (distance == best && nearest.empty())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace faascast
