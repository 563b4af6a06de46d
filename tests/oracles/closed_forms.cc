#include "tests/oracles/closed_forms.h"

#include <cmath>
#include <vector>

namespace faascast::oracles {

double erlang_b(int c, double a) {
  double blocked = 1.0;
  for (int k = 1; k <= c; ++k) blocked = a * blocked / (k + a * blocked);
  return blocked;
}

double erlang_c(int c, double a) {
  const double blocked = erlang_b(c, a);
  return blocked / (1.0 - a / c * (1.0 - blocked));
}

int fewest_servers(double (*probability)(int, double), int first, double a, double target) {
  int c = first;
  while (probability(c, a) > target) ++c;
  return c;
}

FiniteQueue finite_queue(int c, int places, double a) {
  std::vector<double> weight{1.0};
  double total = 1.0;
  for (int n = 1; n <= places; ++n) {
    weight.push_back(weight.back() * a / std::min(n, c));
    total += weight.back();
  }
  FiniteQueue q;
  q.blocked = weight.back() / total;
  for (int n = c; n <= places; ++n) {
    q.mean_waiting += (n - c) * weight[static_cast<std::size_t>(n)] / total;
  }
  q.mean_wait = q.mean_waiting / (a * (1.0 - q.blocked));
  return q;
}

double md1_at_most(double rate, double t) {
  double sum = 0.0;
  for (int j = 0; j <= static_cast<int>(t); ++j) {
    const double x = rate * (j - t);
    sum += std::pow(x, j) / std::tgamma(j + 1.0) * std::exp(-x);
  }
  return (1.0 - rate) * sum;
}

double gm1_sigma(int stages, double mean_gap, double mu) {
  double sigma = 0.5;
  for (int i = 0; i < 10'000; ++i) {
    const double s = mu * (1.0 - sigma);
    sigma =
        stages == 0 ? std::exp(-s * mean_gap) : std::pow(stages / (stages + s * mean_gap), stages);
  }
  return sigma;
}

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

}  // namespace faascast::oracles
