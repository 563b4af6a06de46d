#include "traces/content.h"

#include <fstream>
#include <system_error>
#include <utility>

#include "input/mapped_file.h"

namespace faascast {

TraceContent TraceContent::of_file(std::filesystem::path file) {
  TraceContent content;
  content.name_ = file.string();
  content.file_ = std::move(file);
  return content;
}

TraceContent TraceContent::of_text(std::string text, std::string name) {
  TraceContent content;
  content.name_ = std::move(name);
  content.owned_ = std::make_shared<const std::string>(std::move(text));
  content.text_ = *content.owned_;
  return content;
}

TraceContent TraceContent::of_embedded(std::string_view text, std::string name) {
  TraceContent content;
  content.name_ = std::move(name);
  content.text_ = text;
  return content;
}

LineReader TraceContent::lines() const {
  return file_.empty() ? LineReader(text_, name_) : LineReader(file_);
}

std::string TraceContent::begin(std::size_t n) const {
  if (file_.empty()) return std::string(text_.substr(0, n));
  std::string bytes(n, '\0');
  std::ifstream file(file_, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(n));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::pair<std::string_view, std::shared_ptr<const void>> TraceContent::bytes() const {
  if (file_.empty()) return {text_, owned_};
  auto mapped = std::make_shared<const MappedFile>(file_);
  return {mapped->bytes(), mapped};
}

std::uint64_t TraceContent::size() const {
  if (file_.empty()) return text_.size();
  for (const char* packed : {".gz", ".zst", ".zstd"}) {
    if (file_.extension() == packed) return 0;
  }
  std::error_code failed;
  const std::uintmax_t on_disk = std::filesystem::file_size(file_, failed);
  return failed ? 0 : on_disk;
}

}  // namespace faascast
