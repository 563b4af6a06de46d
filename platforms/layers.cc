#include "platforms/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "platforms/platform_spec.h"

namespace faascast {
namespace {

constexpr std::string_view kFigureForm =
    "write { value = ..., low = ..., high = ..., kind = \"measured\", source = \"...\", "
    "as_of = \"2026-01-31\", confidence = \"B\" }";

bool names_a_source(const TomlNode& table) {
  const std::vector<std::string> keys = table.keys();
  return std::any_of(keys.begin(), keys.end(), [](const std::string& key) {
    return key == "kind" || key == "source" || key == "as_of" || key == "confidence";
  });
}

SourceNote note_of(const Layers::Layer& layer) {
  if (!layer.is_override || (layer.node.is_table() && names_a_source(layer.node)))
    return layer.node.source_note().value_or(SourceNote{});
  return SourceNote{.kind = "scenario", .source = layer.node.where()};
}

bool is_dated(const TomlNode& node) {
  if (!node.is_array()) return false;
  const std::vector<TomlNode> rules = node.elements();
  return std::any_of(rules.begin(), rules.end(), [](const TomlNode& rule) {
    if (!rule.is_table()) return false;
    const std::vector<std::string> keys = rule.keys();
    return std::find(keys.begin(), keys.end(), "until") != keys.end();
  });
}

/// The rule of a date among rules of several; all are checked to follow one another without a gap.
TomlNode rule_of(const TomlNode& node, const ReadingContext* context) {
  const std::vector<TomlNode> rules = node.elements();
  const std::string as_of = context == nullptr ? std::string() : context->as_of;
  std::optional<TomlNode> found;
  std::string before;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const TomlNode until = rules[i]["until"];
    const bool is_last = i + 1 == rules.size();
    if (until.exists() == is_last) {
      rules[i].report(is_last ? "the last rule ends: a gap from then on"
                              : "a rule without 'until' before others: they would never hold",
                      "order rules by 'until', today's last and without it");
    }
    const std::string date = until.string().value_or("");
    if (until.exists()) {
      if (!is_iso_day(date)) until.report("not a date", "such as until = \"2020-12-01\"");
      if (!before.empty() && date <= before) {
        until.report(fmt::format("does not come after '{}': a gap between rules", before),
                     "order rules by 'until'");
      }
      before = date;
      if (context != nullptr) context->dates.insert(date);
    }
    const bool holds = !until.exists() || (!as_of.empty() && as_of < date);
    if (holds && !found) {
      found = rules[i];
    } else {
      rules[i].accept_all();
    }
  }
  return found.value_or(rules.back());
}

}  // namespace

bool is_iso_day(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '-' ? text[i] != '-' : !is_digit) return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  const int day = (text[8] - '0') * 10 + (text[9] - '0');
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

std::string text_of(const TomlNode& node) {
  if (node.is_string()) return node.string().value_or("");
  if (!node.is_number()) return node.boolean().value_or(false) ? "true" : "false";
  constexpr double kAny = std::numeric_limits<double>::max();
  return fmt::format("{}", node.number(-kAny, kAny).value_or(0.0));
}

void report_at(const Layers& at, std::string what, std::string mend) {
  const Layers::Layer* first = at.first();
  (first == nullptr ? at.base() : first->node).report(std::move(what), std::move(mend));
}

void require(const Layers& at) {
  const std::size_t dot = at.path().rfind('.');
  const std::string key = dot == std::string::npos ? at.path() : at.path().substr(dot + 1);
  at.base().report(fmt::format("missing key '{}'", key), std::string(kFigureForm));
}

Layers::Layers(std::vector<Layer> layers, std::string path, const ReadingContext* context)
    : layers_(std::move(layers)), path_(std::move(path)), context_(context) {}

Layers Layers::operator[](std::string_view key) const {
  std::vector<Layer> inside;
  inside.reserve(layers_.size());
  for (const Layer& layer : layers_) {
    const bool is_hidden =
        layer.is_override && context_ != nullptr && path_.empty() &&
        std::find(context_->hidden.begin(), context_->hidden.end(), key) != context_->hidden.end();
    if (is_hidden) continue;
    TomlNode node = layer.node[key];
    if (is_dated(node)) node = rule_of(node, context_);
    inside.push_back({std::move(node), layer.is_override});
  }
  return Layers(std::move(inside),
                path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key), context_);
}

