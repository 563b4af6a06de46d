#include "traces/tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/replayed.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/plot.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kS = 1'000'000'000;

std::shared_ptr<const Traffic> rows_of(const std::string& text) {
  return open_trace_text(text, "t");
}
std::shared_ptr<const Traffic> poisson() {
  GeneratorSpec spec;
  spec.duration = 10min;
  return make_generator(spec);
}

TEST(Cut, HalfOpenAndFromTimeZero) {
  const auto traffic =
      cut_traffic(rows_of("arrival_s,function,execution_s\n1,a,1\n2,b,2\n3,a,3\n4,a,4\n"), 2s, 4s);
  const auto rows = replayed(*traffic);
  EXPECT_THAT(instants(rows), ElementsAre(0, kS));
  EXPECT_EQ(rows[1].number, 1U) << "requests keep their numbers";
  EXPECT_EQ(rows[1].execution_ns, 3 * kS);
  EXPECT_TRUE(traffic->has_execution());
  EXPECT_EQ(traffic->duration(), Duration::zero());
}

TEST(Cut, GeneratorsAndProblems) {
  const auto traffic = cut_traffic(poisson(), 8min, 20min);
  EXPECT_EQ(traffic->duration(), 2min);
  EXPECT_EQ(traffic->expected_requests(0), 120U);
  const auto whole = replayed(*poisson());
  const auto rows = replayed(*traffic);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().at + 8min / 1ns, whole.back().at);
  EXPECT_EQ(rows.back().work_word, whole.back().work_word);
  EXPECT_THAT(message_of([] { (void)cut_traffic(poisson(), 2s, 2s); }), HasSubstr("nothing lies"));
}

TEST(Merge, FunctionsOfDifferentPartsStayDifferent) {
  const auto traffic = merge_traffic({rows_of("arrival_s,function\n1,a\n3,b\n3,a\n"),
                                      rows_of("arrival_s,execution_s\n0,1\n3,2\n")});
  ASSERT_FALSE(traffic->independent());
  EXPECT_FALSE(traffic->has_execution()) << "one part has none";
  EXPECT_EQ(traffic->expected_requests(0), 5U);
  const auto rows = replayed(*traffic);
  EXPECT_THAT(instants(rows), ElementsAre(0, kS, 3 * kS, 3 * kS, 3 * kS));
  std::vector<std::uint32_t> functions;
  for (const ArrivalRow& row : rows) functions.push_back(row.function);
  EXPECT_THAT(functions, ElementsAre(0, 1, 2, 1, 0));
  EXPECT_EQ(rows[4].number, 1U);
  EXPECT_EQ(rows[4].execution_ns, 2 * kS);
  EXPECT_EQ(rows[1].execution_ns, ArrivalBlock::kAbsent);
}

TEST(Merge, GeneratorsStayIndependentAndDrawApart) {
  const auto traffic = merge_traffic({poisson(), poisson()});
  ASSERT_TRUE(traffic->independent());
  EXPECT_EQ(traffic->functions(), 2U);
  EXPECT_EQ(instants(replayed(*traffic, 0)), instants(replayed(*poisson())));
  EXPECT_NE(instants(replayed(*traffic, 0)), instants(replayed(*traffic, 1)));
  EXPECT_THAT(message_of([] { (void)merge_traffic({}); }), HasSubstr("no traffic"));
  const auto mixed = merge_traffic({rows_of("arrival_s\n1\n"), poisson(), poisson()});
  const auto rows = replayed(*mixed);
  EXPECT_TRUE(is_sorted_by_time(rows));
  EXPECT_EQ(rows.size(), 1 + replayed(*traffic, 1).size() +
                             replayed(*merge_traffic({poisson(), poisson(), poisson()}), 2).size());
}

TEST(Anonymise, RoundsInstantsAndSizes) {
  const auto rows =
      replayed(*anonymise_traffic(rows_of("arrival_s,function,execution_s,memory_mb,input_tokens\n"
                                          "1.2345,secret,0.12345,1999,99\n1.2399,secret,,4,105\n"),
                                  10ms));
  EXPECT_THAT(instants(rows), ElementsAre(1'230'000'000, 1'230'000'000));
  EXPECT_EQ(rows[0].execution_ns, 120'000'000);
  EXPECT_EQ(rows[0].memory_mb, 2000);
  EXPECT_EQ(rows[0].input_tokens, 99);
  EXPECT_EQ(rows[1].input_tokens, 110);
  EXPECT_EQ(rows[1].execution_ns, ArrivalBlock::kAbsent);
  const auto text = anonymise_traffic(open_trace_text("arrival_s\n1\n", "acme"), 1s)->description();
  EXPECT_THAT(text, ::testing::Not(HasSubstr("acme"))) << "the file's name is a secret too";
  EXPECT_THAT(message_of([] { (void)anonymise_traffic(poisson(), 0s); }), HasSubstr("step"));
}

TEST(Plot, ShowsTheRate) {
  std::string text = "arrival_s\n";
  for (int second = 0; second < 240; ++second) {
    for (int i = 0; i < (second < 120 ? 1 : 4); ++i) text += std::to_string(second) + "\n";
  }
  text += "240\n";
  const std::string svg = traffic_plot_svg(*open_trace_text(text, "a<b&c"), {});
  EXPECT_THAT(svg, HasSubstr("<svg xmlns"));
  EXPECT_THAT(svg, HasSubstr("a&lt;b&amp;c"));
  EXPECT_THAT(svg, HasSubstr("M70,280V232.00H73.00")) << "a fifth of the peak, 5 in the last part";
  EXPECT_THAT(svg, HasSubstr("601 requests"));
  EXPECT_THAT(svg, HasSubstr("variance / mean of counts"));
  EXPECT_THAT(svg, ::testing::Not(HasSubstr("busiest functions"))) << "there is only one";
  const std::string two = traffic_plot_svg(*rows_of("arrival_s,function\n1,x\n2.5,y\n3,x\n"), {});
  EXPECT_THAT(two, HasSubstr("share of requests to the busiest functions"));
  EXPECT_THAT(traffic_plot_svg(*cut_traffic(poisson(), 11min, 12min), {}), HasSubstr("</svg>"));
}

TEST(Head, FirstRowsAsTheyAreConverted) {
  EXPECT_EQ(plain_csv_head(*rows_of("arrival_s,function\n1,x\n2.5,y\n3,x\n"), {}, 2),
            "arrival_s,function\n1,0\n2.5,1\n");
  EXPECT_EQ(plain_csv_head(*rows_of("arrival_s\n"), {}, 2), "arrival_s\n");
}

}  // namespace
}  // namespace faascast
