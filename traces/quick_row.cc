#include "traces/quick_row.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "input/quantity.h"

namespace faascast {
namespace {

/// The careful reader's business.
constexpr std::int64_t kOdd = -2;
constexpr std::size_t kDateBytes = 10;

constexpr std::array<std::uint64_t, 10> kPowers = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Eight digits at a time; moves past them. @return false when there are not so many
bool take_eight(const char*& at, std::uint64_t& value) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native != std::endian::little) return false;
  // Digits are 0x30 to 0x39: the upper half is 3, and still is when 6 is added.
  constexpr std::uint64_t kUpper = 0xF0F0F0F0F0F0F0F0U;
  const std::uint64_t six_more = (word + 0x0606060606060606U) & kUpper;
  if (((word & kUpper) | (six_more >> 4U)) != 0x3333333333333333U) return false;
  const std::uint64_t digits = word - 0x3030303030303030U;
  const std::uint64_t pairs = (digits * 10 + (digits >> 8U)) & 0x00FF00FF00FF00FFU;
  const std::uint64_t fours = (pairs * 100 + (pairs >> 16U)) & 0x0000FFFF0000FFFFU;
  const std::uint64_t eight = (fours * 10'000 + (fours >> 32U)) & 0xFFFFFFFFU;
  value = value * 100'000'000 + eight;
  at += sizeof word;
  return true;
}

/// "12" or "12.25" times 10^places, rounded half up; moves past it. kOdd when it is written in
/// another way or does not fit.
std::int64_t take_number(const char*& at, const char* end, int places) {
  constexpr std::ptrdiff_t kMostDigits = 19;  // below 2^64
  std::uint64_t value = 0;
  const char* const first = at;
  while (at < end && is_digit(*at)) value = value * 10 + static_cast<std::uint64_t>(*at++ - '0');
  const std::ptrdiff_t whole = at - first;
  if (whole == 0 || whole + places > kMostDigits) return kOdd;
  int left = places;
  bool up = false;
  if (at < end && *at == '.') {
    const char* const point = at++;
    if (left >= 8 && end - at >= 8 && take_eight(at, value)) left -= 8;
    while (left > 0 && at < end && is_digit(*at)) {
      value = value * 10 + static_cast<std::uint64_t>(*at++ - '0');
      --left;
    }
    if (at < end && is_digit(*at)) up = *at >= '5';
    while (at < end && is_digit(*at)) ++at;
    if (at == point + 1) return kOdd;
  }
  value = value * kPowers[static_cast<std::size_t>(left)] + (up ? 1 : 0);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return kOdd;
  return static_cast<std::int64_t>(value);
}

/// A whole number; kOdd when it is anything else ("3.0" too).
std::int64_t take_whole(const char*& at, const char* end) {
  constexpr std::ptrdiff_t kMostDigits = 18;
  std::int64_t value = 0;
  const char* const first = at;
  while (at < end && is_digit(*at) && at - first < kMostDigits) value = value * 10 + (*at++ - '0');
  const bool whole = at > first && (at == end || *at == ',');
  return whole ? value : kOdd;
}

/// A cell that may be empty.
template <class Take>
std::int64_t take_optional(const char*& at, const char* end, Take take) {
  if (at == end || *at == ',') return ArrivalBlock::kAbsent;
  return take();
}

/// A cell of text; moves past it. @return false when it may be quoted or has blanks around it
bool take_text(const char*& at, const char* end, std::string_view& text) {
  const void* comma = std::memchr(at, ',', static_cast<std::size_t>(end - at));
  const char* const stop = comma != nullptr ? static_cast<const char*>(comma) : end;
  text = std::string_view(at, static_cast<std::size_t>(stop - at));
  at = stop;
  return text.empty() || (text.front() != '"' && !is_blank(text.front()) && !is_blank(text.back()));
}

/// Two digits below `limit`; -1 when it is anything else.
int two_digits(const char* at, int limit) {
  if (!is_digit(at[0]) || !is_digit(at[1])) return -1;
  const int value = (at[0] - '0') * 10 + (at[1] - '0');
  return value < limit ? value : -1;
}

}  // namespace

std::optional<QuickRow> QuickRow::of(const RequestHeader& header) {
  using enum Field;
  constexpr std::array kCareful = {kInit, kColdMark, kReport};
  QuickRow quick;
  int instants = 0;
  for (const RequestHeader::Column& column : header.columns) {
    if (std::find(kCareful.begin(), kCareful.end(), column.field) != kCareful.end()) {
      return std::nullopt;
    }
    const bool end = column.field == kEnd || column.field == kEndTimestamp;
    if (end || column.field == kArrival || column.field == kTimestamp) ++instants;
    quick.stamped_at_end_ = quick.stamped_at_end_ || end;
    const bool name =
        column.field == kFunction || column.field == kVersion || column.field == kPool;
    quick.names_ += name ? 1 : 0;
    quick.steps_.push_back({column.field, column.places, column.only});
  }
  return instants == 1 ? std::optional(std::move(quick)) : std::nullopt;
}

