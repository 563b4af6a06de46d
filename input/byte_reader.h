#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace faascast {

/// Streams the bytes of a file, decompressing gzip and zstd found by their magic bytes (never by
/// the name). Memory does not grow with the file.
class ByteReader {
 public:
  /// @throws InputError when the file is missing, a directory or unreadable.
  explicit ByteReader(const std::filesystem::path& file);
  /// The same of bytes in memory, which must outlive the reader. @param name for messages
  ByteReader(std::string_view bytes, std::string name);
  ByteReader(ByteReader&&) noexcept;
  ~ByteReader();

  /// Fills the buffer as far as possible; 0 = the end.
  /// @throws InputError on truncated or corrupt compressed data.
  [[nodiscard]] std::size_t read(std::span<char> buffer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Lines of a ByteReader without their line end (LF or CRLF); a UTF-8 byte-order mark at the start
/// is dropped. A line is valid until the next call.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file);
  /// The lines of text in memory, which must outlive the reader. @param name for messages
  LineReader(std::string_view text, std::string name);
  /// @return false at the end. @throws InputError when a line is over 64 MiB.
  [[nodiscard]] bool next(std::string_view& line);
  [[nodiscard]] std::size_t line_number() const {
    return line_number_;
  }  ///< of the last line, from 1
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  /// Moves what is left to the front and reads on.
  void fetch();

  ByteReader bytes_;
  std::string name_;
  std::size_t chunk_;  ///< read at a time at least
  std::unique_ptr<char[]> buffer_{};
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t line_number_ = 0;
  bool at_end_ = false;
};

/// The whole of a (possibly compressed) file. @throws InputError as ByteReader, or over `limit`.
[[nodiscard]] std::string read_whole_file(const std::filesystem::path& file,
                                          std::size_t limit = std::size_t{1} << 31);

/// SHA-256 of bytes, as 64 hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace faascast
