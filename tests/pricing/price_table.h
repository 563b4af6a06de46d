#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace faascast {

/// Rows of a table of tests/pricing, without comments and header. PRICING_TABLES is its folder.
inline std::vector<std::vector<std::string>> price_table(const std::string& file) {
  std::ifstream in(std::string(PRICING_TABLES) + "/" + file);
  std::vector<std::vector<std::string>> rows;
  bool header_seen = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#' || !std::exchange(header_seen, true)) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    rows.push_back(std::move(cells));
  }
  return rows;
}

}  // namespace faascast
