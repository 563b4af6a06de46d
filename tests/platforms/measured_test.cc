// Laws in the files against the published measurements that they are fitted to. This file shows how
// they were fitted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "input/byte_reader.h"
#include "platforms/platform_spec.h"

namespace faascast {
namespace {

/// Public data beside the checkout, or where FAASCAST_DATA says.
std::filesystem::path data_folder() {
  if (const char* folder = std::getenv("FAASCAST_DATA")) return folder;
  const char* root = std::getenv("FAASCAST_ROOT");
  return std::filesystem::path(root != nullptr ? root : ".") / ".." / "shared" / "data";
}

// ---- keep-alive ----

struct Gap {
  double idle_s = 0.0;
  double cold = 0.0;
  double weight = 0.0;
};

/// Cold answers after an idle gap, gaps pooled with their neighbours until they do not fall: the
/// monotone curve of least squares.
std::vector<Gap> monotone(const std::vector<Gap>& gaps) {
  struct Block {
    double cold;
    double weight;
    std::vector<double> idle;
  };
  std::vector<Block> blocks;
  for (const Gap& gap : gaps) {
    blocks.push_back({gap.cold, gap.weight, {gap.idle_s}});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].cold > blocks.back().cold) {
      const Block last = blocks.back();
      blocks.pop_back();
      Block& into = blocks.back();
      into.cold = (into.cold * into.weight + last.cold * last.weight) / (into.weight + last.weight);
      into.weight += last.weight;
      into.idle.insert(into.idle.end(), last.idle.begin(), last.idle.end());
    }
  }
  std::vector<Gap> curve;
  for (const Block& block : blocks) {
    for (const double idle : block.idle) curve.push_back({idle, block.cold, block.weight});
  }
  return curve;
}

struct KeepAliveCase {
  std::string platform;
  std::string file;
};
class MeasuredKeepAlive : public ::testing::TestWithParam<KeepAliveCase> {};

// An instance that was left alone for a gap answers cold with the measured probability.
TEST_P(MeasuredKeepAlive, IsTheMonotoneCurveOfTheProbes) {
  std::map<double, Gap> gaps;
  for (const char* part : {"big", "small"}) {
    const auto file = data_folder() / "coldstart" / "keepalive" /
                      ("ubc_" + GetParam().file + "_" + part + "_step.json");
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file << "; set FAASCAST_DATA";
    const auto json = nlohmann::json::parse(read_whole_file(file));
    for (const auto& [idle, counts] : json.items()) {
      const double cold = counts["cold"];
      const double all = cold + static_cast<double>(counts["warm"]);
      gaps[std::stod(idle)] = {std::stod(idle), cold / all, all};
    }
  }
  std::vector<Gap> probes;
  for (const auto& [idle, gap] : gaps) probes.push_back(gap);
  ASSERT_GT(probes.size(), 10U);

  const Distribution life = load_platform(GetParam().platform).keep_alive.idle_life;
  for (const Gap& gap : monotone(probes)) {
    // P(life <= gap) = cold: the quantile just below it comes before the gap, just above it after.
    if (gap.cold > 0.02) {
      EXPECT_LE(seconds_of(life.quantile(gap.cold - 0.01)), gap.idle_s + 0.5);
    }
    if (gap.cold < 0.98) {
      EXPECT_GE(seconds_of(life.quantile(gap.cold + 0.01)), gap.idle_s - 0.5);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Of2025, MeasuredKeepAlive,
                         ::testing::Values(KeepAliveCase{"aws-lambda", "aws"},
                                           KeepAliveCase{"google-cloud-run", "gcp"},
                                           KeepAliveCase{"azure-functions-consumption", "azure"}),
                         [](const auto& tested) { return tested.param.file; });

// ---- noise ----

double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size()) - 0.5;
  if (at <= 0.0) return sorted.front();
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (at - std::floor(at)) * (sorted[below + 1] - sorted[below]);
}

/// Execution times of warm calls, each over the median of its memory size.
std::vector<double> relative_times(const std::filesystem::path& file) {
  std::map<std::string, std::vector<double>> by_memory;
  LineReader lines(file);
  std::string_view line;
  (void)lines.next(line);  // memory,type,is_cold,exec_time,...
  while (lines.next(line)) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    if (cells[1] == "warm" && cells[2] == "False")
      by_memory[cells[0]].push_back(std::stod(cells[3]));
  }
  std::vector<double> relative;
  for (auto& [memory, times] : by_memory) {
    std::sort(times.begin(), times.end());
    const double median = quantile(times, 0.5);
    for (const double time : times) relative.push_back(time / median);
  }
  std::sort(relative.begin(), relative.end());
  return relative;
}

struct NoiseCase {
  std::string platform;
  std::string file;
};
class MeasuredNoise : public ::testing::TestWithParam<NoiseCase> {};

TEST_P(MeasuredNoise, IsTheSpreadOfWarmCalls) {
  const auto file = data_folder() / "measured" / "sebs_2020" / GetParam().file;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file << "; set FAASCAST_DATA";
  const std::vector<double> relative = relative_times(file);
  ASSERT_GT(relative.size(), 300U);
  const Noise noise = load_platform(GetParam().platform).noise;
  ASSERT_TRUE(noise.per_request);
  // The law goes through the quantiles that the file gives; the table's knots lie beside them.
  for (const double p : {0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99}) {
    EXPECT_NEAR(seconds_of(noise.per_request->quantile(p)) / quantile(relative, p), 1.0, 0.01) << p;
  }
}
INSTANTIATE_TEST_SUITE_P(
    SeBS, MeasuredNoise,
    ::testing::Values(NoiseCase{"aws-lambda", "aws_411_result.csv.gz"},
                      NoiseCase{"google-cloud-functions", "gcp_411_result.csv.gz"},
                      NoiseCase{"azure-functions-consumption", "azure_210_python_result.csv.gz"}),
    [](const auto& tested) { return tested.param.file.substr(0, tested.param.file.find('_')); });

}  // namespace
}  // namespace faascast
