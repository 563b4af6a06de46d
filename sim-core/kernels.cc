// Compiled once for each instruction set, with FAASCAST_KERNELS = kernels_v2, kernels_v3,
// kernels_v4 (or kernels_any). Nothing here may call an inline function that other files share: the
// linker could then hand this file's copy to a machine that cannot run it. Hence raw pointers.
#include "sim-core/kernels.h"

#include "sim-core/portable_math.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace faascast {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr const char* kName = "v4";
constexpr std::size_t kLanes = 8;
#elif defined(__AVX2__)
constexpr const char* kName = "v3";
constexpr std::size_t kLanes = 4;
#elif defined(__SSE2__)
constexpr const char* kName = "v2";
constexpr std::size_t kLanes = 2;
#else
constexpr const char* kName = "any";
constexpr std::size_t kLanes = 2;
#endif

typedef std::uint64_t Vector __attribute__((vector_size(8 * kLanes)));

/// Product of the lower halves of each lane.
inline Vector product(Vector a, Vector b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return (Vector)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Vector)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (Vector)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (a & 0xFFFFFFFFU) * (b & 0xFFFFFFFFU);
#endif
}

struct WordPair {
  Vector word0, word1;
};

inline WordPair philox(const std::uint32_t* key, const std::uint32_t* high, Vector number) {
  // Upper halves of lanes hold rubbish, which product() does not see.
  Vector c0 = number;
  Vector c1 = number >> 32U;
  Vector c2 = Vector{} + high[0];
  Vector c3 = Vector{} + high[1];
  const Vector m0 = Vector{} + 0xD2511F53U;
  const Vector m1 = Vector{} + 0xCD9E8D57U;
  std::uint32_t k0 = key[0];
  std::uint32_t k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    const Vector p0 = product(c0, m0);
    const Vector p1 = product(c2, m1);
    c0 = (p1 >> 32U) ^ c1 ^ (Vector{} + k0);
    c1 = p1;
    c2 = (p0 >> 32U) ^ c3 ^ (Vector{} + k1);
    c3 = p0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {(c0 & 0xFFFFFFFFU) | (c1 << 32U), (c2 & 0xFFFFFFFFU) | (c3 << 32U)};
}

inline void store(std::uint64_t* to, Vector v, std::size_t n) {
  __builtin_memcpy(to, &v, n * sizeof(std::uint64_t));
}

void words(const std::uint32_t* key, const std::uint32_t* high, std::uint64_t first, std::size_t n,
           std::uint64_t* word0, std::uint64_t* word1) {
  Vector number;
  for (std::size_t lane = 0; lane < kLanes; ++lane) number[lane] = first + lane;
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const WordPair pair = philox(key, high, number);
    if (word0 != nullptr) store(word0 + i, pair.word0, kLanes);
    if (word1 != nullptr) store(word1 + i, pair.word1, kLanes);
    number += kLanes;
  }
  if (i < n) {
    const WordPair pair = philox(key, high, number);
    if (word0 != nullptr) store(word0 + i, pair.word0, n - i);
    if (word1 != nullptr) store(word1 + i, pair.word1, n - i);
  }
}

void exponentials(const std::uint64_t* __restrict words, std::size_t n, double* __restrict units) {
  for (std::size_t i = 0; i < n; ++i) units[i] = -log_of(uniform_of(words[i]));
}

void exponential_ns(const std::uint64_t* __restrict words, std::size_t n, double scale,
                    std::int64_t* __restrict ns) {
  if (scale < static_cast<double>(kExact / 64)) {  // -ln(u) < 37
    for (std::size_t i = 0; i < n; ++i) {
      ns[i] = small_integer_of(scale * -log_of(uniform_of(words[i])));
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      ns[i] = static_cast<std::int64_t>(scale * -log_of(uniform_of(words[i])));
    }
  }
}

void logs(const double* __restrict x, std::size_t n, double* __restrict ln) {
  for (std::size_t i = 0; i < n; ++i) ln[i] = log_of(x[i]);
}

