#include "sim-core/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim-core/kernels.h"
#include "sim-core/plan.h"

namespace faascast {
namespace {

using Words = std::vector<std::uint64_t>;

struct KnownAnswer {
  std::array<std::uint32_t, 4> counter;
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> out;
};

// Salmon et al. 2011, Random123's kat_vectors; the last by the same definition.
const KnownAnswer kKnownAnswers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    {{1, 0, 0, 0}, {0x2a, 7}, {0x2605095e, 0x25e536e4, 0xaa6f93d9, 0x5f25347c}}};

TEST(Philox, KnownAnswersOnEveryInstructionSet) {
  for (const Kernels* set : available_kernels()) {
    for (const KnownAnswer& known : kKnownAnswers) {
      const std::uint32_t high[2] = {known.counter[2], known.counter[3]};
      std::uint64_t word0 = 0;
      std::uint64_t word1 = 0;
      const std::uint64_t number = known.counter[0] | std::uint64_t{known.counter[1]} << 32U;
      set->words(known.key.data(), high, number, 1, &word0, &word1);
      EXPECT_EQ(word0, known.out[0] | std::uint64_t{known.out[1]} << 32U) << set->name;
      EXPECT_EQ(word1, known.out[2] | std::uint64_t{known.out[3]} << 32U) << set->name;
    }
  }
}

TEST(Stream, BlocksEqualSingleWordsAcrossTheCarryOfTheCounter) {
  const Stream stream(7, 12, Purpose::kColdStart, 3, 2);
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{0xFFFFFFFA}}) {
    for (std::size_t n : {1U, 7U, 8U, 9U, 33U}) {
      Words word0(n);
      Words word1(n);
      stream.words(first, word0, word1);
      Words only1(n);
      stream.words(first, {}, only1);
      EXPECT_EQ(only1, word1);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ((std::array{word0[i], word1[i]}), stream.words(first + i));
      }
    }
  }
}

TEST(Stream, EveryPartOfTheNameCounts) {
  const Words different{Stream(1, 0, Purpose::kRequest).words(5)[0],
                        Stream(2, 0, Purpose::kRequest).words(5)[0],
                        Stream(1, 1, Purpose::kRequest).words(5)[0],
                        Stream(1, 0, Purpose::kNetwork).words(5)[0],
                        Stream(1, 0, Purpose::kRequest, 1).words(5)[0],
                        Stream(1, 0, Purpose::kRequest, 0, 1).words(5)[0],
                        Stream(1, 0, Purpose::kRequest).words(6)[0]};
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(different[i], different[j]);
  }
}

TEST(Uniform, IsCentredAndNeverReachesItsEnds) {
  EXPECT_EQ(uniform_from_word(0), 0x1p-53);
  EXPECT_EQ(uniform_from_word(~std::uint64_t{0}), 1.0 - 0x1p-53);
  const Stream stream(1, 0, Purpose::kRequest);
  EXPECT_EQ(stream.uniform(9), uniform_from_word(stream.words(9)[0]));
  double sum = 0.0;
  double squares = 0.0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double u = stream.uniform(static_cast<std::uint64_t>(i));
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 0.5, 4.0 * std::sqrt(1.0 / 12.0 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3.0, 4.0 * std::sqrt(4.0 / 45.0 / n));
}

TEST(PortableLog, IsTheLogarithmToFourteenDigits) {
  EXPECT_EQ(portable_log(1.0), 0.0);
  const Stream stream(3, 0, Purpose::kRequest);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const double u = i % 2 == 0 ? stream.uniform(i) : std::ldexp(stream.uniform(i), -40);
    for (const double x : {u, 1.0 - u * 0x1p-20}) {
      const auto exact = static_cast<double>(std::log(static_cast<long double>(x)));
      ASSERT_NEAR(portable_log(x), exact, 1e-14 * std::fabs(exact)) << x;
    }
  }
  EXPECT_NEAR(portable_log(0x1p-1000), -1000 * std::log(2.0), 1e-11);
}

