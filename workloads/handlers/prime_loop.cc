#include "workloads/handlers/prime_loop.h"

#include <cmath>

namespace faascast {

std::uint64_t odd_primes_below(std::uint64_t limit) {
  std::uint64_t found = 0;
  for (std::uint64_t candidate = 3; candidate < limit; ++candidate) {
    const double root = std::sqrt(static_cast<double>(candidate));
    std::uint64_t divisor = 2;
    while (static_cast<double>(divisor) <= root && candidate % divisor != 0) ++divisor;
    if (static_cast<double>(divisor) > root) ++found;
  }
  return found;
}

}  // namespace faascast
