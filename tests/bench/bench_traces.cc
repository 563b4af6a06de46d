// How fast traces are read and replayed, beside the rate of the ideal loop (ideal_loop.h), which
// runs in the same process, interleaved. Goals, reported and never asserted; they are stated for a
// machine whose ideal loop does 200 M requests a second. Times are processor time.
//
//   bench_traces           readers, and a trace of the size of Azure Functions 2021 end to end
//   bench_traces --quick   the same on little text: does it run at all
//   bench_traces --day     a day of the size of Azure Functions 2019, 893 M requests, on 2 threads
//   bench_traces --tenth   a tenth of that day
#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/engine.h"
#include "tests/bench/ideal_loop.h"
#include "traces/content.h"
#include "traces/count_table.h"
#include "traces/count_traffic.h"
#include "traces/generators.h"
#include "traces/request_format.h"
#include "traces/request_reader.h"
#include "traces/trace.h"

namespace {

using namespace faascast;
using namespace std::chrono_literals;

volatile std::uint64_t sink = 0;

double uniform(std::uint64_t i) { return uniform_from_word(mix64(i)); }

/// Rows of about 28 bytes, a millisecond apart on average.
std::string short_rows(std::uint64_t rows) {
  std::string text = "arrival_s,function,execution_s\n";
  double at = 0.0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    at -= std::log(uniform(3 * i)) * 1e-3;
    fmt::format_to(std::back_inserter(text), "{:.9f},f{},{:.6f}\n", at, mix64(i) % 400,
                   uniform(3 * i + 1));
  }
  return text;
}

/// Rows of about 35 bytes, as Azure's LLM traces have them.
std::string token_rows(std::uint64_t rows) {
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint64_t ms = i * 7;
    fmt::format_to(std::back_inserter(text), "2023-11-{:02} {:02}:{:02}:{:02}.{:03}0000,{},{}\n",
                   1 + ms / 86'400'000 % 28, ms / 3'600'000 % 24, ms / 60'000 % 60, ms / 1000 % 60,
                   ms % 1000, 100 + mix64(i) % 8000, 1 + mix64(i + 1) % 500);
  }
  return text;
}

/// Rows of about 150 bytes: two hashes of 64 digits, end and duration; two weeks, 424 functions.
std::string azure_2021_rows(std::uint64_t rows) {
  std::string text = "app,func,end_timestamp,duration\n";
  constexpr double kSpan = 1'209'600.0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint64_t function = static_cast<std::uint64_t>(424 * std::pow(uniform(5 * i), 3.0));
    const double at = kSpan * static_cast<double>(i) / static_cast<double>(rows);
    const double duration = 0.001 * std::floor(-2000.0 * std::log(uniform(5 * i + 1)));
    for (const std::uint64_t name : {function / 4, function + 1000}) {
      for (std::uint64_t part = 0; part < 4; ++part) {
        fmt::format_to(std::back_inserter(text), "{:016x}", mix64(name * 4 + part));
      }
      text += ',';
    }
    fmt::format_to(std::back_inserter(text), "{:.11f},{:.3f}\n", at + duration, duration);
  }
  return text;
}

/// A day of minute counts of the given number of requests, on functions called as the applications
/// of Azure Functions 2019 are, busier by day.
CountTable day_of_counts(std::uint32_t functions, double requests) {
  GeneratorSpec spec;
  spec.kind = "azure-like";
  spec.functions = functions;
  spec.duration = 24h;
  const auto population = make_generator(spec);
  double sum = 0.0;
  for (std::uint32_t i = 0; i < functions; ++i) {
    sum += static_cast<double>(population->expected_requests(i));
  }
  constexpr std::uint32_t kMinutes = 1440;
  std::vector<CountTable::Function> table(functions);
  for (std::uint32_t i = 0; i < functions; ++i) {
    table[i].key = fmt::format("{:064x}\n{:064x}\n{:064x}", i / 8, i / 2, i);
    const double day = static_cast<double>(population->expected_requests(i)) * requests / sum;
    double owed = uniform(i);  // so that fractions add up
    for (std::uint32_t minute = 0; minute < kMinutes; ++minute) {
      owed += day / kMinutes * (1.0 - std::cos(2.0 * 3.141592653589793 * minute / kMinutes) / 3.0);
      const auto count = static_cast<std::uint32_t>(owed);
      owed -= count;
      if (count > 0) table[i].bins.push_back({minute, count});
    }
  }
  return {std::move(table), kMinutes, 1min};
}

std::string text_of(const CountTable& table) {
  std::string text = "HashOwner,HashApp,HashFunction,Trigger";
  for (std::uint32_t i = 1; i <= table.bins(); ++i) text += fmt::format(",{}", i);
  text += '\n';
  for (const CountTable::Function& function : table.functions()) {
    std::string key = function.key;
    std::replace(key.begin(), key.end(), '\n', ',');
    text += key + ",http";
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < table.bins(); ++i) {
      const bool counted = next < function.bins.size() && function.bins[next].bin == i;
      text += fmt::format(",{}", counted ? function.bins[next++].count : 0);
    }
    text += '\n';
  }
  return text;
}