/// "2023-11-16 18:17:03.97996", with T or a blank, with Z, +00:00 or nothing behind it.
bool QuickRow::take_date(const char*& at, const char* end, RequestRow& row) {
  constexpr std::ptrdiff_t kShortest = 19;
  if (end - at < kShortest || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' || at[16] != ':') {
    return false;
  }
  const std::string_view day(at, kDateBytes);
  if (day != day_) {
    const auto midnight = parse_timestamp_ns(std::string(day) + "T00:00");
    if (!midnight) return false;
    day_ = day;
    day_ns_ = *midnight;
  }
  const int hour = two_digits(at + 11, 24);
  const int minute = two_digits(at + 14, 60);
  const int second = two_digits(at + 17, 60);
  if (hour < 0 || minute < 0 || second < 0) return false;
  at += kShortest;
  std::int64_t fraction_ns = 0;
  if (at < end && *at == '.') {
    const char* const first = ++at;
    while (at < end && is_digit(*at) && at - first < 9)
      fraction_ns = fraction_ns * 10 + *at++ - '0';
    if (at == first) return false;
    fraction_ns *= static_cast<std::int64_t>(kPowers[static_cast<std::size_t>(9 - (at - first))]);
  }
  if (at < end && *at == 'Z') {
    ++at;
  } else if (std::string_view(at, static_cast<std::size_t>(end - at)).starts_with("+00:00")) {
    at += 6;
  }
  row.at_ns =
      day_ns_ + (hour * 3600 + minute * 60 + second) * std::int64_t{1'000'000'000} + fraction_ns;
  row.dated = true;
  return true;
}

void QuickRow::add_name(std::string_view name) {
  if (names_ == 1) {
    only_name_ = name;
    return;
  }
  if (names_given_++ > 0) joined_names_ += '\0';
  joined_names_ += name;
}

bool QuickRow::read(std::string_view line, RequestRow& row) {
  constexpr std::int64_t kMillion = 1'000'000;
  joined_names_.clear();
  names_given_ = 0;
  const char* at = line.data();
  const char* const begin = at;
  const char* const end = at + line.size();
  bool first = true;
  std::string_view text;
  for (const Step& step : steps_) {
    if (!first) {
      if (at == end || *at != ',') return false;
      ++at;
    }
    first = false;
    std::int64_t number = 0;
    switch (step.field) {
      case Field::kArrival:
      case Field::kEnd:
        instant_column_ = static_cast<std::size_t>(at - begin) + 1;
        row.at_ns = number = take_number(at, end, step.places);
        break;
      case Field::kTimestamp:
      case Field::kEndTimestamp:
        instant_column_ = static_cast<std::size_t>(at - begin) + 1;
        if (!take_date(at, end, row)) return false;
        break;
      case Field::kFunction:
      case Field::kVersion:
        if (!take_text(at, end, text)) return false;
        add_name(text);
        break;
      case Field::kPool:
        if (!take_text(at, end, text)) return false;
        add_name(text.substr(0, text.rfind('-')));
        break;
      case Field::kExecution:
        number = take_optional(at, end, [&] { return take_number(at, end, step.places); });
        row.execution_ns = number;
        break;
      case Field::kColdExecution:
        number = take_optional(at, end, [&] { return take_number(at, end, step.places); });
        row.cold_execution_ns = number;
        break;
      case Field::kMemory:
        number = take_optional(at, end, [&] { return take_number(at, end, 6); });
        row.memory_mb = number < 0 ? number : number / kMillion + (number % kMillion > 0 ? 1 : 0);
        break;
      case Field::kInputTokens:
        number = take_optional(at, end, [&] { return take_whole(at, end); });
        row.input_tokens = number;
        break;
      case Field::kOutputTokens:
      case Field::kAnswerTokens:
        number = take_optional(at, end, [&] { return take_whole(at, end); });
        row.output_tokens = number;
        if (step.field == Field::kAnswerTokens && number == 0) row.failed = true;
        break;
      case Field::kWeight:
        if (take_whole(at, end) != 1) return false;
        break;
      case Field::kStatus:
        number = take_whole(at, end);
        row.failed = row.failed || number == 429 || number >= 500 || number == 0;
        break;
      case Field::kSuccess:
        if (!take_text(at, end, text)) return false;
        row.failed =
            row.failed || text == "false" || text == "False" || text == "0" || text == "FAILED";
        break;
      case Field::kError:
        if (at < end && *at != ',') return false;
        break;
      case Field::kOnly:
        if (!take_text(at, end, text) || text.empty()) return false;
        if (!step.only.empty() && text != step.only) return false;
        break;
      default:
        if (!take_text(at, end, text)) return false;
        break;
    }
    if (number == kOdd) return false;
  }
  return at == end;
}

}  // namespace faascast
