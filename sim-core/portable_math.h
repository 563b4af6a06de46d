#pragma once

#include <cstdint>

/// Arithmetic that gives the same bits on every machine and instruction set: + - * / on doubles and
/// integers only. Functions have internal linkage, because kernels.cc is compiled once for each
/// instruction set and must not share code with the rest of the program.
namespace faascast {
namespace {

constexpr double kTwo52 = 4503599627370496.0;
/// Doubles below this become integers, and integers doubles, without a conversion instruction.
constexpr std::int64_t kExact = std::int64_t{1} << 51U;

// A quantile table has two sides, for u <= 1/2 and for u > 1/2. Each has its knots at
// v = min(u, 1 - u) = 2^-41 (1 + j/32) ... 1/2: 32 cells an octave, and one knot more as padding.
constexpr int kCellsLog2 = 5;
constexpr int kOctaves = 40;
constexpr std::uint64_t kSideKnots = (std::uint64_t{kOctaves} << kCellsLog2) + 2;
constexpr std::uint64_t kTableKnots = 2 * kSideKnots;
constexpr double kSmallestTail = 0x1p-41;

inline std::uint64_t bits_of(double x) { return __builtin_bit_cast(std::uint64_t, x); }
inline double double_of(std::uint64_t bits) { return __builtin_bit_cast(double, bits); }

inline double uniform_of(std::uint64_t word) {
  return double_of((word >> 12U) | 0x3FF0000000000000U) - 1.0 + 0x1p-53;
}

/// @pre 0 <= x < kExact; rounds to nearest.
inline std::int64_t small_integer_of(double x) {
  return static_cast<std::int64_t>(bits_of(x + kTwo52) & 0x000FFFFFFFFFFFFFU);
}
/// @pre 0 <= n < 2^52
inline double small_double_of(std::int64_t n) {
  return double_of(static_cast<std::uint64_t>(n) | 0x4330000000000000U) - kTwo52;
}

/// ln x for x in (0, 1]: x = 2^k m with m in [sqrt(1/2), sqrt 2), ln m = 2 artanh((m-1)/(m+1)).
inline double log_of(double x) {
  constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCDU;
  constexpr double ln2_high = 0x1.62e42feep-1;  // 32 bits: k * ln2_high is exact
  constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  const std::uint64_t shifted = bits_of(x) + (0x3FF0000000000000U - root_half);
  const double k = double_of((shifted >> 52U) | 0x4330000000000000U) - (kTwo52 + 1023.0);
  const double m = double_of((shifted & 0x000FFFFFFFFFFFFFU) + root_half);
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  const double twice = s + s;
  return k * ln2_high + (twice + (twice * (z * p) + k * ln2_low));
}

/// The table's law at u in (0, 1), in nanoseconds.
inline double table_at(const double* table, double u) {
  const bool right = u > 0.5;
  double v = right ? 1.0 - u : u;
  v = v < kSmallestTail ? kSmallestTail : v;
  constexpr int drop = 52 - kCellsLog2;
  constexpr std::uint64_t first = std::uint64_t{1023 - kOctaves - 1} << kCellsLog2;
  const std::uint64_t bits = bits_of(v);
  const std::uint64_t cell = (bits >> drop) - first + (right ? kSideKnots : 0U);
  const std::uint64_t within = (bits << kCellsLog2) & 0x000FFFFFFFFFFFFFU;
  const double fraction = double_of(within | 0x3FF0000000000000U) - 1.0;
  return table[cell] + (table[cell + 1] - table[cell]) * fraction;
}

/// Histogram bucket: 0 for 0, else 512 an octave. @pre ns >= 0
inline std::uint64_t bucket_of(std::int64_t ns) {
  constexpr std::uint64_t zero = (std::uint64_t{1023} << 9U) - 1;
  constexpr std::uint64_t last = std::uint64_t{63} * 512;
  const std::uint64_t raw = bits_of(static_cast<double>(ns)) >> 43U;
  const std::uint64_t bucket = (raw < zero ? zero : raw) - zero;
  return bucket < last ? bucket : last;
}

}  // namespace
}  // namespace faascast
