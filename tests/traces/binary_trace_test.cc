#include "traces/binary_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/traces/replayed.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/tools.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string bytes_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The traffic's binary trace as bytes.
std::string packed(const Traffic& traffic) {
  const TemporaryFolder folder;
  write_binary_trace(traffic, {}, folder.path() / "t.fct");
  return bytes_of_file(folder.path() / "t.fct");
}

std::string problem_of(const std::string& bytes) {
  return message_of([&] { (void)open_trace_text(bytes, "t.fct"); });
}

void expect_equal(const std::vector<ArrivalRow>& a, const std::vector<ArrivalRow>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].at, b[i].at) << i;
    EXPECT_EQ(a[i].function, b[i].function) << i;
    EXPECT_EQ(a[i].number, b[i].number) << i;
    EXPECT_EQ(a[i].execution_ns, b[i].execution_ns) << i;
    EXPECT_EQ(a[i].cold_execution_ns, b[i].cold_execution_ns) << i;
    EXPECT_EQ(a[i].memory_mb, b[i].memory_mb) << i;
    EXPECT_EQ(a[i].input_tokens, b[i].input_tokens) << i;
    EXPECT_EQ(a[i].output_tokens, b[i].output_tokens) << i;
  }
}

/// Three blocks of rows with every column and empty cells.
std::string many_rows() {
  std::string text =
      "arrival_s,function,execution_s,cold_execution_s,memory_mb,input_tokens,output_tokens\n";
  for (int i = 0; i < 1300; ++i) {
    const std::string n = std::to_string(i);
    text += n + ".000000" + std::to_string(100 + i % 900) + ",f" + std::to_string(i * i % 7) + "," +
            (i % 5 == 0 ? "," : "0." + n + ",1." + n) + "," + (i % 3 == 0 ? "" : n) + "," + n +
            ",7\n";
  }
  return text;
}

TEST(BinaryTrace, EveryColumnComesBackToTheNanosecond) {
  const auto original = open_trace_text(many_rows(), "rows.csv");
  const auto again = open_trace_text(packed(*original), "t.fct");
  EXPECT_EQ(replayed(*original).size(), 1300U);
  expect_equal(replayed(*original), replayed(*again));
  expect_equal(replayed(*again, 0, {7, 3}), replayed(*again));  // nothing is drawn
  EXPECT_TRUE(again->has_execution());
  EXPECT_FALSE(again->independent());
  EXPECT_EQ(again->expected_requests(0), 1300U);
  EXPECT_THAT(again->description(), HasSubstr("rows.csv"));
}

TEST(BinaryTrace, IsSmallerThanItsText) {
  const auto original = open_trace_text(many_rows(), "rows.csv");
  EXPECT_LT(packed(*original).size() * 2, many_rows().size());
}

TEST(BinaryTrace, RequestsKeepTheirNumbersAndGeneratorsTheirSpan) {
  GeneratorSpec spec;
  spec.rate_per_s = 10.0;
  spec.duration = 100s;
  const auto generator = make_generator(spec);
  const auto late = cut_traffic(generator, 50s, 60s);
  const auto again = open_trace_text(packed(*late), "t.fct");
  const auto rows = replayed(*again);
  ASSERT_FALSE(rows.empty());
  EXPECT_GT(rows.front().number, 400U);
  expect_equal(replayed(*late), rows);
  EXPECT_EQ(again->duration(), late->duration());
  EXPECT_EQ(again->default_scale_by(), ScaleBy::kTime);
}

TEST(BinaryTrace, ExtremesAndNothing) {
  const auto rows = open_trace_text(
      "arrival_s,execution_s\n0,9223372036.854775807\n9223372036.854775807,0\n", "far.csv");
  expect_equal(replayed(*rows), replayed(*open_trace_text(packed(*rows), "t.fct")));
  const auto nothing = open_trace_text("arrival_s\n", "none.csv");
  EXPECT_TRUE(replayed(*open_trace_text(packed(*nothing), "t.fct")).empty());
}

TEST(BinaryTrace, FilesAreMappedAndConvertedBack) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "any.name";
  const auto original = open_trace_text(many_rows(), "rows.csv");
  write_binary_trace(*original, {}, file);
  const auto again = open_trace(file);
  expect_equal(replayed(*original), replayed(*again));
  EXPECT_EQ(plain_csv_head(*again, {}, 2000), plain_csv_head(*original, {}, 2000));
}

TEST(BinaryTrace, EveryCutIsRefused) {
  const std::string whole = packed(*open_trace_text(many_rows(), "rows.csv"));
  for (std::size_t size = 8; size < whole.size(); size += size < 300 ? 1 : 97) {
    EXPECT_THAT(problem_of(whole.substr(0, size)), HasSubstr("t.fct: byte ")) << size;
  }
  EXPECT_THAT(problem_of(whole + "x"), HasSubstr("were written"));
}

TEST(BinaryTrace, EveryFlippedBitIsRefused) {
  const std::string whole = packed(*open_trace_text(many_rows(), "rows.csv"));
  for (std::size_t at = 8; at < whole.size(); at += at < 300 ? 1 : 53) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      EXPECT_NE(problem_of(damaged), "no error") << at;
    }
  }
}

TEST(BinaryTrace, OtherVersionsAreRefused) {
  std::string whole = packed(*open_trace_text(many_rows(), "rows.csv"));
  whole[8] = 2;
  const std::string problem = problem_of(whole);
  EXPECT_THAT(problem, HasSubstr("version 2, this program reads 1"));
  EXPECT_THAT(problem, HasSubstr("convert the trace again"));
}

TEST(BinaryTrace, TextIsNotOne) {
  TraceOptions options;
  options.format = "binary";
  EXPECT_THAT(message_of([&] { (void)open_trace_text("arrival_s\n1\n", "x", options); }),
              HasSubstr("does not begin as a binary trace"));
}

TEST(BinaryTrace, AFailedReplayLeavesNoFile) {
  const TemporaryFolder folder;
  std::string text = "arrival_s\n";
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + "\n";
  const auto traffic = open_trace_text(text + "3\n", "x");
  EXPECT_THROW(write_binary_trace(*traffic, {}, folder.path() / "t.fct"), InputError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace faascast
