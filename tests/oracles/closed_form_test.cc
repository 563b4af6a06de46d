// What needs no run: which rows are covered and how, formulas, random words, quantile tables.
#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>

#include "sim-core/distribution.h"
#include "sim-core/random.h"
#include "sim-core/statistics.h"
#include "tests/oracles/closed_forms.h"
#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

enum class How : std::uint8_t {
  kSimulated,  ///< analytic_pool_test.cc or analytic_server_test.cc, every row of the name
  kFormula,    ///< here
  kNotYet,     ///< needs a mechanism that the engine does not have
};

struct Coverage {
  How how = How::kNotYet;
  std::size_t rows = 0;
};

const std::map<std::string, Coverage> kCoverage{
    {"mg_inf", {How::kSimulated, 23}},
    {"mg_inf_transient", {How::kSimulated, 4}},
    {"erlang_b", {How::kSimulated, 16}},
    {"mmc", {How::kSimulated, 42}},
    {"mmck", {How::kSimulated, 9}},
    {"mdc", {How::kSimulated, 8}},
    {"mg1", {How::kSimulated, 20}},
    {"md1_wait_cdf", {How::kSimulated, 7}},
    {"gim1", {How::kSimulated, 12}},
    {"pool_limit1", {How::kSimulated, 9}},
    {"pool_zero_service", {How::kSimulated, 3}},
    {"pool_mru_mm_inf", {How::kSimulated, 45}},
    {"pool_mru_mm_inf_min", {How::kSimulated, 6}},
    {"pool_mru_mm_L_L", {How::kSimulated, 8}},
    {"deterministic_pool", {How::kSimulated, 21}},
    {"mx_m_inf", {How::kSimulated, 4}},
    {"mg1_setup_delayed_off", {How::kSimulated, 6}},
    {"mmc_staffing", {How::kFormula, 3}},
    {"mm_c_c_staffing", {How::kFormula, 3}},
    {"ggc_allen_cunneen", {How::kFormula, 2}},
    {"philox4x32_10", {How::kFormula, 4}},
    {"lognormal_quantile", {How::kFormula, 6}},
    {"student_t", {How::kFormula, 5}},
    {"quantile_ci_ranks", {How::kFormula, 8}},
    {"erlang_a", {How::kSimulated, 9}},
    {"mmc_fixed_patience", {How::kSimulated, 12}},
    {"mg1_retrial", {How::kSimulated, 2}},
    {"mg_ps_multicore", {How::kSimulated, 6}},
    {"mser5", {How::kFormula, 4}},
};

TEST(OracleTable, EveryRowIsAccountedFor) {
  std::map<std::string, std::size_t> rows;
  for (const OracleRow& row : oracle_rows()) ++rows[row.name];
  EXPECT_EQ(rows.size(), kCoverage.size());
  for (const auto& [name, count] : rows) {
    ASSERT_TRUE(kCoverage.contains(name)) << name;
    EXPECT_EQ(kCoverage.at(name).rows, count) << name;
  }
  std::map<How, std::size_t> totals;
  for (const auto& [name, coverage] : kCoverage) totals[coverage.how] += coverage.rows;
  EXPECT_EQ(totals[How::kSimulated], 272U);
  EXPECT_EQ(totals[How::kFormula], 35U);
  EXPECT_EQ(totals[How::kNotYet], 0U);
}

// The series of the rows: a decaying start on equidistributed noise.
TEST(ClosedForm, Mser5) {
  for (const OracleRow& row : oracle_rows("mser5")) {
    const bool is_short = row.parameters.starts_with("n=1000;");
    const double height = is_short ? 10.0 : 3.0;
    const double decay = is_short ? 0.98 : 0.995;
    const double phase = is_short ? 0.25 : 0.5;
    std::vector<double> series;
    for (int i = 0; i < (is_short ? 1000 : 5000); ++i) {
      const double turn = i * 0.6180339887498949 + phase;
      series.push_back(height * std::pow(decay, i) + turn - std::floor(turn));
    }
    const WarmUp warm_up = mser5(series);
    EXPECT_TRUE(warm_up.is_found);
    const double found = row.quantity == "truncated mean" ? warm_up.mean
                                                          : static_cast<double>(warm_up.dropped);
    EXPECT_NEAR(found, row.value(), 1e-10) << row.parameters << ", " << row.quantity;
  }
}

