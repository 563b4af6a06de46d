#include "input/toml_patch.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

#include "input/toml_path.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

using Steps = std::span<const PathStep>;

toml::table parsed(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << "line " << error.source().begin.line;
    throw InputError(Problem{where.str(), std::string(error.description()),
                             "see https://toml.io for how TOML is written"});
  }
}

/// Where a line and a column, which counts characters, are in the text.
std::size_t offset_of(std::string_view text, const toml::source_position& position) {
  std::size_t at = 0;
  for (toml::source_index line = 1; line < position.line && at < text.size(); ++line) {
    const std::size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  const auto is_inside = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  for (toml::source_index column = 1; column < position.column && at < text.size(); ++column) {
    ++at;
    while (is_inside(at)) ++at;
  }
  return at;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t end = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

/// Past the line's end, or the end of the text.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

const toml::node* child_of(const toml::node& node, const PathStep& step) {
  const toml::table* table = node.as_table();
  const toml::node* child = table == nullptr ? nullptr : table->get(step.name);
  if (child == nullptr || !step.index) return child;
  const toml::array* array = child->as_array();
  return array == nullptr ? nullptr : array->get(*step.index);
}

bool is_written_in_place(const toml::node& node) {
  if (const toml::table* table = node.as_table()) return table->is_inline();
  if (const toml::array* array = node.as_array()) return !array->is_array_of_tables();
  return true;
}

/// Where the last character of a node and of all below it is.
std::size_t last_of(std::string_view text, const toml::node& node) {
  std::size_t last = offset_of(text, node.source().end);
  if (is_written_in_place(node)) return last;
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) last = std::max(last, last_of(text, value));
  } else if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) last = std::max(last, last_of(text, element));
  }
  return last;
}

