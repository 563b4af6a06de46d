#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faascast {

// Changes to the text of a TOML file that leave everything else in it as it is: comments, order,
// blank lines, the way numbers are written.

/// One value of a file.
struct TomlValue {
  std::string path{};  ///< "deployment[1].memory"; of inline tables each member, of arrays the whole
  std::string text{};  ///< of a string its content, else as TOML: "true", "[1, 2]"
  bool is_string = false;
};

/// All values, in the order of the file, with assignments applied as TomlDocument::set() does
/// (values that they add come last). What is not an assignment is left out.
/// @throws InputError where the text is not TOML
[[nodiscard]] std::vector<TomlValue> toml_values(std::string_view text,
                                                 const std::vector<std::string>& assignments = {});

/// The text with other values: "traffic.scale=2", "deployment[1].memory=512 MB", as
/// TomlDocument::set() takes them. A new key stands below the last one of its table, a new table of
/// the root at the end, before the first array of tables.
/// @throws InputError where the text is not TOML or there is no place for a value
[[nodiscard]] std::string patched_toml(std::string_view text,
                                       const std::vector<std::string>& assignments);

/// The text without a key, a table, or an element of an array of tables ("deployment[1]"): its
/// lines go, with the comments at their ends. A path that is not there changes nothing.
/// @throws InputError where the text is not TOML
[[nodiscard]] std::string toml_without(std::string_view text, std::string_view path);

/// The text with another element of an array of tables at its end, which has the values of one that
/// is there but for its `name`. @throws InputError where there is no such element
[[nodiscard]] std::string toml_with_copy(std::string_view text, std::string_view path,
                                         const std::string& name);

/// `value` reads as a TOML value other than a string: text like it needs quotes to be text.
[[nodiscard]] bool is_bare_toml(std::string_view value);
/// In quotes, as TOML writes text.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace faascast
