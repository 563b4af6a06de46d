#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace faascast {

/// CPU bandwidth control as the kernels need it; see CpuLaw.
struct LawNumbers {
  std::int64_t period = 0;
  std::int64_t quota = 0;    ///< > 0
  std::int64_t longest = 0;  ///< CPU time is cut here, so that no product overflows
};

/// Exact sums over a block: low and high halves apart, so that nothing overflows.
struct BlockSums {
  std::uint64_t low = 0;   ///< sum of the values' lower 32 bits
  std::uint64_t high = 0;  ///< sum of the values' upper 32 bits
  std::int64_t max = 0;
  friend bool operator==(const BlockSums&, const BlockSums&) = default;
};

/// What a fingerprint knows of a request: see kernels.cc. Sums of marks are associative.
struct MarkNumbers {
  std::uint64_t salt = 0;          ///< of the function
  std::uint64_t first_number = 0;  ///< of the block's first request
};

/// The inner loops that are worth vector code, compiled once for each instruction set from one
/// source. Every set gives the same bits.
struct Kernels {
  const char* name = "";
  /// Philox4x32-10 blocks of numbers first, first+1, …; either output may be null.
  void (*words)(const std::uint32_t* key, const std::uint32_t* high, std::uint64_t first,
                std::size_t n, std::uint64_t* word0, std::uint64_t* word1) = nullptr;
  /// -ln(u) of words.
  void (*exponentials)(const std::uint64_t* words, std::size_t n, double* units) = nullptr;
  /// round(scale * -ln(u)) of words. @pre scale < 2^56
  void (*exponential_ns)(const std::uint64_t* words, std::size_t n, double scale,
                         std::int64_t* ns) = nullptr;
  void (*logs)(const double* x, std::size_t n, double* ln) = nullptr;
  /// Quantile table at words. @pre every knot < 2^51
  void (*table)(const double* table, const std::uint64_t* words, std::size_t n,
                std::int64_t* ns) = nullptr;
  /// ns[i] = law(ns[i]). @pre 0 <= ns[i] < 2^51
  void (*cpu_law)(const LawNumbers& law, std::int64_t* ns, std::size_t n) = nullptr;
  /// Sum and maximum of values, and their histogram buckets. @pre values >= 0
  BlockSums (*measure)(const std::int64_t* ns, std::size_t n, std::uint32_t* buckets) = nullptr;
  /// Sum of ceil(max(ns, minimum) / step). @pre 0 <= ns, minimum, step < 2^51
  std::uint64_t (*steps)(const std::int64_t* ns, std::size_t n, std::int64_t minimum,
                         std::int64_t step) = nullptr;
  /// Sum of the parts of [from, to) that lie in [begin, end), as of BlockSums.
  BlockSums (*overlap)(const std::int64_t* from, const std::int64_t* to, std::size_t n,
                       std::int64_t begin, std::int64_t end) = nullptr;
  /// Sum of the marks of completed requests.
  std::uint64_t (*marks)(const MarkNumbers& numbers, const std::int64_t* done,
                         std::size_t n) = nullptr;
};

/// The best set that this machine has, or the one that FAASCAST_ISA (v2, v3, v4) lowers it to.
/// Chosen once.
[[nodiscard]] const Kernels& kernels();
/// All that this machine can run, slowest first: for tests.
[[nodiscard]] std::vector<const Kernels*> available_kernels();

/// One request's contribution to a fingerprint. @param outcome 0 = completed
[[nodiscard]] constexpr std::uint64_t mark_of(std::uint64_t salt, std::uint64_t number,
                                              std::int64_t done, std::uint64_t outcome) {
  std::uint64_t x = ((static_cast<std::uint64_t>(done) << 2U) | outcome) * 0x9E3779B97F4A7C15U +
                    (number + salt) * 0xD1342543DE82EF95U;
  x ^= x >> 32U;
  x *= 0xBF58476D1CE4E5B9U;
  return x ^ (x >> 29U);
}

}  // namespace faascast