std::string_view line_break(std::string_view text) {
  return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw InputError(Problem{path, what, "change it in the file by hand"});
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// A key of a table, with what it is and where it is written.
struct Entry {
  const toml::key* key = nullptr;
  const toml::node* value = nullptr;
};

/// The last member of a table that is written there, not under a header of its own.
std::optional<Entry> last_entry(std::string_view text, const toml::table& table) {
  std::optional<Entry> last;
  std::size_t at = 0;
  for (const auto& [key, value] : table) {
    if (!is_written_in_place(value)) continue;
    const std::size_t end = offset_of(text, value.source().end);
    if (!last || end > at) {
      last = Entry{&key, &value};
      at = end;
    }
  }
  return last;
}

/// "{ c = 1 }" for the steps "b", "c" after the first.
std::string nested(Steps steps, const std::string& value) {
  std::string text = value;
  for (std::size_t i = steps.size(); i > 0; --i) {
    text = std::string("{ ").append(steps[i - 1].name).append(" = ").append(text).append(" }");
  }
  return text;
}

std::string with_new_member(std::string text, const toml::table& table, const std::string& member) {
  const std::optional<Entry> last = last_entry(text, table);
  if (last) {
    text.insert(offset_of(text, last->value->source().end), ", " + member);
  } else {
    const std::size_t open = offset_of(text, table.source().begin);
    const std::size_t close = offset_of(text, table.source().end);
    text.replace(open, close - open, "{ " + member + " }");
  }
  return text;
}

/// A line below another; the text before it may lack its line's end.
void insert_line(std::string& text, std::size_t at, const std::string& line) {
  const std::string end(line_break(text));
  if (at > 0 && text[at - 1] != '\n') {
    text.insert(at, end + line);
  } else {
    text.insert(at, line + end);
  }
}

/// A new root table: before the first header that repeats, with a blank line after it.
std::string with_new_section(std::string text, const toml::table& root, const std::string& name,
                             const std::string& member) {
  std::size_t at = text.size();
  for (const auto& [key, value] : root) {
    const toml::array* array = value.as_array();
    if (array == nullptr || !array->is_array_of_tables() || array->empty()) continue;
    at = std::min(at, line_begin(text, offset_of(text, array->get(0)->source().begin)));
  }
  // Comments right above a header belong to it.
  while (at > 0 && at < text.size()) {
    const std::size_t above = line_begin(text, at - 1);
    if (text[above] != '#') break;
    at = above;
  }
  const std::string end(line_break(text));
  std::string section = std::string("[").append(name).append("]").append(end).append(member).append(end);
  if (at == text.size()) {
    if (!text.empty() && text.back() != '\n') text += end;
    return text.append(end).append(section);
  }
  text.insert(at, section.append(end));
  return text;
}

std::string with_new_line(std::string text, const toml::table& table, bool is_root,
                          const std::string& member) {
  if (const std::optional<Entry> last = last_entry(text, table)) {
    const std::size_t key = offset_of(text, last->key->source().begin);
    const std::size_t begin = line_begin(text, key);
    // Blanks, or the first parts of a dotted key.
    const std::string before = text.substr(begin, key - begin);
    insert_line(text, line_end(text, offset_of(text, last->value->source().end)), before + member);
    return text;
  }
  if (is_root) {
    insert_line(text, 0, member);
    return text;
  }
  insert_line(text, line_end(text, offset_of(text, table.source().end)), member);
  return text;
}

std::string with_value(std::string text, Steps steps, const std::string& path,
                       const std::string& value) {
  const toml::table root = parsed(text);
  const toml::node* node = &root;
  std::size_t depth = 0;
  while (depth < steps.size()) {
    const toml::node* child = child_of(*node, steps[depth]);
    if (child == nullptr) break;
    node = child;
    ++depth;
  }
  if (depth == steps.size()) {
    if (!is_written_in_place(*node)) refuse(path, "is a table, not a value");
    const std::size_t begin = offset_of(text, node->source().begin);
    return text.replace(begin, offset_of(text, node->source().end) - begin, value);
  }
  const toml::table* table = node->as_table();
  if (table == nullptr || steps[depth].index) refuse(path, "there is no such table");
  const Steps rest = steps.subspan(depth + 1);
  const std::string member = steps[depth].name + " = " + nested(rest, value);
  if (table->is_inline()) return with_new_member(std::move(text), *table, member);
  const bool is_root = depth == 0;
  if (is_root && !rest.empty()) {
    const std::string inner = rest[0].name + " = " + nested(rest.subspan(1), value);
    return with_new_section(std::move(text), root, steps[0].name, inner);
  }
  // [a.b] without [a]: a table of its own, at the end.
  const std::size_t begin = offset_of(text, table->source().begin);
  const bool has_header = is_root || text[line_begin(text, begin)] == '[' ||
                          last_entry(text, *table).has_value();
  if (!has_header) refuse(path, "its table is spread over the file");
  return with_new_line(std::move(text), *table, is_root, member);
}

struct Assignment {
  std::string key{};
  std::vector<PathStep> steps{};
  std::string value{};  ///< as TOML
};

std::optional<Assignment> assignment_of(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string key(text.substr(0, equals));
  auto steps = path_steps(key);
  if (!steps || steps->back().index) return std::nullopt;
  const std::string_view value = text.substr(equals + 1);
  toml::table table;
  try {
    table = toml::parse(std::string("value = ").append(value));
  } catch (const toml::parse_error&) {
    table.clear();
  }
  return Assignment{key, std::move(*steps),
                    table.size() == 1 ? std::string(trimmed(value)) : toml_string(value)};
}

struct PlacedValue {
  toml::source_position at{};
  TomlValue value{};
};

/// @param text  that the node was read from: numbers stay as they are written
void collect(std::string_view text, const toml::node& node, const std::string& path,
             std::vector<PlacedValue>& values) {
  const toml::array* array = node.as_array();
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      collect(text, value, path.empty() ? name : path + "." + name, values);
    }
  } else if (array != nullptr && !array->empty() && array->get(0)->is_table()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      collect(text, *array->get(i), path + "[" + std::to_string(i) + "]", values);
    }
  } else if (const auto* string = node.as_string()) {
    values.push_back({node.source().begin, {path, string->get(), true}});
  } else {
    const std::size_t begin = offset_of(text, node.source().begin);
    const std::size_t end = offset_of(text, node.source().end);
    values.push_back({node.source().begin, {path, std::string(text.substr(begin, end - begin)), false}});
  }
}

}  // namespace

bool is_bare_toml(std::string_view value) {
  try {
    const toml::table table = toml::parse(std::string("value = ").append(value));
    return table.size() == 1 && !table.get("value")->is_string();
  } catch (const toml::parse_error&) {
    return false;
  }
}

std::string toml_string(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    switch (c) {
      case '"': quoted += "\\\""; break;
      case '\\': quoted += "\\\\"; break;
      case '\n': quoted += "\\n"; break;
      case '\t': quoted += "\\t"; break;
      case '\r': quoted += "\\r"; break;
      default:
        if (code < 0x20 || code == 0x7F) {
          quoted.append("\\u00").append(1, kDigits[code / 16]).append(1, kDigits[code % 16]);
        } else {
          quoted += c;
        }
    }
  }
  return quoted.append("\"");
}

