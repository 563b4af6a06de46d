#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

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
