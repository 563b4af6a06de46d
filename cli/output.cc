#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "sim-core/error.h"

namespace faascast {

ReportFormat OutputArguments::format() const {
  if (json) return ReportFormat::kJson;
  if (csv) return ReportFormat::kCsv;
  return markdown ? ReportFormat::kMarkdown : ReportFormat::kText;
}

void check_output(const OutputArguments& output) {
  std::vector<Problem> problems;
  for (const std::string& file : output.files) {
    try {
      static_cast<void>(report_format_of(file));
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
    const std::filesystem::path path(file);
    std::error_code ignored;
    if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored)) {
      problems.push_back({file, fmt::format("there is no folder '{}'", path.parent_path().string()),
                          "make it first"});
    } else if (std::filesystem::is_directory(path, ignored)) {
      problems.push_back({file, "is a folder", "name a file"});
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

void deliver(const OutputArguments& output,
             const std::function<std::string(ReportFormat)>& render) {
  for (const std::string& file : output.files) write_file(file, render(report_format_of(file)));
  print(render(output.format()));
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      ++i;
    } else if ((byte >= 0x20 && byte != 0x7F) || byte == '\n' || byte == '\t' || byte == '\r') {
      out += text[i];
    }
  }
  return out;
}

void print(std::string_view raw) {
  const std::string text = printable(raw);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error(
        fmt::format("standard output cannot be written: {}", std::strerror(errno)));
  }
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path temporary = file;
  temporary.replace_filename(fmt::format(".{}.{}.tmp", file.filename().string(), getpid()));
  const auto fail = [&](int error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw std::runtime_error(
        fmt::format("{}: cannot be written: {}", file.string(), std::strerror(error)));
  };
  std::FILE* stream = std::fopen(temporary.c_str(), "wb");
  if (stream == nullptr) fail(errno);
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                          std::fflush(stream) == 0 && fsync(fileno(stream)) == 0;
  const int write_error = errno;
  const bool is_closed = std::fclose(stream) == 0;
  if (!is_written || !is_closed) fail(is_written ? errno : write_error);
  if (std::rename(temporary.c_str(), file.c_str()) != 0) fail(errno);
}

}  // namespace faascast
