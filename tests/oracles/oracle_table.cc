#include "tests/oracles/oracle_table.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace faascast::oracles {
namespace {

/// The cells of a CSV line; quotes protect commas.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

std::vector<std::vector<std::string>> read(const std::string& name) {
  std::ifstream file(name);
  if (!file) throw std::runtime_error("cannot read " + name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) rows.push_back(cells_of(line));
  return rows;
}

}  // namespace

double OracleRow::value() const { return std::stod(text); }

std::string OracleRow::word(std::string_view key) const {
  for (std::size_t begin = 0; begin <= parameters.size();) {
    const std::size_t end = std::min(parameters.find(';', begin), parameters.size());
    const std::string part = parameters.substr(begin, end - begin);
    begin = end + 1;
    if (!part.starts_with(std::string(key) + "=")) continue;
    const std::string value = part.substr(key.size() + 1);
    return value.substr(0, value.find(" ("));
  }
  throw std::runtime_error(name + ": no parameter " + std::string(key) + " in " + parameters);
}

double OracleRow::number(std::string_view key) const {
  const std::string value = word(key);
  const std::size_t equals = value.rfind('=');
  return std::stod(equals == std::string::npos ? value : value.substr(equals + 1));
}

const std::vector<OracleRow>& oracle_rows() {
  static const std::vector<OracleRow> rows = [] {
    std::vector<OracleRow> all;
    for (const auto& cells : read(ORACLES)) {
      all.push_back({cells.at(0), cells.at(1), cells.at(2), cells.at(3)});
    }
    return all;
  }();
  return rows;
}

std::vector<OracleRow> oracle_rows(std::string_view name) {
  std::vector<OracleRow> mine;
  for (const OracleRow& row : oracle_rows()) {
    if (row.name == name) mine.push_back(row);
  }
  return mine;
}

std::vector<std::vector<OracleRow>> oracle_cases(std::string_view name) {
  std::vector<std::vector<OracleRow>> cases;
  for (const OracleRow& row : oracle_rows(name)) {
    const auto same = std::find_if(cases.begin(), cases.end(), [&](const auto& rows) {
      return rows.front().parameters == row.parameters;
    });
    if (same == cases.end()) {
      cases.push_back({row});
    } else {
      same->push_back(row);
    }
  }
  return cases;
}

std::vector<PoolRow> pool_table() {
  std::vector<PoolRow> rows;
  for (const auto& cells : read(POOL_TABLE)) {
    rows.push_back({std::stod(cells.at(0)), std::stod(cells.at(1)), std::stod(cells.at(2)),
                    std::stod(cells.at(3))});
  }
  return rows;
}

}  // namespace faascast::oracles
