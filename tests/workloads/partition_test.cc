#include "workloads/partition.h"

#include <cmath>

#include "support.h"

namespace faascast {
namespace {

PartitionOptions options_with(std::int64_t limit) {
  return {.memory_limit_bytes = limit,
          .flops_per_second = 1e9,
          .bytes_per_second = 1e8,
          .invocation_seconds = 1e-3};
}

/// A chain of operators with random sizes.
ModelReport random_chain(std::size_t n, std::mt19937& engine) {
  ModelReport report{.name = "chain"};
  report.input_bytes = static_cast<std::int64_t>(engine() % 1000);
  for (std::size_t i = 0; i < n; ++i) {
    report.rows.push_back({.node = static_cast<int>(i),
                           .name = "op" + std::to_string(i),
                           .op = "Relu",
                           .flops = static_cast<double>(engine() % 1'000'000),
                           .weight_bytes = static_cast<std::int64_t>(engine() % 1000),
                           .alive_bytes = static_cast<std::int64_t>(engine() % 1000),
                           .cut_bytes = static_cast<std::int64_t>(engine() % 100'000)});
  }
  return report;
}

/// The best of all 2^(n-1) splits; infinity when none fits.
double best_of_all(const ModelReport& report, const PartitionOptions& options) {
  const std::size_t n = report.rows.size();
  double best = std::numeric_limits<double>::infinity();
  for (unsigned cuts = 0; cuts < 1U << (n - 1); ++cuts) {
    double seconds = 0.0;
    double weights = 0.0;
    std::int64_t peak = 0;
    bool fits = true;
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0 && (cuts >> (i - 1) & 1U) != 0) {
        weights = 0.0;
        peak = 0;
        seconds += options.invocation_seconds +
                   static_cast<double>(report.rows[i - 1].cut_bytes) / options.bytes_per_second;
      }
      weights += static_cast<double>(report.rows[i].weight_bytes);
      peak = std::max(peak, report.rows[i].alive_bytes);
      seconds += report.rows[i].flops / options.flops_per_second;
      fits = fits && weights + static_cast<double>(peak) <=
                         static_cast<double>(options.memory_limit_bytes);
    }
    if (fits) best = std::min(best, seconds);
  }
  return best;
}

TEST(Partition, IsTheBestOfAllSplits) {
  std::mt19937 engine(11);
  for (int trial = 0; trial < 100; ++trial) {
    const ModelReport report = random_chain(9, engine);
    const PartitionOptions options = options_with(2000 + static_cast<std::int64_t>(engine() % 3000));
    const Partition partition = partition_model(report, options);
    EXPECT_NEAR(partition.seconds, best_of_all(report, options), 1e-12);
    std::size_t next = 0;
    for (const Part& part : partition.parts) {
      EXPECT_EQ(part.first, next);
      EXPECT_LE(part.weight_bytes + static_cast<double>(part.peak_bytes),
                static_cast<double>(options.memory_limit_bytes));
      next = part.last;
    }
    EXPECT_EQ(next, report.rows.size());
  }
}

TEST(Partition, NamesTheOperatorThatDoesNotFit) {
  std::mt19937 engine(12);
  ModelReport report = random_chain(4, engine);
  report.rows[2].alive_bytes = 1'000'000;
  const std::string text =
      refusal([&] { static_cast<void>(partition_model(report, options_with(5000))); });
  EXPECT_NE(text.find("'op2'"), std::string::npos) << text;
}

TEST(Partition, RefusesOptionsOutOfRange) {
  std::mt19937 engine(13);
  const ModelReport report = random_chain(2, engine);
  EXPECT_FALSE(refusal([&] { static_cast<void>(partition_model(report, {})); }).empty());
}

TEST(Partition, SqueezenetIsSplitAtItsNarrowestPlace) {
  const auto file = public_data() / "models/squeezenet_fp16.onnx";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file << "; set FAASCAST_DATA";
  const ModelReport report = report_model(read_onnx_file(file));
  PartitionOptions options = options_with(8'500'000);
  options.weight_scale = 0.5;  // kept as float16
  const Partition partition = partition_model(report, options);
  ASSERT_EQ(partition.parts.size(), 2U);
  EXPECT_EQ(partition.parts[1].carried_in, 48 * 13 * 13 * 4) << "between two fire modules";
  options.memory_limit_bytes = 20'000'000;
  EXPECT_EQ(partition_model(report, options).parts.size(), 1U);
}

}  // namespace
}  // namespace faascast
