#include "workloads/passes/pass_report.h"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <utility>

#include "sim-core/error.h"
#include "workloads/onnx_reader.h"
#include "workloads/onnx_writer.h"

namespace faascast {
namespace {

constexpr int kLoads = 5;
constexpr Duration kShortest{50'000};  ///< of a sample: shorter inferences are grouped
constexpr std::size_t kFewestSamples = 7;

Duration thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return Duration(now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec);
}

Duration median(std::vector<Duration> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A model that is ready to be measured.
struct Candidate {
  std::size_t row = 0;
  std::unique_ptr<Executor> executor{};
  std::int64_t runs = 1;  ///< in a sample
  std::vector<Duration> samples{};
};

std::unique_ptr<Executor> loaded(std::string_view bytes, const std::string& name,
                                 const ExecutorOptions& options, PassRow& row) {
  std::vector<Duration> loads;
  std::unique_ptr<Executor> executor;
  for (int i = 0; i < kLoads; ++i) {
    const Duration start = thread_cpu();
    executor = std::make_unique<Executor>(read_onnx(bytes, name), options);
    loads.push_back(thread_cpu() - start);
  }
  row.load = median(std::move(loads));
  row.bytes = bytes.size();
  row.compressed_bytes = compressed_size(bytes);
  row.flops = executor->flops();
  return executor;
}

void fill(Executor& executor, const RunInputs& inputs) {
  for (std::size_t i = 0; i < inputs.size() && i < executor.inputs(); ++i) {
    const auto to = executor.input(i);
    if (to.size() == inputs[i].bytes.size()) std::copy(inputs[i].bytes.begin(), inputs[i].bytes.end(), to.begin());
  }
}

Duration time_runs(Executor& executor, std::int64_t runs) {
  const Duration start = thread_cpu();
  for (std::int64_t i = 0; i < runs; ++i) executor.run();
  return thread_cpu() - start;
}

void warm_up(Candidate& candidate) {
  Duration spent = Duration::zero();
  std::int64_t runs = 1;
  while (true) {
    spent = time_runs(*candidate.executor, runs);
    if (spent >= kShortest || runs >= (std::int64_t{1} << 20)) break;
    runs *= 2;
  }
  candidate.runs = runs;
}

void measure(std::vector<Candidate>& candidates, const PassTableOptions& options, PassTable& table) {
  for (Candidate& candidate : candidates) warm_up(candidate);
  const auto limit = std::chrono::duration<double>(options.max_seconds *
                                                   static_cast<double>(candidates.size()));
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t round = 0; round < options.min_samples; ++round) {
    if (round >= kFewestSamples && std::chrono::steady_clock::now() - start >= limit) break;
    for (Candidate& candidate : candidates) {
      candidate.samples.push_back(time_runs(*candidate.executor, candidate.runs) / candidate.runs);
    }
  }
  for (Candidate& candidate : candidates) {
    table.rows[candidate.row].latency_p50 = median(std::move(candidate.samples));
  }
}

std::string first_problem(const InputError& error) {
  const Problem& problem = error.problems().front();
  return problem.what;
}

}  // namespace

std::uint64_t compressed_size(std::string_view bytes) {
  constexpr int kBest = 9;
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::vector<Bytef> out(size);
  compress2(out.data(), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            static_cast<uLong>(bytes.size()), kBest);
  return size;
}

std::vector<std::string> usual_passes() {
  return {"conversion",     "prune=0.3",       "prune=0.5", "prune=0.7",        "prune-channels=0.25",
          "float16-weights", "int8-weights",   "int8",      "conversion+int8-weights"};
}

PassTable pass_table(std::string_view bytes, const std::string& name,
                     const std::vector<std::string>& passes, const PassTableOptions& options) {
  std::vector<std::vector<PassRequest>> requests;
  std::vector<Problem> problems;
  for (const std::string& text : passes) {
    try {
      requests.push_back(parse_passes(text));
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));

  PassTable table{.model = name, .accuracy_name = options.accuracy_name};
  const Graph original = read_onnx(bytes, name);
  const RunInputs inputs = made_up_inputs(original, options.pass.executor, 1).front();
  std::vector<Candidate> candidates;
  const auto add = [&](PassRow row, std::string_view model) {
    auto executor = loaded(model, name, options.pass.executor, row);
    if (options.evaluate) row.accuracy = options.evaluate(executor->graph());
    fill(*executor, inputs);
    table.isa = executor->isa();
    candidates.push_back({.row = table.rows.size(), .executor = std::move(executor)});
    table.rows.push_back(std::move(row));
  };
  add({.passes = "original"}, bytes);
  for (std::size_t i = 0; i < passes.size(); ++i) {
    PassRow row{.passes = passes[i]};
    try {
      PassResult result = apply_passes(requests[i], original, options.pass);
      row.note = std::move(result.note);
      add(row, write_onnx(result.graph));
    } catch (const InputError& error) {
      row.refused = first_problem(error);
      table.rows.push_back(std::move(row));
    }
  }
  for (const ModelFile& student : options.students) {
    PassRow row{.passes = "distillation", .note = student.name};
    try {
      add(row, student.content);
    } catch (const InputError& error) {
      row.refused = first_problem(error);
      table.rows.push_back(std::move(row));
    }
  }
  measure(candidates, options, table);
  return table;
}

}  // namespace faascast
