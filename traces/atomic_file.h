#pragma once

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace faascast {

/// A file that replaces another at once, when all of it has been written.
class AtomicFile {
 public:
  /// @throws InputError when it cannot be made; so do the others
  explicit AtomicFile(std::filesystem::path target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();  ///< without commit(): leaves the old file as it was

  void write(std::string_view bytes);
  /// Over the first bytes, which have been written before.
  void rewrite_begin(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  std::FILE* file_;
};

}  // namespace faascast
