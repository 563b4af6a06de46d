#include "workloads/model_report.h"

#include "support.h"

namespace faascast {
namespace {

/// x -> Relu -> {Conv -> Add, Add} -> y
Graph diamond() {
  return ModelBuilder()
      .input("x", {1, 1, 4, 4})
      .weights("w", {1, 1, 3, 3}, std::vector<float>(9, 1.0F))
      .node("Relu", {"x"}, {"a"})
      .node("Conv", {"a", "w"}, {"b"}).with("pads", std::vector<std::int64_t>{1, 1, 1, 1})
      .node("Add", {"a", "b"}, {"y"})
      .output("y")
      .graph();
}

TEST(ModelReport, CountsWhatAModelConsistsOf) {
  const ModelReport report = report_model(diamond());
  ASSERT_EQ(report.rows.size(), 3U);
  EXPECT_EQ(report.edges, 3);
  EXPECT_EQ(report.flops, 16 + 16 * 18 + 16);
  EXPECT_EQ(report.critical_flops, report.flops);
  EXPECT_EQ(report.weight_bytes, 36);
  EXPECT_EQ(report.rows[1].weight_bytes, 36);
  EXPECT_EQ(report.output_bytes, 3 * 64);
  EXPECT_EQ(report.input_bytes, 64);
  EXPECT_EQ(report.rows[0].cut_bytes, 64);
  EXPECT_EQ(report.rows[1].cut_bytes, 128) << "the sum needs both";
  EXPECT_EQ(report.rows[2].cut_bytes, 64);
  EXPECT_EQ(report.rows[2].alive_bytes, 192);
}

TEST(ModelReport, TableAndGraphNameEveryOperator) {
  const ModelReport report = report_model(diamond());
  const std::string table = report_table(report);
  const std::string dot = report_dot(report);
  for (const char* op : {"Relu", "Conv", "Add"}) {
    EXPECT_NE(table.find(op), std::string::npos);
    EXPECT_NE(dot.find(op), std::string::npos);
  }
  EXPECT_NE(dot.find("n0 -> n1"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n0 -> n2"), std::string::npos) << dot;
  EXPECT_NE(table.find("3 edges"), std::string::npos) << table;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

struct Anchor {
  const char* model;
  std::size_t nodes;
  std::int64_t edges;
  double gflop;
  double sum_mb;
  double peak_mb;
};
void PrintTo(const Anchor& anchor, std::ostream* out) { *out << anchor.model; }
class PublicReport : public ::testing::TestWithParam<Anchor> {};

TEST_P(PublicReport, MatchesTheFiguresCountedElsewhere) {
  const auto file = public_data() / "models" / (std::string(GetParam().model) + ".onnx");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file << "; set FAASCAST_DATA";
  const ModelReport report = report_model(read_onnx_file(file));
  EXPECT_EQ(report.rows.size(), GetParam().nodes);
  EXPECT_EQ(report.edges, GetParam().edges);
  EXPECT_NEAR(report.flops * 1e-9, GetParam().gflop, 0.01 * GetParam().gflop);
  EXPECT_NEAR(static_cast<double>(report.output_bytes) * 1e-6, GetParam().sum_mb,
              0.02 * GetParam().sum_mb);
  EXPECT_NEAR(static_cast<double>(report.peak_bytes) * 1e-6, GetParam().peak_mb,
              0.02 * GetParam().peak_mb);
  EXPECT_FALSE(narrow_cuts(report).empty());
}
INSTANTIATE_TEST_SUITE_P(Models, PublicReport,
                         ::testing::Values(Anchor{"squeezenet_fp16", 66, 73, 0.703, 28.2, 6.3},
                                           Anchor{"ultraface-RFB-320", 126, 138, 0.204, 26.1, 4.9}));

}  // namespace
}  // namespace faascast
