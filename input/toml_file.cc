#include "input/toml_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "input/toml_path.h"

namespace faascast {
namespace {

struct Place {
  std::uint32_t line = 0;  ///< 0 = not known
  std::uint32_t column = 0;
};

Place place_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

/// "file:line:column: key", without what is not known.
std::string where_text(const std::string& file, Place place, std::string_view path) {
  std::string text = file;
  if (place.line > 0) text += fmt::format(":{}:{}", place.line, place.column);
  if (!path.empty()) text += fmt::format(": {}", path);
  return text;
}

std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

/// What the user wrote, for messages.
std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    const std::string& value = text->get();
    return value.size() <= 60 ? fmt::format("'{}'", value)
                              : fmt::format("'{}...'", value.substr(0, 57));
  }
  if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  return "a date or time";
}

struct PlacedProblem {
  Place place;
  Problem problem;
};

}  // namespace

struct TomlDocument::Impl {
  toml::table table{};
  std::string name{};
  mutable std::vector<PlacedProblem> reported{};
  mutable std::set<const void*> ill_typed{};  ///< nodes already reported by a typed getter
  mutable std::map<const void*, std::vector<std::string>> asked{};  ///< keys, by table
  mutable std::set<const void*> accepted{};
  std::map<const void*, std::string> assigned{};  ///< nodes that set() made, and by which key

  void add(Place place, Problem problem) const {
    const bool known = std::any_of(reported.begin(), reported.end(), [&](const auto& other) {
      return other.problem.where == problem.where && other.problem.what == problem.what;
    });
    if (!known) reported.push_back({place, std::move(problem)});
  }

  void ask(const void* node, std::string_view key) const {
    std::vector<std::string>& keys = asked[node];
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.emplace_back(key);
  }

  [[nodiscard]] std::vector<std::string> valid_keys(const void* node) const {
    const auto found = asked.find(node);
    return found == asked.end() ? std::vector<std::string>{} : found->second;
  }

  /// Unknown keys of this node and of everything below that somebody asked for.
  void collect_unknown(const toml::node& node, const std::string& path,
                       std::vector<PlacedProblem>& found) const {
    if (accepted.contains(&node) || ill_typed.contains(&node)) return;
    if (const toml::array* array = node.as_array()) {
      std::size_t index = 0;
      for (const toml::node& element : *array) {
        collect_unknown(element, fmt::format("{}[{}]", path, index++), found);
      }
      return;
    }
    const toml::table* inner = node.as_table();
    if (inner == nullptr) return;
    const std::vector<std::string> valid = valid_keys(&node);
    for (const auto& [key, value] : *inner) {
      const std::string key_path = joined(path, key.str());
      if (std::find(valid.begin(), valid.end(), key.str()) != valid.end()) {
        collect_unknown(value, key_path, found);
        continue;
      }
      const auto set = assigned.find(&value);
      const Place place = set == assigned.end() ? place_of(key.source()) : Place{};
      const std::string where = set == assigned.end() ? where_text(name, place, key_path)
                                                      : fmt::format("--set {}", set->second);
      found.push_back({place, Problem{where, "unknown key", mend_unknown(key.str(), valid)}});
    }
  }

  static std::string mend_unknown(std::string_view key, const std::vector<std::string>& valid) {
    if (valid.empty()) return "no keys are expected here";
    const std::string nearest = nearest_name(key, valid);
    const std::string keys = fmt::format("keys here: {}", fmt::join(valid, ", "));
    return nearest.empty() ? keys : fmt::format("did you mean '{}'? {}", nearest, keys);
  }
};

namespace {

const toml::node* as_node(const void* node) { return static_cast<const toml::node*>(node); }
const toml::table* as_table(const void* node) {
  return node == nullptr ? nullptr : as_node(node)->as_table();
}

std::string range_text(double low, double high) {
  const bool from = low > -std::numeric_limits<double>::max();
  const bool to = high < std::numeric_limits<double>::max();
  if (from && to) return fmt::format("write a number from {} to {}", low, high);
  if (from) return fmt::format("write a number of at least {}", low);
  if (to) return fmt::format("write a number of at most {}", high);
  return "write a finite number";
}

std::string range_text(std::int64_t low, std::int64_t high) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  if (low > kMin && high < kMax) {
    return fmt::format("write a whole number from {} to {}", low, high);
  }
  if (low > kMin) return fmt::format("write a whole number of at least {}", low);
  if (high < kMax) return fmt::format("write a whole number of at most {}", high);
  return "write a whole number";
}