TEST(ClosedForm, ErlangB) {
  for (const OracleRow& row : oracle_rows("erlang_b")) {
    const double a = row.number("a");
    const double blocked = erlang_b(static_cast<int>(row.number("c")), a);
    EXPECT_NEAR(row.quantity == "P(block)" ? blocked : a * (1 - blocked), row.value(), 1e-12 * a);
  }
}

TEST(ClosedForm, Mmc) {
  for (const OracleRow& row : oracle_rows("mmc")) {
    const double c = row.number("c"), rate = row.number("lambda"), mu = row.number("mu");
    const double waits = erlang_c(static_cast<int>(c), rate / mu);
    const double slope = c * mu - rate;
    const std::map<std::string, double> formulas{
        {"P(wait>0)", waits},
        {"E[Wq]", waits / slope},
        {"E[Lq]", rate * waits / slope},
        {"P(Wq>1/mu)", waits * std::exp(-slope / mu)},
        {"quantile 0.99 of Wq", std::log(waits / 0.01) / slope},
        {"Var[Wq]", (2 * waits - waits * waits) / (slope * slope)}};
    EXPECT_NEAR(formulas.at(row.quantity) / row.value(), 1.0, 1e-10) << row.quantity;
  }
}

TEST(ClosedForm, FiniteQueue) {
  for (const OracleRow& row : oracle_rows("mmck")) {
    const FiniteQueue q = finite_queue(static_cast<int>(row.number("c")),
                                       static_cast<int>(row.number("K")), row.number("a"));
    const std::map<std::string, double> formulas{
        {"P(block)", q.blocked}, {"E[Lq]", q.mean_waiting}, {"E[Wq|accepted]", q.mean_wait}};
    EXPECT_NEAR(formulas.at(row.quantity) / row.value(), 1.0, 1e-10) << row.quantity;
  }
}

TEST(ClosedForm, Md1) {
  for (const OracleRow& row : oracle_rows("md1_wait_cdf")) {
    EXPECT_NEAR(md1_at_most(row.number("lambda"), row.number("t")), row.value(), 1e-12);
  }
}

TEST(ClosedForm, Gim1WithKingmansBounds) {
  for (const OracleRow& row : oracle_rows("gim1")) {
    const double rho = row.number("rho"), mu = row.number("mu");
    const bool constant = row.word("arrivals") == "D";
    const double sigma = gm1_sigma(constant ? 0 : 4, 1 / (rho * mu), mu);
    const double gap_cv2 = constant ? 0.0 : 0.25;
    const double gap_variance = gap_cv2 / (rho * mu * rho * mu);
    const std::map<std::string, double> formulas{
        {"sigma", sigma},
        {"E[Wq]", sigma / (mu * (1 - sigma))},
        {"Kingman upper bound on E[Wq]",
         rho * mu * (gap_variance + 1 / (mu * mu)) / (2 * (1 - rho))},
        {"Kingman VUT approximation", rho / (1 - rho) * (gap_cv2 + 1) / 2 / mu}};
    EXPECT_NEAR(formulas.at(row.quantity) / row.value(), 1.0, 1e-9) << row.quantity;
  }
}

TEST(ClosedForm, Staffing) {
  for (const OracleRow& row : oracle_rows("mmc_staffing")) {
    const double a = row.number("a");
    EXPECT_EQ(fewest_servers(erlang_c, static_cast<int>(a) + 1, a, row.number("target")),
              static_cast<int>(row.value()));
  }
  for (const OracleRow& row : oracle_rows("mm_c_c_staffing")) {
    EXPECT_EQ(fewest_servers(erlang_b, 1, row.number("a"), row.number("target")),
              static_cast<int>(row.value()));
  }
}