Layers Layers::top_alone(std::string path) const {
  const Layer* found = top();
  return Layers({found == nullptr ? layers_.back() : *found}, std::move(path), context_);
}

const Layers::Layer* Layers::first() const {
  const auto found = std::find_if(layers_.begin(), layers_.end(),
                                  [](const Layer& layer) { return layer.node.exists(); });
  return found == layers_.end() ? nullptr : &*found;
}

void Layers::accept_all() const {
  for (const Layer& layer : layers_) layer.node.accept_all();
}

std::size_t Layers::depth() const {
  const Layer* found = first();
  return found == nullptr ? layers_.size() : static_cast<std::size_t>(found - layers_.data());
}

const Layers::Layer* Layers::top() const {
  const Layer* found = first();
  if (found == nullptr) return nullptr;
  for (const Layer* layer = found + 1; layer != layers_.data() + layers_.size(); ++layer)
    layer->node.accept_all();
  return found;
}

std::optional<FigureReader::Parts> FigureReader::parts(const Layers& at) const {
  const Layers::Layer* top = at.top();
  if (top == nullptr) return {};
  const TomlNode& node = top->node;
  if (node.is_table()) {
    Parts found{node["value"], {}, {}, note_of(*top), top->is_override};
    if (node["low"].exists()) found.low = node["low"];
    if (node["high"].exists()) found.high = node["high"];
    if (!found.value.exists()) {
      node.report("missing key 'value'", std::string(kFigureForm));
      return {};
    }
    return found;
  }
  if (!top->is_override) {
    node.report("a platform file gives every number with its source", std::string(kFigureForm));
    return {};
  }
  return Parts{node, {}, {}, note_of(*top), true};
}

bool FigureReader::range_is_sound(const Parts& parts, bool has_order) const {
  if (parts.low.has_value() != parts.high.has_value()) {
    parts.value.report("a range needs both 'low' and 'high'", std::string(kFigureForm));
    return false;
  }
  if (!has_order) {
    parts.value.report(fmt::format("'{}' is outside its own range, '{}' to '{}'",
                                   text_of(parts.value), text_of(*parts.low), text_of(*parts.high)),
                       "low <= value <= high");
    return false;
  }
  if (!parts.low && !parts.is_override && parts.note.kind != "vendor-doc") {
    parts.value.report("a number that the vendor does not document needs 'low' and 'high'",
                       std::string(kFigureForm));
    return false;
  }
  return true;
}

FigureReader::Side FigureReader::side(const std::string& path) const {
  if (!pin_ || pin_->path != path) return Side::kValue;
  return pin_->side == Pin::Side::kLow ? Side::kLow : Side::kHigh;
}

void FigureReader::record(const std::string& path, const Parts& parts) {
  figures_.push_back({path, text_of(parts.value), parts.low ? text_of(*parts.low) : std::string(),
                      parts.high ? text_of(*parts.high) : std::string(), parts.note});
}

double FigureReader::factor(const Layers::Layer& table, const std::string& path,
                            std::string value) {
  constexpr double kLargest = 100.0;
  Figure figure{.path = path, .value = std::move(value), .note = note_of(table)};
  std::optional<double> low;
  std::optional<double> high;
  bool is_exact = true;
  if (table.node.is_table()) {
    const TomlNode low_node = table.node["low_factor"];
    const TomlNode high_node = table.node["high_factor"];
    low = low_node.number(0.0, 1.0);
    high = high_node.number(1.0, kLargest);
    is_exact = !low_node.exists() && !high_node.exists();
  }
  if (low && high) {
    figure.low = fmt::format("x {}", *low);
    figure.high = fmt::format("x {}", *high);
  } else if (!is_exact || (!table.is_override && figure.note.kind != "vendor-doc")) {
    table.node.report("a measured or assumed law needs 'low_factor' and 'high_factor'",
                      "such as low_factor = 0.8, high_factor = 1.25: factors on the whole law");
  }
  figures_.push_back(std::move(figure));
  switch (side(path)) {
    case Side::kLow:
      return low.value_or(1.0);
    case Side::kHigh:
      return high.value_or(1.0);
    case Side::kValue:
      break;
  }
  return 1.0;
}

}  // namespace faascast
