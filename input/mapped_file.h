#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace faascast {

/// The bytes of a file, mapped into memory: only what is looked at is read, and several programs
/// share it. The file must not be shortened meanwhile.
class MappedFile {
 public:
  /// @throws InputError when the file is missing, no regular file or unreadable
  explicit MappedFile(const std::filesystem::path& file);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {begin_, size_}; }

 private:
  const char* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace faascast