/// "2025", "2025-08" or "2025-08-01".
bool is_date(std::string_view text) {
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

}  // namespace

// ---- TomlDocument ----

TomlDocument::TomlDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TomlDocument::TomlDocument(TomlDocument&&) noexcept = default;
TomlDocument& TomlDocument::operator=(TomlDocument&&) noexcept = default;
TomlDocument::~TomlDocument() = default;

TomlDocument TomlDocument::from_file(const std::filesystem::path& file) {
  constexpr std::size_t kLargest = std::size_t{64} << 20;
  return from_text(read_whole_file(file, kLargest), file.string());
}

TomlDocument TomlDocument::from_text(std::string_view text, std::string name) {
  auto impl = std::make_unique<Impl>();
  impl->name = std::move(name);
  try {
    impl->table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(Problem{where_text(impl->name, place_of(error.source()), {}),
                             std::string(error.description()),
                             "see https://toml.io for how TOML is written"});
  }
  return TomlDocument(std::move(impl));
}

TomlNode TomlDocument::root() const { return {impl_.get(), &impl_->table, {}, nullptr}; }
const std::string& TomlDocument::name() const { return impl_->name; }

std::string TomlDocument::canonical_text(const std::vector<std::string>& left_out) const {
  toml::table table = impl_->table;
  for (const std::string& key : left_out) table.erase(key);
  std::ostringstream text;
  text << table << '\n';
  return text.str();
}

namespace {

/// The table that a step leads into, made where it is missing.
toml::table* enter(toml::table& table, const PathStep& step) {
  toml::node* node = table.get(step.name);
  if (node == nullptr && !step.index) {
    node = &table.insert(step.name, toml::table{}).first->second;
  }
  if (node != nullptr && step.index) {
    toml::array* array = node->as_array();
    node = array == nullptr ? nullptr : array->get(*step.index);
  }
  return node == nullptr ? nullptr : node->as_table();
}

}  // namespace

void TomlDocument::set(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string key(assignment.substr(0, equals));
  const auto steps = path_steps(key);
  if (equals == std::string_view::npos || !steps) {
    impl_->add({}, {fmt::format("--set {}", assignment), "not an assignment",
                    "write key=value, such as traffic.scale=2 or deployment[0].memory='1 GB'"});
    return;
  }
  const std::string value(assignment.substr(equals + 1));
  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value);
    if (parsed.size() != 1) parsed.clear();
  } catch (const toml::parse_error&) {
    parsed.clear();
  }
  if (parsed.empty()) parsed.insert("value", value);  // text without quotes
  toml::table* table = &impl_->table;
  for (std::size_t i = 0; i + 1 < steps->size() && table != nullptr; ++i) {
    table = enter(*table, (*steps)[i]);
  }
  if (table == nullptr || steps->back().index) {
    impl_->add({}, {fmt::format("--set {}", key), "there is no such table",
                    "deployments are counted from 0: deployment[0].memory"});
    return;
  }
  const auto entry = table->insert_or_assign(steps->back().name, std::move(*parsed.get("value")));
  impl_->assigned[&entry.first->second] = key;
}

void TomlDocument::report(const TomlNode& at, std::string what, std::string mend) const {
  at.report(std::move(what), std::move(mend));
}

void TomlDocument::finish() const {
  std::vector<PlacedProblem> all = impl_->reported;
  impl_->collect_unknown(impl_->table, {}, all);
  if (all.empty()) return;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::vector<Problem> problems;
  for (PlacedProblem& placed : all) problems.push_back(std::move(placed.problem));
  throw InputError(std::move(problems));
}

std::vector<Problem> TomlDocument::problems() const {
  std::vector<Problem> problems;
  for (const PlacedProblem& placed : impl_->reported) problems.push_back(placed.problem);
  return problems;
}

// ---- TomlNode ----

TomlNode::TomlNode(const TomlDocument::Impl* document, const void* node, std::string path,
                   const void* parent)
    : document_(document), node_(node), parent_(parent), path_(std::move(path)) {}

bool TomlNode::exists() const { return node_ != nullptr; }
bool TomlNode::is_table() const { return node_ != nullptr && as_node(node_)->is_table(); }
bool TomlNode::is_array() const { return node_ != nullptr && as_node(node_)->is_array(); }
bool TomlNode::is_string() const { return node_ != nullptr && as_node(node_)->is_string(); }
bool TomlNode::is_number() const { return node_ != nullptr && as_node(node_)->is_number(); }
std::string TomlNode::path() const { return path_; }

