#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "input/byte_reader.h"

namespace faascast {

/// The text of a trace: a file, or memory. Can be read any number of times.
class TraceContent {
 public:
  static TraceContent of_file(std::filesystem::path file);
  static TraceContent of_text(std::string text, std::string name);
  /// @param text of static lifetime
  static TraceContent of_embedded(std::string_view text, std::string name);

  [[nodiscard]] LineReader lines() const;
  /// The first bytes, at most n, as they lie in the file (not unpacked); fewer at its end.
  [[nodiscard]] std::string begin(std::size_t n) const;
  /// All bytes, not unpacked, valid as long as what is given with them (nothing = always). A file
  /// is mapped. @throws InputError when that cannot be done
  [[nodiscard]] std::pair<std::string_view, std::shared_ptr<const void>> bytes() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Bytes of the text; 0 = not known (compressed).
  [[nodiscard]] std::uint64_t size() const;

 private:
  std::filesystem::path file_{};  ///< empty = in memory
  std::string name_{};
  std::shared_ptr<const std::string> owned_{};
  std::string_view text_{};
};

}  // namespace faascast
