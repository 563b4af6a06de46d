#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/toml_file.h"
#include "platforms/figure.h"

namespace faascast {

/// What all places of one reading share.
struct ReadingContext {
  std::vector<std::string> hidden{};  ///< keys of the override layer that are not the platform's
  std::string as_of{};                ///< date of the rules, "2020-11-30"; empty = today's
  mutable std::set<std::string> dates{};  ///< `until` of every rule that was passed by
};

/// One place in several documents: a deployment's overrides, a user's file, the files that it
/// inherits from. The first that has the place wins. Asking marks the key as known in all of them.
///
/// A value may be an array of tables that say `until = "2020-12-01"`: rules of before that date,
/// in order, the last one without `until` for today's. Then the place is that of the date asked
/// for.
class Layers {
 public:
  struct Layer {
    TomlNode node;
    bool is_override = false;  ///< plain values need no source here
  };
  /// @param context outlives the places; null: nothing hidden, today's rules
  Layers(std::vector<Layer> layers, std::string path, const ReadingContext* context = nullptr);

  [[nodiscard]] Layers operator[](std::string_view key) const;
  /// The first layer that exists; null when none does. Layers below it are marked as known.
  [[nodiscard]] const Layer* top() const;
  /// The first layer that exists, without marking those below.
  [[nodiscard]] const Layer* first() const;
  /// How many layers stand above the first that exists; all of them where none does.
  [[nodiscard]] std::size_t depth() const;
  /// Marks the place as known in every layer: what stands there does not matter.
  void accept_all() const;
  /// Where a missing thing should be reported: the lowest layer.
  [[nodiscard]] const TomlNode& base() const { return layers_.back().node; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The same documents at a place called otherwise.
  [[nodiscard]] Layers top_alone(std::string path) const;

 private:
  std::vector<Layer> layers_;
  std::string path_;
  const ReadingContext* context_;
};

/// Reads figures and remembers them.
class FigureReader {
 public:
  explicit FigureReader(const std::optional<Pin>& pin) : pin_(pin) {}

  /// A required figure: a figure table, or a plain value in an override. Numbers that are not the
  /// vendor's own need low <= value <= high. Returns the pinned end where pinned.
  template <class T, class Parse>
  T ordered(const Layers& at, Parse parse, T fallback);
  /// As `ordered`, for a figure that may be absent.
  template <class T, class Parse>
  std::optional<T> optional(const Layers& at, Parse parse);
  /// A figure without order: a choice, a yes or no, a date.
  template <class T, class Parse>
  T choice(const Layers& at, Parse parse, T fallback);
  template <class T, class Parse>
  std::optional<T> optional_choice(const Layers& at, Parse parse);

  /// The figure's parts for readers of laws and tables, which have shapes of their own: reads the
  /// source of `table`, its low and high factors, and records it. @return the pinned factor, or 1
  double factor(const Layers::Layer& table, const std::string& path, std::string value);

  [[nodiscard]] std::vector<Figure> take() { return std::move(figures_); }

 private:
  enum class Side : std::uint8_t { kValue, kLow, kHigh };
  struct Parts {
    TomlNode value;
    std::optional<TomlNode> low{};  ///< absent = exact
    std::optional<TomlNode> high{};
    SourceNote note{};
    bool is_override = false;
  };
  [[nodiscard]] std::optional<Parts> parts(const Layers& at) const;
  /// Reports what is missing or stands out of order; `has_order` = low <= value <= high.
  [[nodiscard]] bool range_is_sound(const Parts& parts, bool has_order) const;
  [[nodiscard]] Side side(const std::string& path) const;
  void record(const std::string& path, const Parts& parts);

  std::optional<Pin> pin_;
  std::vector<Figure> figures_{};
};

/// A scalar as its file has it: text without quotes, or the number.
[[nodiscard]] std::string text_of(const TomlNode& node);
/// Reports at the place that counts: the first layer that has it, else where it is missing.
void report_at(const Layers& at, std::string what, std::string mend);
/// Reports a required key that no layer has.
void require(const Layers& at);

template <class T, class Parse>
std::optional<T> FigureReader::optional(const Layers& at, Parse parse) {
  const auto found = parts(at);
  if (!found) return {};
  const std::optional<T> value = parse(found->value);
  const std::optional<T> low = found->low ? parse(*found->low) : value;
  const std::optional<T> high = found->high ? parse(*found->high) : value;
  if (!value || !low || !high) return {};
  if (!range_is_sound(*found, *low <= *value && *value <= *high)) return {};
  record(at.path(), *found);
  switch (side(at.path())) {
    case Side::kLow:
      return low;
    case Side::kHigh:
      return high;
    case Side::kValue:
      break;
  }
  return value;
}

template <class T, class Parse>
T FigureReader::ordered(const Layers& at, Parse parse, T fallback) {
  if (at.top() == nullptr) require(at);
  return optional<T>(at, parse).value_or(fallback);
}

template <class T, class Parse>
std::optional<T> FigureReader::optional_choice(const Layers& at, Parse parse) {
  const auto found = parts(at);
  if (!found) return {};
  const std::optional<T> value = parse(found->value);
  if (value) record(at.path(), *found);
  return value;
}

template <class T, class Parse>
T FigureReader::choice(const Layers& at, Parse parse, T fallback) {
  if (at.top() == nullptr) require(at);
  return optional_choice<T>(at, parse).value_or(fallback);
}

}  // namespace faascast
