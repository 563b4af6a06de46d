#pragma once

#include <array>
#include <cstdint>

// Textbook formulas, written from the books for the tests alone.
namespace faascast::oracles {

/// Blocking of c servers offered `a` Erlang (M/G/c/c).
[[nodiscard]] double erlang_b(int c, double a);
/// Probability of waiting in M/M/c, a < c.
[[nodiscard]] double erlang_c(int c, double a);
/// Smallest c for which `probability(c, a)` is at most `target`.
[[nodiscard]] int fewest_servers(double (*probability)(int, double), int first, double a,
                                 double target);

/// M/M/c with K places in all, service rate 1.
struct FiniteQueue {
  double blocked = 0.0;
  double mean_waiting = 0.0;
  double mean_wait = 0.0;  ///< of the accepted
};
[[nodiscard]] FiniteQueue finite_queue(int c, int places, double a);

/// P(wait <= t) in M/D/1 with service time 1.
[[nodiscard]] double md1_at_most(double rate, double t);

/// Root sigma of sigma = A*(mu (1 - sigma)) for gaps that are the sum of `stages` exponential ones
/// of the given total mean; 0 stages = constant gaps.
[[nodiscard]] double gm1_sigma(int stages, double mean_gap, double mu);

/// Philox4x32-10, word by word.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key);

}  // namespace faascast::oracles
