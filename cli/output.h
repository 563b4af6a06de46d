#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "studies/report.h"

namespace faascast {

/// Where a result goes: standard output in one format, and files in theirs.
struct OutputArguments {
  bool json = false;
  bool csv = false;
  bool markdown = false;
  std::vector<std::string> files{};

  [[nodiscard]] ReportFormat format() const;
};

/// Before a long run: every file has a known ending and a folder that exists.
/// @throws InputError with all problems
void check_output(const OutputArguments& output);

/// Writes the files, then standard output. @param render makes the text in a format
void deliver(const OutputArguments& output, const std::function<std::string(ReportFormat)>& render);

/// The text without what steers a terminal: control characters other than line ends and tabs, also
/// those that UTF-8 writes in two bytes. Names come from files, and files from anywhere.
[[nodiscard]] std::string printable(std::string_view text);

/// Writes printable() text to standard output. @throws std::runtime_error when it is not taken
void print(std::string_view text);

/// The file appears whole or not at all: a temporary file beside it, then a rename.
/// @throws std::runtime_error when it cannot be written
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace faascast