namespace {
Place place_in_file(const void* node, const void* parent) {
  const void* placed = node != nullptr ? node : parent;
  return placed == nullptr ? Place{} : place_of(as_node(placed)->source());
}
}  // namespace

std::string TomlNode::where() const {
  if (const auto found = document_->assigned.find(node_); found != document_->assigned.end()) {
    return fmt::format("--set {}", found->second);
  }
  return where_text(document_->name, place_in_file(node_, parent_), path_);
}

void TomlNode::report(std::string what, std::string mend) const {
  document_->add(place_in_file(node_, parent_), Problem{where(), std::move(what), std::move(mend)});
}

void TomlNode::report_type(std::string what, std::string mend) const {
  if (document_->ill_typed.insert(node_).second) report(std::move(what), std::move(mend));
}

TomlNode TomlNode::operator[](std::string_view key) const {
  const std::string key_path = joined(path_, key);
  const toml::table* table = as_table(node_);
  if (table == nullptr) {
    if (node_ != nullptr) {
      report_type(fmt::format("{} is not a table", shown(*as_node(node_))),
                  fmt::format("write a table with keys, such as {{ {} = ... }}", key));
    }
    return {document_, nullptr, key_path, node_ != nullptr ? node_ : parent_};
  }
  document_->ask(node_, key);
  return {document_, table->get(key), key_path, node_};
}

std::vector<TomlNode> TomlNode::elements() const {
  std::vector<TomlNode> nodes;
  if (node_ == nullptr) return nodes;
  const toml::array* array = as_node(node_)->as_array();
  if (array == nullptr) {
    report_type(fmt::format("{} is not an array", shown(*as_node(node_))),
                is_table() ? fmt::format("write [[{}]] in front of each table", path_)
                           : "write a list in brackets, such as [1, 2]");
    return nodes;
  }
  std::size_t index = 0;
  for (const toml::node& element : *array) {
    nodes.push_back(TomlNode(document_, &element, fmt::format("{}[{}]", path_, index++), node_));
  }
  return nodes;
}

std::vector<std::string> TomlNode::keys() const {
  const toml::table* table = as_table(node_);
  if (table == nullptr) return {};
  std::vector<std::pair<Place, std::string>> placed;
  for (const auto& [key, value] : *table) {
    placed.emplace_back(place_of(key.source()), std::string(key.str()));
  }
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.line, a.first.column) < std::tie(b.first.line, b.first.column);
  });
  std::vector<std::string> names;
  for (auto& [place, name] : placed) names.push_back(std::move(name));
  return names;
}

void TomlNode::accept_all() const {
  if (node_ != nullptr) document_->accepted.insert(node_);
}

std::optional<std::string> TomlNode::string() const {
  if (node_ == nullptr) return std::nullopt;
  if (const auto* text = as_node(node_)->as_string()) return text->get();
  report_type(fmt::format("{} is not text", shown(*as_node(node_))), "write text in quotes");
  return std::nullopt;
}

