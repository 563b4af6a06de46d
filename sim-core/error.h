#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace faascast {

/// One thing wrong in something the user gave us.
struct Problem {
  std::string where{};  ///< "api.toml:14:10: keep_alive"; empty = the command line
  std::string what{};   ///< "'15 minuts' is not a duration: unknown unit 'minuts'"
  std::string mend{};   ///< "write a number and one of ns us ms s min h d, such as '15 min'"
};

/// "where: what" and, indented on a line of its own, how to mend it.
[[nodiscard]] std::string to_string(const Problem& problem);

/// Thrown at the edges only (readers, compile(), command line), after everything has been checked,
/// so that the user sees every problem at once. Inside the engine a broken rule is an assert.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  explicit InputError(Problem problem);
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

}  // namespace faascast
