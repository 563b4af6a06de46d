#include "sim-core/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace faascast {
namespace {

using namespace std::chrono_literals;

TEST(UnitExponentials, AreLogarithmsOfUniforms) {
  std::vector<std::uint64_t> words(100);
  Stream(1, 2, Purpose::kRequest).words(0, words, {});
  std::vector<double> units(100);
  unit_exponentials(words, units);
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(units[i], -portable_log(uniform_from_word(words[i])));
  }
}

TEST(ExponentialGaps, AreWholeNanoseconds) {
  std::vector<std::uint64_t> words(100);
  Stream(1, 2, Purpose::kRequest).words(0, words, {});
  std::vector<std::int64_t> gaps(100);
  for (const double mean : {3.5, 1e9, 1e16}) {
    exponential_gaps(words, mean, gaps);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const double exact = -mean * std::log(uniform_from_word(words[i]));
      EXPECT_NEAR(static_cast<double>(gaps[i]), exact, 1.0 + 1e-14 * exact);
    }
  }
}

std::uint64_t count(RenewalSource& source, Duration end, std::vector<std::int64_t>* all = nullptr) {
  std::uint64_t n = 0;
  std::int64_t before = 0;
  for (ArrivalBlock block = source.fill(); block.size() > 0; block = source.fill()) {
    EXPECT_EQ(block.first_number, n);
    EXPECT_EQ(block.work_word.size(), block.size());
    for (const std::int64_t at : block.at) {
      EXPECT_GE(at, before);
      before = at;
      if (all != nullptr) all->push_back(at);
    }
    n += block.size();
  }
  EXPECT_LT(before, end.count());
  EXPECT_EQ(source.fill().size(), 0U);
  return n;
}

TEST(RenewalSource, PoissonCountsHaveTheirMean) {
  RenewalSource source(3, {5, 0}, 1e6, 100s);  // a thousand a second
  const auto n = static_cast<double>(count(source, 100s));
  EXPECT_NEAR(n, 1e5, 4.0 * std::sqrt(1e5));
}

TEST(RenewalSource, ConstantGapsAreEven) {
  RenewalSource source(0, {}, Distribution::constant(10ms), 10s + 1ns);
  std::vector<std::int64_t> at;
  EXPECT_EQ(count(source, 10s + 1ns, &at), 1000U);
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_EQ(at[i], static_cast<std::int64_t>(i + 1) * 10'000'000);
  }
}

TEST(RenewalSource, DrawsByRequestNumberAndReplication) {
  const Stream stream(5, 3, Purpose::kRequest, 0, 1);
  RenewalSource source(3, {5, 1}, 1e6, 1s);
  const ArrivalBlock block = source.fill();
  EXPECT_EQ(block.work_word[17], stream.words(17)[1]);
  const double first_gap = -1e6 * std::log(uniform_from_word(stream.words(0)[0]));
  EXPECT_NEAR(static_cast<double>(block.at[0]), first_gap, 1.0);
}

}  // namespace
}  // namespace faascast