std::optional<bool> TomlNode::boolean() const {
  if (node_ == nullptr) return std::nullopt;
  if (const auto* value = as_node(node_)->as_boolean()) return value->get();
  report_type(fmt::format("{} is not true or false", shown(*as_node(node_))),
              "write true or false, without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> TomlNode::integer(std::int64_t low, std::int64_t high) const {
  if (node_ == nullptr) return std::nullopt;
  const auto* value = as_node(node_)->as_integer();
  if (value == nullptr) {
    report_type(fmt::format("{} is not a whole number", shown(*as_node(node_))),
                range_text(low, high));
    return std::nullopt;
  }
  if (value->get() < low || value->get() > high) {
    report_type(fmt::format("{} is out of range", value->get()), range_text(low, high));
    return std::nullopt;
  }
  return value->get();
}

std::optional<double> TomlNode::number(double low, double high) const {
  if (node_ == nullptr) return std::nullopt;
  const toml::node& node = *as_node(node_);
  if (!node.is_number()) {
    report_type(fmt::format("{} is not a number", shown(node)), range_text(low, high));
    return std::nullopt;
  }
  const double value = *node.value<double>();
  if (!std::isfinite(value) || value < low || value > high) {
    report_type(fmt::format("{} is out of range", shown(node)), range_text(low, high));
    return std::nullopt;
  }
  return value;
}

/// A getter of text that a parser turns into a quantity. A bare number lacks its unit: it goes
/// through the parser too, which says so.
template <class Value, class Parser>
std::optional<Value> TomlNode::quantity(std::string_view kind, Parser parser,
                                        std::string_view mend) const {
  if (node_ == nullptr) return std::nullopt;
  const toml::node& node = *as_node(node_);
  std::string text;
  if (const auto* written = node.as_string()) {
    text = written->get();
  } else if (node.is_number()) {
    text = shown(node);
  } else {
    report_type(fmt::format("{} is not {}", shown(node), kind), std::string(mend));
    return std::nullopt;
  }
  std::string why;
  std::optional<Value> value = parser(text, why);
  if (!value) report_type(std::move(why), std::string(mend));
  return value;
}

std::optional<Duration> TomlNode::duration() const {
  return quantity<Duration>("a duration", parse_duration,
                            "write a number and one of ns us ms s min h d, such as '15 min'");
}

std::optional<Megabytes> TomlNode::memory() const {
  return quantity<Megabytes>("a memory size", parse_memory,
                             "write a whole number of MB or GB, such as '1769 MB'");
}

std::optional<Bytes> TomlNode::bytes() const {
  return quantity<Bytes>("a size in bytes", parse_bytes,
                         "write a number and one of B kB MB GB KiB MiB GiB, such as '2 kB'");
}

std::optional<double> TomlNode::bandwidth_bytes_per_s() const {
  return quantity<double>("a bandwidth", parse_bandwidth_bytes_per_s,
                          "write a number and one of B/s kB/s MB/s GB/s, such as '30 MB/s'");
}

std::optional<std::int64_t> TomlNode::pico_usd() const {
  constexpr std::string_view kMend =
      "write US dollars with at most 12 decimals as text, such as '$0.20'";
  if (node_ != nullptr && as_node(node_)->is_floating_point()) {
    // A binary fraction is not the decimal price that was meant.
    report_type(fmt::format("{} is not exact without quotes", shown(*as_node(node_))),
                std::string(kMend));
    return std::nullopt;
  }
  return quantity<std::int64_t>("an amount of US dollars", parse_pico_usd, kMend);
}

std::optional<std::string> TomlNode::one_of(const std::vector<std::string>& names) const {
  const std::optional<std::string> text = string();
  if (!text || std::find(names.begin(), names.end(), *text) != names.end()) return text;
  const std::string nearest = nearest_name(*text, names);
  std::string mend = fmt::format("one of: {}", fmt::join(names, ", "));
  if (!nearest.empty()) mend = fmt::format("did you mean '{}'? {}", nearest, mend);
  report_type(fmt::format("unknown name {}", shown(*as_node(node_))), std::move(mend));
  return std::nullopt;
}

std::optional<SourceNote> TomlNode::source_note() const {
  constexpr std::string_view kMend =
      "write { kind = \"...\", source = \"...\", as_of = \"2026-01-31\", confidence = \"A\" }";
  if (node_ == nullptr) {
    report("missing source note", std::string(kMend));
    return std::nullopt;
  }
  const TomlNode& self = *this;
  const auto kind =
      self["kind"].one_of({"vendor-doc", "measured", "paper", "third-party", "assumed"});
  const auto source = self["source"].string();
  const auto as_of = self["as_of"].string();
  const auto confidence = self["confidence"].one_of({"A", "B", "C", "D"});
  for (const char* key : {"kind", "source", "as_of", "confidence"}) {
    if (is_table() && !self[key].exists())
      report(fmt::format("missing key '{}'", key), std::string(kMend));
  }
  if (source && source->empty()) self["source"].report("the source is empty", std::string(kMend));
  if (as_of && !is_date(*as_of)) {
    self["as_of"].report(fmt::format("'{}' is not a date", *as_of),
                         "write \"2025\", \"2025-08\" or \"2025-08-01\"");
    return std::nullopt;
  }
  if (!kind || !source || source->empty() || !as_of || !confidence) return std::nullopt;
  return SourceNote{*kind, *source, *as_of, *confidence};
}

void TomlNode::require(std::string_view key) const {
  if (node_ != nullptr && !is_table()) {
    [[maybe_unused]] const TomlNode reports_type = (*this)[key];
    return;
  }
  if ((*this)[key].exists()) return;
  report(fmt::format("missing key '{}'", key));
}

}  // namespace faascast
