#include "workloads/scaling.h"

#include <vector>

#include "support.h"
#include "workloads/models.h"
#include "workloads/onnxruntime.h"
#include "workloads/profiler.h"

namespace faascast {
namespace {

using Points = std::vector<ScalingPoint>;

TEST(ParallelFraction, RecoversAmdahlsLaw) {
  // T(n) = 1000 (1 - p + p/n) for p = 0.8.
  EXPECT_NEAR(parallel_fraction_of(Points{{1, 1000}, {2, 600}, {4, 400}, {8, 300}}), 0.8, 1e-12);
  EXPECT_NEAR(parallel_fraction_of(Points{{1, 1000}, {2, 500}}), 1.0, 1e-12);
  EXPECT_NEAR(parallel_fraction_of(Points{{1, 1000}, {4, 1000}}), 0.0, 1e-12);
  // Least squares of two points that disagree, by hand: x = 1/2, 3/4; y = 0.5, 0.6;
  // p = (0.25 + 0.45) / (0.25 + 0.5625) = 0.861538...
  EXPECT_NEAR(parallel_fraction_of(Points{{1, 1000}, {2, 500}, {4, 400}}), 0.7 / 0.8125, 1e-12);
}

TEST(ParallelFraction, StaysAShare) {
  EXPECT_EQ(parallel_fraction_of({}), 0.0);
  EXPECT_EQ(parallel_fraction_of(Points{{1, 1000}}), 0.0);
  EXPECT_EQ(parallel_fraction_of(Points{{1, 1000}, {2, 1500}}), 0.0);  // slower
  EXPECT_EQ(parallel_fraction_of(Points{{1, 1000}, {2, 300}}), 1.0);   // faster than possible
}

TEST(BatchFactor, IsLinearBetweenAndBeyondTheMeasuredSizes) {
  const Points points{{1, 100}, {2, 150}, {8, 450}};
  EXPECT_DOUBLE_EQ(batch_factor(points, 1), 1.0);
  EXPECT_DOUBLE_EQ(batch_factor(points, 2), 1.5);
  EXPECT_DOUBLE_EQ(batch_factor(points, 5), 3.0);
  EXPECT_DOUBLE_EQ(batch_factor(points, 8), 4.5);
  EXPECT_DOUBLE_EQ(batch_factor(points, 10), 5.5);
  EXPECT_DOUBLE_EQ(batch_factor(Points{{1, 100}, {2, 60}}, 2), 1.0);  // noise: no less than one
}

TEST(Drift, ComparesTheThirds) {
  std::vector<std::int64_t> samples(30, 100);
  EXPECT_EQ(drift_of(samples), 0.0);
  for (std::size_t i = 20; i < 30; ++i) samples[i] = 110;
  EXPECT_NEAR(drift_of(samples), 0.1, 1e-12);
  samples.pop_back();
  EXPECT_EQ(drift_of(samples), 0.0) << "too few to say";
}

TEST(Profiler, MeasuresBatchesAndThreads) {
  const ExecutionProfile p = profile_model(
      "cnn-mnist", {.min_samples = 20, .max_seconds = 0.3, .batches = {4, 2}, .threads = 2});
  ASSERT_EQ(p.batches.size(), 3U);
  EXPECT_EQ(p.batches[0].count, 1);
  EXPECT_EQ(p.batches[2].count, 4);
  EXPECT_GT(p.batches[2].ns, p.batches[0].ns) << "four images take longer than one";
  ASSERT_EQ(p.threads.size(), 2U);
  EXPECT_EQ(p.threads[1].count, 2);
  EXPECT_GT(p.threads_batch, 1) << "its kernels run on one thread: a batch was split";
  EXPECT_EQ(parse_profile(profile_text(p), "p"), p);
}

TEST(Profiler, LeavesOutBatchesThatTheModelFixes) {
  const std::string model =
      ModelBuilder().input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y").bytes();
  const ModelFile file{.name = "fixed.onnx", .content = model};
  const ExecutionProfile p =
      profile_model(file, {.min_samples = 5, .max_seconds = 0.1, .batches = {1, 2}, .threads = 2});
  EXPECT_TRUE(p.batches.empty());
  EXPECT_TRUE(p.threads.empty());
  const std::string text =
      refusal([&] { static_cast<void>(profile_model(file, {.min_samples = 5, .batch = 8})); });
  EXPECT_NE(text.find("its batch is fixed"), std::string::npos) << text;
}

TEST(Profiler, TellsWhereARuntimeIsMissing) {
  const auto says = [](const std::string& runtime, const std::string& isa, const char* what) {
    const std::string text = refusal([&] {
      static_cast<void>(profile_model("logreg-mnist-odd",
                                      {.min_samples = 1, .isa = isa, .runtime = runtime}));
    });
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  says("/nonexistent/libonnxruntime.so", "", "cannot be loaded");
  says("libz.so.1/", "", "cannot be loaded");
  says("onnxruntime", "x86-64-v2", "own to choose");
}

/// The path of the user's library; tests that need it are skipped where it is not given.
const char* runtime_library() { return std::getenv("FAASCAST_ONNXRUNTIME"); }

TEST(OnnxRuntimeSession, AnswersAsTheKernelsDo) {
  if (runtime_library() == nullptr) GTEST_SKIP() << "set FAASCAST_ONNXRUNTIME to libonnxruntime.so";
  const OnnxRuntime runtime(runtime_library());
  for (const char* name : {"cnn-mnist", "dqn-cartpole", "logreg-mnist-odd"}) {
    const ModelFile file = find_model(name);
    Executor executor(read_onnx(file.content, name), {.batch = 3});
    std::mt19937 engine(7);
    const auto values = random_floats(executor.input_as<float>(0).size(), engine);
    std::copy(values.begin(), values.end(), executor.input_as<float>(0).begin());
    executor.run();
    OnnxRuntimeSession session = runtime.load(file.content, name, 1);
    const Graph& graph = executor.graph();
    session.bind({{executor.input_name(0), float_tensor(executor.input_shape(0), values)}},
                 {graph.values[static_cast<std::size_t>(graph.outputs.front())].name});
    for (int again = 0; again < 3; ++again) session.run();
    const auto expected = executor.output_as<float>(0);
    const auto found = session.output(0);
    ASSERT_EQ(found.size(), expected.size()) << name;
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << name;
  }
}

TEST(OnnxRuntimeSession, RefusesInItsOwnWords) {
  if (runtime_library() == nullptr) GTEST_SKIP() << "set FAASCAST_ONNXRUNTIME to libonnxruntime.so";
  const OnnxRuntime runtime(runtime_library());
  const std::string text =
      refusal([&] { static_cast<void>(runtime.load("this is no model", "x.onnx", 1)); });
  EXPECT_NE(text.find("x.onnx: onnxruntime 1."), std::string::npos) << text;
}

TEST(OnnxRuntimeSession, IsProfiledAndLabelled) {
  if (runtime_library() == nullptr) GTEST_SKIP() << "set FAASCAST_ONNXRUNTIME to libonnxruntime.so";
  const ExecutionProfile p = profile_model(
      "cnn-mnist", {.min_samples = 20, .max_seconds = 0.3, .batches = {1, 2}, .threads = 2,
                    .runtime = runtime_library()});
  EXPECT_TRUE(p.host.isa.starts_with("onnxruntime 1.")) << p.host.isa;
  EXPECT_EQ(p.batches.size(), 2U);
  EXPECT_EQ(p.threads_batch, 1);
  EXPECT_EQ(p.threads.size(), 2U);
}

}  // namespace
}  // namespace faascast