void table(const double* __restrict knots, const std::uint64_t* __restrict words, std::size_t n,
           std::int64_t* __restrict ns) {
  for (std::size_t i = 0; i < n; ++i) {
    ns[i] = small_integer_of(table_at(knots, uniform_of(words[i])));
  }
}

/// floor(n / d) from a reciprocal. @pre 0 <= n < 2^51, d > 0
inline std::int64_t quotient(std::int64_t n, std::int64_t d, double reciprocal) {
  const double estimate = small_double_of(n) * reciprocal;
  std::int64_t q = small_integer_of(estimate);  // off by one at most
  const std::int64_t rest = n - q * d;
  q += static_cast<std::int64_t>(rest >= d) - static_cast<std::int64_t>(rest < 0);
  return q;
}

void cpu_law(const LawNumbers& law, std::int64_t* __restrict ns, std::size_t n) {
  const std::int64_t period = law.period;
  const std::int64_t quota = law.quota;
  const std::int64_t longest = law.longest;
  const double reciprocal = 1.0 / static_cast<double>(quota);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t cpu = ns[i] < longest ? ns[i] : longest;
    const std::int64_t before = cpu - static_cast<std::int64_t>(cpu > 0);
    const std::int64_t whole = quotient(before, quota, reciprocal);
    ns[i] = whole * (period - quota) + cpu;
  }
}

BlockSums measure(const std::int64_t* __restrict ns, std::size_t n,
                  std::uint32_t* __restrict buckets) {
  BlockSums sums;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t value = ns[i];
    sums.low += static_cast<std::uint64_t>(value) & 0xFFFFFFFFU;
    sums.high += static_cast<std::uint64_t>(value) >> 32U;
    sums.max = value > sums.max ? value : sums.max;
  }
  for (std::size_t i = 0; i < n; ++i) buckets[i] = static_cast<std::uint32_t>(bucket_of(ns[i]));
  return sums;
}

std::uint64_t steps(const std::int64_t* __restrict ns, std::size_t n, std::int64_t minimum,
                    std::int64_t step) {
  const double reciprocal = 1.0 / static_cast<double>(step);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t used = ns[i] < minimum ? minimum : ns[i];
    const auto positive = static_cast<std::int64_t>(used > 0);
    total += static_cast<std::uint64_t>(quotient(used - positive, step, reciprocal) + positive);
  }
  return total;
}

BlockSums overlap(const std::int64_t* __restrict from, const std::int64_t* __restrict to,
                  std::size_t n, std::int64_t begin, std::int64_t end) {
  BlockSums sums;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t a = from[i] < begin ? begin : from[i];
    const std::int64_t b = to[i] > end ? end : to[i];
    const std::int64_t part = b > a ? b - a : 0;
    sums.low += static_cast<std::uint64_t>(part) & 0xFFFFFFFFU;
    sums.high += static_cast<std::uint64_t>(part) >> 32U;
    sums.max = part > sums.max ? part : sums.max;
  }
  return sums;
}

std::uint64_t marks(const MarkNumbers& numbers, const std::int64_t* __restrict done,
                    std::size_t n) {
  const std::uint64_t base = numbers.salt + numbers.first_number;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < n; ++i) {  // as mark_of(), which other files share
    std::uint64_t x = (static_cast<std::uint64_t>(done[i]) << 2U) * 0x9E3779B97F4A7C15U +
                      (base + i) * 0xD1342543DE82EF95U;
    x ^= x >> 32U;
    x *= 0xBF58476D1CE4E5B9U;
    total += x ^ (x >> 29U);
  }
  return total;
}

}  // namespace

extern const Kernels FAASCAST_KERNELS;
const Kernels FAASCAST_KERNELS = {kName,   words,   exponentials, exponential_ns, logs, table,
                                  cpu_law, measure, steps,        overlap,        marks};

}  // namespace faascast
