#pragma once

#include <map>
#include <string>
#include <string_view>

#include "traces/content.h"

namespace faascast {

/// The objects of a JSON text one by one: one a line (JSON lines), several in an array, or one
/// after another, over any number of lines. Only one is held at a time.
class JsonRecords {
 public:
  /// @param member where the objects are those of an array in this member of one outer object:
  ///   {"events": [...], ...}; it comes first. Empty = they are not
  explicit JsonRecords(const TraceContent& content, std::string_view member = {})
      : lines_(content.lines()), member_(member) {}

  /// The text of the next object, valid until the next call. @return false at the end.
  /// @throws InputError when the text is cut off inside an object or an object is over 64 MiB
  [[nodiscard]] bool next(std::string_view& record);
  [[nodiscard]] std::size_t line_number() const { return first_line_; }  ///< of the object's begin
  [[nodiscard]] const std::string& name() const { return lines_.name(); }

 private:
  void enter_member();
  [[nodiscard]] bool find_object();

  LineReader lines_;
  std::string_view member_;
  bool entered_ = false;
  bool ended_ = false;  ///< the member's array
  std::string text_{};
  std::string_view line_{};
  std::size_t at_ = 0;
  std::size_t first_line_ = 0;
};

/// Whether a text begins as {"member": [ with any blanks.
[[nodiscard]] bool is_wrapped_in(const TraceContent& content, std::string_view member);

/// The scalars of an object by their path, "a.b" = member b of member a; numbers as written.
/// Arrays are left out. @return what is wrong; empty = nothing
[[nodiscard]] std::string flatten_json(std::string_view record,
                                       std::map<std::string, std::string, std::less<>>& scalars);

}  // namespace faascast