std::vector<TomlValue> toml_values(std::string_view text,
                                   const std::vector<std::string>& assignments) {
  const toml::table root = parsed(text);
  std::vector<PlacedValue> placed;
  collect(text, root, {}, placed);
  std::stable_sort(placed.begin(), placed.end(), [](const PlacedValue& a, const PlacedValue& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  std::vector<TomlValue> values;
  for (PlacedValue& one : placed) values.push_back(std::move(one.value));
  for (const std::string& assignment : assignments) {
    const auto parts = assignment_of(assignment);
    if (!parts) continue;
    const std::string written = "value = " + parts->value;
    const toml::table table = parsed(written);
    std::vector<PlacedValue> assigned;
    collect(written, *table.get("value"), parts->key, assigned);
    const std::string below = parts->key + ".";
    std::erase_if(values, [&](const TomlValue& known) {
      return known.path.starts_with(below) || (assigned.size() != 1 && known.path == parts->key);
    });
    for (PlacedValue& one : assigned) {
      const auto known = std::find_if(values.begin(), values.end(), [&](const TomlValue& value) {
        return value.path == one.value.path;
      });
      if (known == values.end()) {
        values.push_back(std::move(one.value));
      } else {
        *known = std::move(one.value);
      }
    }
  }
  return values;
}

std::string patched_toml(std::string_view text, const std::vector<std::string>& assignments) {
  std::string patched(text);
  for (const std::string& assignment : assignments) {
    const auto parts = assignment_of(assignment);
    if (!parts) {
      throw InputError(Problem{assignment, "not an assignment", "write key=value"});
    }
    patched = with_value(std::move(patched), parts->steps, parts->key, parts->value);
    (void)parsed(patched);  // no text that cannot be read leaves this function
  }
  return patched;
}

std::string toml_without(std::string_view text, std::string_view path) {
  const toml::table root = parsed(text);
  const auto steps = path_steps(path);
  if (!steps) return std::string(text);
  const toml::node* parent = &root;
  const toml::node* node = &root;
  for (const PathStep& step : *steps) {
    parent = node;
    node = child_of(*node, step);
    if (node == nullptr) return std::string(text);
  }
  std::string left(text);
  const toml::table* table = parent->as_table();
  if (table != nullptr && table->is_inline()) {
    // Members without their commas: written anew.
    std::string members;
    std::vector<std::pair<std::size_t, std::string>> kept;
    for (const auto& [key, value] : *table) {
      if (&value == node) continue;
      const std::size_t begin = offset_of(text, key.source().begin);
      const std::size_t end = offset_of(text, value.source().end);
      kept.emplace_back(begin, left.substr(begin, end - begin));
    }
    std::sort(kept.begin(), kept.end());
    for (const auto& [at, member] : kept) members.append(members.empty() ? "" : ", ").append(member);
    const std::size_t open = offset_of(text, table->source().begin);
    const std::size_t close = offset_of(text, table->source().end);
    return left.replace(open, close - open, members.empty() ? "{}" : "{ " + members + " }");
  }
  const std::size_t begin = line_begin(text, offset_of(text, node->source().begin));
  const std::size_t end = line_end(text, last_of(text, *node));
  left.erase(begin, end - begin);
  return left;
}

std::string toml_with_copy(std::string_view text, std::string_view path, const std::string& name) {
  const toml::table root = parsed(text);
  const auto steps = path_steps(path);
  const toml::node* node = steps ? child_of(root, steps->front()) : nullptr;
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (table == nullptr || steps->size() != 1) {
    throw InputError(Problem{std::string(path), "there is no such table", ""});
  }
  const std::string end(line_break(text));
  std::string copy(text);
  if (!copy.empty() && copy.back() != '\n') copy += end;
  copy.append(end).append("[[").append(steps->front().name).append("]]").append(end);
  copy.append("name = ").append(toml_string(name)).append(end);
  std::vector<std::pair<std::size_t, std::string>> lines;
  for (const auto& [key, value] : *table) {
    if (key.str() == "name") continue;
    std::ostringstream line;
    toml::table one;
    one.insert(key.str(), value);
    toml::table* inner = one.get(key.str())->as_table();
    if (inner != nullptr) inner->is_inline(true);
    line << one;
    lines.emplace_back(offset_of(text, key.source().begin), line.str());
  }
  std::sort(lines.begin(), lines.end());
  for (const auto& [at, line] : lines) copy.append(line).append(end);
  return copy;
}

}  // namespace faascast
