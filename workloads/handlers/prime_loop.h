#pragma once

#include <cstdint>

namespace faascast {

/// How many odd primes lie in [3, limit), by dividing each number by all up to its square root: the
/// work of one event of sysbench's processor test, whose default limit is kPrimeLimit.
[[nodiscard]] std::uint64_t odd_primes_below(std::uint64_t limit);
inline constexpr std::uint64_t kPrimeLimit = 10'000;

}  // namespace faascast