class InstructionSets : public testing::Test {
 protected:
  static constexpr std::size_t n = 1003;
  void SetUp() override {
    Stream(11, 5, Purpose::kRequest).words(1, words_, other_);
    words_[0] = 0;
    words_[1] = ~std::uint64_t{0};
    for (std::size_t i = 0; i < n; ++i) {
      ns_[i] = static_cast<std::int64_t>(other_[i] >> (14 + i % 40));
      later_[i] = ns_[i] + static_cast<std::int64_t>(words_[i] >> 30U);
    }
    ns_[2] = 0;
  }
  Words words_ = Words(n), other_ = Words(n);
  std::vector<std::int64_t> ns_ = std::vector<std::int64_t>(n);
  std::vector<std::int64_t> later_ = std::vector<std::int64_t>(n);
};

TEST_F(InstructionSets, GiveTheSameBits) {
  const Kernels& base = *available_kernels().front();
  for (const Kernels* set : available_kernels()) {
    std::vector<double> a(n), b(n);
    base.exponentials(words_.data(), n, a.data());
    set->exponentials(words_.data(), n, b.data());
    EXPECT_EQ(a, b) << set->name;
    EXPECT_EQ(a[5], -portable_log(uniform_from_word(words_[5])));
    for (const double scale : {1e3, 1e9, 1e15}) {
      std::vector<std::int64_t> c(n), d(n);
      base.exponential_ns(words_.data(), n, scale, c.data());
      set->exponential_ns(words_.data(), n, scale, d.data());
      EXPECT_EQ(c, d) << set->name << scale;
    }
    std::vector<std::uint32_t> buckets(n), others(n);
    EXPECT_EQ(base.measure(ns_.data(), n, buckets.data()),
              set->measure(ns_.data(), n, others.data()));
    EXPECT_EQ(buckets, others) << set->name;
    EXPECT_EQ(base.overlap(ns_.data(), later_.data(), n, 1000, 1 << 30),
              set->overlap(ns_.data(), later_.data(), n, 1000, 1 << 30));
    EXPECT_EQ(base.marks({3, 9}, ns_.data(), n), set->marks({3, 9}, ns_.data(), n));
  }
}

TEST_F(InstructionSets, DivideExactly) {
  for (const Kernels* set : available_kernels()) {
    for (const std::int64_t step : {1LL, 3LL, 1'000'000LL, 100'000'000LL, 77'777'777'777LL}) {
      std::uint64_t expected = 0;
      for (const std::int64_t ns : ns_) {
        expected += static_cast<std::uint64_t>((std::max<std::int64_t>(ns, 50) + step - 1) / step);
      }
      EXPECT_EQ(set->steps(ns_.data(), n, 50, step), expected) << set->name << ' ' << step;
    }
  }
}

TEST_F(InstructionSets, StretchCpuTimeAsTheLawDoes) {
  for (const Kernels* set : available_kernels()) {
    for (const auto& [period, quota] : {std::pair{20'000'000LL, 7'000'000LL},
                                        {20'000'000LL, 1LL},
                                        {100'000'000LL, 99'999'999LL},
                                        {3LL, 2LL}}) {
      const CpuLaw law{Duration(period), Duration(quota)};
      const auto longest = std::min<std::int64_t>((std::int64_t{1} << 60U) / period * quota,
                                                  (std::int64_t{1} << 51U) - 1);
      std::vector<std::int64_t> stretched = ns_;
      for (std::size_t i = 0; i < n; i += 10) stretched[i] = static_cast<std::int64_t>(i) * quota;
      const std::vector<std::int64_t> cpu = stretched;
      set->cpu_law({period, quota, longest}, stretched.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(stretched[i], law.elapsed(Duration(std::min(cpu[i], longest))).count())
            << set->name << ' ' << cpu[i] << ' ' << period << ' ' << quota;
      }
    }
  }
}

TEST_F(InstructionSets, SumsOfMarksAreSumsOfMarks) {
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < n; ++i) expected += mark_of(3, 9 + i, ns_[i], 0);
  EXPECT_EQ(kernels().marks({3, 9}, ns_.data(), n), expected);
}

}  // namespace
}  // namespace faascast