/// Lambda-like instances with the bill's sums and all histograms.
Plan plan_of(std::shared_ptr<const Traffic> traffic, bool own_execution) {
  PoolPlan pool;
  pool.keep_alive = 600s;
  pool.cold_start = {{"init", LoadAt::kInit, Distribution::constant(200ms), 0ns}};
  pool.metering = {.granularity = 1ms, .minimum = 1ms, .bills_init = true};
  pool.memory = Megabytes(1769);
  DeploymentPlan deployment;
  deployment.side = pool;
  if (!own_execution) deployment.work.execution = Distribution::lognormal(670ms, 1.0);
  Plan plan;
  plan.horizon = {
      traffic->duration() > Duration::zero() ? Horizon::Kind::kAt : Horizon::Kind::kLastCompletion,
      Instant(traffic->duration())};
  plan.traffic = std::move(traffic);
  plan.deployments = {deployment};
  return plan;
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

/// Runs the readers and the ideal loop in turns.
class Reading {
 public:
  explicit Reading(bool quick)
      : pairs_(quick ? 2 : 9), ideal_requests_(quick ? 100'000 : 4'000'000) {}

  void measure(std::string_view name, double rows, double bytes,
               const std::function<void()>& read) {
    std::vector<double> times;
    std::vector<double> ideals;
    for (int i = 0; i < pairs_; ++i) {
      const double ideal = seconds([&] { sink = sink + ideal_(ideal_requests_); });
      ideals.push_back(ideal / static_cast<double>(ideal_requests_));
      times.push_back(seconds(read));
      ratios_.push_back(times.back() / rows / ideals.back());
    }
    const double time = median(times);
    fmt::print(
        "{}: {:.2f} M rows/s, {:.2f} GB/s ({:.0f} bytes a row); ideal loop {:.0f} M/s, one row = "
        "{:.2f} ideal requests\n",
        name, rows / time * 1e-6, bytes / time * 1e-9, bytes / rows, 1e-6 / median(ideals),
        median(ratios_));
    ratios_.clear();
  }

 private:
  int pairs_;
  std::uint64_t ideal_requests_;
  IdealLoop ideal_{};
  std::vector<double> ratios_{};
};

void measure_requests(Reading& reading, std::string_view name, std::string_view format,
                      std::string text, std::uint64_t rows) {
  const auto bytes = static_cast<double>(text.size());
  const TraceContent content = TraceContent::of_text(std::move(text), std::string(name));
  reading.measure(name, static_cast<double>(rows), bytes, [&] {
    RequestReader reader(content, *find_request_format(format));
    std::uint64_t sum = 0;
    for (RequestRow row; reader.next(row);) sum += static_cast<std::uint64_t>(row.at_ns);
    sink = sink + sum;
  });
}

void measure_counts(Reading& reading, std::uint32_t functions) {
  std::string text = text_of(day_of_counts(functions, 893e6 * functions / 46'000));
  const auto bytes = static_cast<double>(text.size());
  const TraceContent content = TraceContent::of_text(std::move(text), "day");
  reading.measure("counts", functions, bytes,
                  [&] { sink = sink + CountTable::read(content).functions().size(); });
}

/// From the file on disk to the figures of a run, on one thread.
void measure_azure_2021(bool quick) {
  const std::uint64_t rows = quick ? 5'000 : 2'000'000;
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("faascast-bench-{}.csv", ::getpid());
  std::ofstream(file) << azure_2021_rows(rows);
  for (int i = 0; i < (quick ? 1 : 3); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t requests = 0;
    const double time = seconds([&] {
      auto traffic = open_trace(file);
      requests = run(plan_of(std::move(traffic), true), {.threads = 1}).deployments[0].requests;
    });
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "azure-2021-sized: {} requests end to end in {:.2f} s of processor, {:.2f} s of wall; goal "
        "1.5 s\n",
        requests, time, wall.count());
  }
  std::filesystem::remove(file);
}

void measure_day(double part) {
  IdealLoop ideal;
  constexpr std::uint64_t kIdeal = 20'000'000;
  const double ideal_time = seconds([&] { sink = sink + ideal(kIdeal); }) / kIdeal;
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t requests = 0;
  const double time = seconds([&] {
    CountOptions options;
    options.title = "synthetic day";
    const auto traffic = make_count_traffic(day_of_counts(46'000, 893e6 * part), options);
    requests = run(plan_of(traffic, false), {.threads = 2}).deployments[0].requests;
  });
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "azure-2019-day: {} requests in {:.1f} s of processor on 2 threads, {:.1f} s of wall; {:.1f} "
      "ns = {:.2f} ideal requests each (ideal loop {:.0f} M/s), peak memory {:.0f} MB; goals at "
      "200 M/s: 25 s of wall, 1024 MB\n",
      requests, time, wall.count(), time / static_cast<double>(requests) * 1e9,
      time / static_cast<double>(requests) / ideal_time, 1e-6 / ideal_time, peak_mb());
}

void measure_readers(bool quick) {
  const std::uint64_t rows = quick ? 5'000 : 1'000'000;
  Reading reading(quick);
  measure_requests(reading, "short rows", "plain", short_rows(rows), rows);
  measure_requests(reading, "token rows", "azure-llm-2023", token_rows(rows), rows);
  measure_requests(reading, "long rows", "azure-functions-2021", azure_2021_rows(rows / 2),
                   rows / 2);
  measure_counts(reading, quick ? 50 : 20'000);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--day" || option == "--tenth") {
    measure_day(option == "--day" ? 1.0 : 0.1);
    return 0;
  }
  const bool quick = option == "--quick";
  measure_readers(quick);
  measure_azure_2021(quick);
  return 0;
}
