#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faascast::oracles {

/// One known answer of oracles.csv.
struct OracleRow {
  std::string name{};        ///< the model: "erlang_b"
  std::string parameters{};  ///< "c=5;a=3"
  std::string quantity{};    ///< "P(block)"
  std::string text{};        ///< the value as written

  [[nodiscard]] double value() const;
  /// The number after `key=`; of "theta=mu*T=1" the last one. Fails the test where it is missing.
  [[nodiscard]] double number(std::string_view key) const;
  /// The word after `key=`.
  [[nodiscard]] std::string word(std::string_view key) const;
};

[[nodiscard]] const std::vector<OracleRow>& oracle_rows();
/// The rows of one model, in the file's order.
[[nodiscard]] std::vector<OracleRow> oracle_rows(std::string_view name);
/// The rows of one model by parameters, in the file's order.
[[nodiscard]] std::vector<std::vector<OracleRow>> oracle_cases(std::string_view name);

/// One row of pool_mru_table.csv: offered load a, keep-alive theta in mean service times.
struct PoolRow {
  double a = 0.0;
  double theta = 0.0;
  double cold_share = 0.0;
  double instances = 0.0;
};
[[nodiscard]] std::vector<PoolRow> pool_table();

}  // namespace faascast::oracles
