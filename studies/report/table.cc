#include "studies/report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace faascast {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  ///< a column is not wrapped to less

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Characters of UTF-8 text.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    longest = std::max(longest, length_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

/// Bytes of the first `characters` characters.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size(); ++at) {
    if (!continues_character(text[at]) && n++ == characters) break;
  }
  return at;
}

std::string padded(const std::string& cell, std::size_t width, Table::Align align) {
  const std::string blanks(width - std::min(width, length_of(cell)), ' ');
  return align == Table::Align::kLeft ? cell + blanks : blanks + cell;
}

void end_line(std::string& out) {
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string markdown_cell(const std::string& cell) {
  std::string safe;
  for (const char c : cell) {
    if (c == '|') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

}  // namespace

std::vector<std::size_t> Table::widths(std::size_t available) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = length_of(columns_[c].head);
    for (const auto& row : rows_) width = std::max(width, length_of(row[c]));
    widths.push_back(width);
  }
  std::size_t total = widths.empty() ? 0 : kGap * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  // The widest gives way, but names stay whole for as long as others have blanks to break at.
  const auto narrow = [&](const std::vector<std::size_t>& least) {
    while (total > available) {
      std::size_t widest = widths.size();
      for (std::size_t c = 0; c < widths.size(); ++c) {
        if (columns_[c].align != Align::kLeft || widths[c] <= least[c]) continue;
        if (widest == widths.size() || widths[c] > widths[widest]) widest = c;
      }
      if (widest == widths.size()) return;
      --widths[widest];
      --total;
    }
  };
  narrow(longest_words());
  narrow(std::vector<std::size_t>(widths.size(), kNarrowest));
  return widths;
}

std::vector<std::size_t> Table::longest_words() const {
  std::vector<std::size_t> longest;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = std::max(kNarrowest, longest_word(columns_[c].head));
    for (const auto& row : rows_) width = std::max(width, longest_word(row[c]));
    longest.push_back(width);
  }
  return longest;
}

void Table::add_text_row(std::string& out, const std::vector<std::string>& cells,
                         const std::vector<std::size_t>& widths, std::size_t indent) const {
  std::vector<std::vector<std::string>> lines;
  std::size_t height = 1;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    lines.push_back(wrapped(cells[c], widths[c]));
    height = std::max(height, lines.back().size());
  }
  for (std::size_t line = 0; line < height; ++line) {
    out.append(indent, ' ');
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) out.append(kGap, ' ');
      const std::string cell = line < lines[c].size() ? lines[c][line] : std::string();
      out += padded(cell, widths[c], columns_[c].align);
    }
    end_line(out);
  }
}

std::string Table::text(std::size_t indent, std::size_t width) const {
  const std::vector<std::size_t> sizes = widths(width - std::min(width, indent));
  std::vector<std::string> heads;
  std::vector<std::string> rules;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    heads.push_back(columns_[c].head);
    rules.emplace_back(sizes[c], '-');
  }
  std::string out;
  add_text_row(out, heads, sizes, indent);
  add_text_row(out, rules, sizes, indent);
  for (const auto& row : rows_) {
    assert(row.size() == columns_.size() && "as many cells as columns");
    add_text_row(out, row, sizes, indent);
  }
  return out;
}

std::string Table::markdown() const {
  std::string out = "|";
  for (const Column& column : columns_) out += fmt::format(" {} |", markdown_cell(column.head));
  out += "\n|";
  for (const Column& column : columns_) out += column.align == Align::kLeft ? " --- |" : " ---: |";
  out += '\n';
  for (const auto& row : rows_) {
    out += '|';
    for (const std::string& cell : row) out += fmt::format(" {} |", markdown_cell(cell));
    out += '\n';
  }
  return out;
}

std::string Table::csv() const {
  std::string out;
  const auto add_row = [&out](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) out += ',';
      out += csv_cell(cells[c]);
    }
    out += '\n';
  };
  std::vector<std::string> heads;
  for (const Column& column : columns_) heads.push_back(column.head);
  add_row(heads);
  for (const auto& row : rows_) add_row(row);
  return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  width = std::max<std::size_t>(width, 1);
  while (length_of(text) > width) {
    const std::size_t limit = bytes_of(text, width);
    const std::size_t blank = text.rfind(' ', limit);
    const std::size_t hyphen = text.rfind('-', limit - 1);
    std::size_t end = limit;  // of the line, and where the next begins
    std::size_t next = limit;
    if (blank != std::string_view::npos && blank > 0) {
      end = blank;
      next = blank + 1;
    } else if (hyphen != std::string_view::npos && hyphen > 0) {
      end = next = hyphen + 1;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(next);
  }
  lines.emplace_back(text);
  return lines;
}

std::string paragraph(std::string_view first, std::string_view text, std::size_t width) {
  const std::size_t indent = length_of(first);
  std::string out;
  for (const std::string& line : wrapped(text, width - std::min(width - 1, indent))) {
    out += out.empty() ? std::string(first) : std::string(indent, ' ');
    out += line;
    end_line(out);
  }
  return out;
}

}  // namespace faascast