TEST(ClosedForm, AllenCunneen) {
  for (const OracleRow& row : oracle_rows("ggc_allen_cunneen")) {
    const double c = row.number("c"), a = row.number("rho") * c;
    const double markov = erlang_c(static_cast<int>(c), a) / (c - a);
    EXPECT_NEAR(markov * (row.number("ca2") + row.number("cs2")) / 2, row.value(), 1e-12);
  }
}

TEST(ClosedForm, StudentT) {
  for (const OracleRow& row : oracle_rows("student_t")) {
    const boost::math::students_t law(row.number("df"));
    EXPECT_NEAR(boost::math::quantile(law, row.number("p")), row.value(), 1e-9);
  }
  // The tolerance of these tests: exceeded once in a million.
  const boost::math::students_t law(kReplications - 1);
  EXPECT_NEAR(2 * boost::math::cdf(boost::math::complement(law, kStudentT)), 1e-6, 2e-8);
}

/// Smallest k with P(K <= k) >= q.
int binomial_quantile(const boost::math::binomial& law, double q) {
  int k = 0;
  while (boost::math::cdf(law, k) < q) ++k;
  return k;
}

TEST(ClosedForm, RanksOfAQuantilesInterval) {
  for (const OracleRow& row : oracle_rows("quantile_ci_ranks")) {
    const boost::math::binomial law(row.number("n"), row.number("p"));
    const double tail = (1 - row.number("conf")) / 2;
    const int lower = binomial_quantile(law, tail);
    const int upper = binomial_quantile(law, 1 - tail) + 1;
    if (row.quantity == "exact coverage") {
      EXPECT_NEAR(boost::math::cdf(law, upper - 1) - boost::math::cdf(law, lower - 1), row.value(),
                  1e-9);
    } else {
      EXPECT_EQ(std::to_string(lower) + " " + std::to_string(upper), row.text);
    }
  }
}

/// "01234567 89abcdef" as words.
template <std::size_t kSize>
std::array<std::uint32_t, kSize> hex_words(const std::string& text) {
  std::array<std::uint32_t, kSize> words{};
  std::istringstream in(text);
  for (std::uint32_t& word : words) in >> std::hex >> word;
  return words;
}

TEST(Philox, KnownAnswers) {
  for (const OracleRow& row : oracle_rows("philox4x32_10")) {
    EXPECT_EQ(philox(hex_words<4>(row.word("ctr")), hex_words<2>(row.word("key"))),
              hex_words<4>(row.text));
  }
}

// The engine's streams are Philox: counter = (number, purpose and sub-stream, replication), key =
// mix64(mix64(seed) + entity). A change here changes every result.
TEST(Philox, StreamsAreKeyedAsDocumented) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t seed = mix64(i), entity = i % 7, number = mix64(i * 3) >> (i % 60);
    const auto purpose = static_cast<Purpose>(i % 8);
    const auto sub_stream = static_cast<std::uint16_t>(i % 5);
    const auto replication = static_cast<std::uint32_t>(i % 11);
    const std::uint64_t key = mix64(mix64(seed) + entity);
    const auto out =
        philox({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32U),
                static_cast<std::uint32_t>(purpose) << 16U | sub_stream, replication},
               {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)});
    const Stream stream(seed, entity, purpose, sub_stream, replication);
    const auto words = stream.words(number);
    EXPECT_EQ(words[0], out[0] | std::uint64_t{out[1]} << 32U);
    EXPECT_EQ(words[1], out[2] | std::uint64_t{out[3]} << 32U);
    EXPECT_EQ(stream.uniform(number), (static_cast<double>(words[0] >> 12U) + 0.5) * 0x1p-52);
  }
}

// The table is linear between knots that are 1/32 of an octave's lower end apart. With Q'' v^2 <=
// Q, which holds for these laws, linear interpolation errs by at most (1/32)^2 / 8 of the value.
TEST(LognormalQuantile, TableMatchesTheLaw) {
  for (const OracleRow& row : oracle_rows("lognormal_quantile")) {
    const Distribution law = Distribution::lognormal(seconds(row.number("mean")), row.number("cv"));
    EXPECT_NEAR(seconds_of(law.quantile(row.number("p"))) / row.value(), 1.0, 1.0 / 8192)
        << row.parameters;
  }
}

}  // namespace
}  // namespace faascast::oracles
