#include "traces/csv.h"

#include <fmt/format.h>

namespace faascast {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

bool CsvSplitter::take_quoted(std::string_view line, std::size_t& at) {
  const std::size_t begin = ++at;
  bool doubled = false;
  for (; at < line.size(); ++at) {
    if (line[at] != '"') continue;
    if (at + 1 >= line.size() || line[at + 1] != '"') break;
    doubled = true;
    ++at;
  }
  if (at >= line.size()) return false;
  std::string_view text = line.substr(begin, at - begin);
  ++at;
  if (doubled) {
    std::string& plain = unescaped_.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) {
      plain += text[i];
      if (text[i] == '"') ++i;
    }
    text = plain;
  }
  cells_.back().text = text;
  while (at < line.size() && is_space(line[at])) ++at;
  return at == line.size() || line[at] == ',';
}

bool CsvSplitter::split(std::string_view line) {
  cells_.clear();
  unescaped_.clear();
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_space(line[at])) ++at;
    cells_.push_back({{}, at + 1});
    if (at < line.size() && line[at] == '"') {
      if (!take_quoted(line, at)) {
        error_column_ = cells_.back().column;
        return false;
      }
    } else {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      std::size_t end = comma;
      while (end > at && is_space(line[end - 1])) --end;
      cells_.back().text = line.substr(at, end - at);
      at = comma;
    }
    if (at == line.size()) return true;
    ++at;  // the comma
  }
}

bool is_all_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r,") == std::string_view::npos;
}

std::string cell_place(std::string_view file, std::size_t line, std::size_t column,
                       std::string_view name) {
  const std::string place = fmt::format("{}:{}:{}", file, line, column);
  return name.empty() ? place : fmt::format("{}: {}", place, name);
}

}  // namespace faascast
