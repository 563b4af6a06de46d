#include "workloads/profile.h"

#include "support.h"
#include "workloads/models.h"

namespace faascast {
namespace {

ExecutionProfile example() {
  return {.model = "example \"quoted\"",
          .model_sha256 = std::string(64, 'a'),
          .input_shapes = {{1, 4}, {}},
          .load = Duration(123456),
          .first_inference = Duration(789),
          .samples_ns = {10, 12, 11, 0},
          .runs_per_sample = 100,
          .dropped_samples = 3,
          .preempted_samples = 1,
          .peak_memory_bytes = 1 << 24,
          .flops = 33280.5,
          .weight_bytes = 70000,
          .activation_peak_bytes = 1024,
          .host = {.cpu = "A CPU", .isa = "x86-64-v3", .cores = 8},
          .created = "2026-01-31",
          .program_version = "0.1.0"};
}

TEST(Profile, SurvivesItsFile) {
  const TemporaryFolder folder;
  save_profile(example(), folder.path() / "p.json");
  EXPECT_EQ(load_profile(folder.path() / "p.json"), example());
}

TEST(Profile, HashDependsOnContentAndNotOnLayout) {
  const std::string text = profile_text(example());
  std::string squeezed;
  for (const char c : text) {
    if (c != '\n') squeezed += c;
  }
  EXPECT_EQ(profile_hash(parse_profile(squeezed, "p")), profile_hash(example()));
  ExecutionProfile other = example();
  other.samples_ns.back() += 1;
  EXPECT_NE(profile_hash(other), profile_hash(example()));
  EXPECT_EQ(profile_hash(example()).size(), 64U);
}

TEST(Profile, LawsAreKeptWhereTheyWereMeasured) {
  ExecutionProfile profile = example();
  EXPECT_EQ(profile_text(profile).find("batches"), std::string::npos);
  profile.batches = {{1, 100}, {2, 150}};
  profile.threads = {{1, 900}, {2, 500}};
  profile.threads_batch = 32;
  EXPECT_EQ(parse_profile(profile_text(profile), "p"), profile);
  EXPECT_NE(profile_hash(profile), profile_hash(example()));
  EXPECT_NEAR(parallel_fraction(profile), 2.0 * 4.0 / 9.0, 1e-12);
}

TEST(Profile, RefusesWhatIsNotOne) {
  const auto says = [](const std::string& text, const std::string& what) {
    const std::string message = refusal([&] { static_cast<void>(parse_profile(text, "p.json")); });
    EXPECT_NE(message.find("p.json"), std::string::npos) << message;
    EXPECT_NE(message.find(what), std::string::npos) << message;
  };
  says("", "not a JSON object");
  says("[1, 2", "not a JSON object");
  says("[]", "not a JSON object");
  says("{}", "schema: is missing");
  says(R"({"schema": 2})", "schema: 2 is not known");
  says(R"({"schema": 1})", "samples_ns: is missing");
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = profile_text(example());
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  says(changed("[10,12,11,0]", "[]"), "must hold at least 1");
  says(changed("[10,12,11,0]", "[10,-1]"), "'-1' is not a whole number");
  says(changed("[10,12,11,0]", "[10,1.5]"), "'1.5' is not a whole number");
  says(changed("[10,12,11,0]", "[18446744073709551615]"), "is not a whole number between");
  says(changed("123456", "\"long\""), "load_ns: must be a whole number");
  says(changed("33280.5", "-1.0"), "flops: must be finite and not negative");
  says(changed("\"cores\":8", "\"cores\":-8"), "host: cores");
  says(changed("[[1,4],[]]", "[3]"), "must be a list of lists");
  const auto with_batches = [&](const char* points) {
    return changed("\"created\"", std::string("\"batches\": ") + points + ", \"created\"");
  };
  for (const char* points : {"[[2, 5]]", "[[1, 5], [1, 6]]", "[[1, 0]]", "[1]", "[[1]]", "[[1, 2, 3]]"}) {
    says(with_batches(points), "batches: must be a list of [count, ns]");
  }
  says(with_batches("[[1, 5]]"), "batches: must be a list of two");
}

TEST(Profile, NamesAllProblemsAtOnce) {
  const std::string message =
      refusal([] { static_cast<void>(parse_profile(R"({"schema": 1})", "p")); });
  for (const char* key : {"model", "load_ns", "samples_ns", "host", "created", "flops"}) {
    EXPECT_NE(message.find(std::string("p: ") + key), std::string::npos) << key;
  }
}

TEST(Profile, CannotBeSavedNowhere) {
  EXPECT_NE(refusal([] { save_profile(example(), "/nonexistent/p.json"); }).find("cannot be written"),
            std::string::npos);
}

TEST(SamplesNeeded, AreMlperfsEarlyStoppingCounts) {
  EXPECT_EQ(samples_needed(0.90), 64U);
  EXPECT_EQ(samples_needed(0.99), 662U);
}

TEST(HighestQuantile, GrowsWithTheSample) {
  EXPECT_EQ(highest_quantile(1), 0.5);
  EXPECT_EQ(highest_quantile(63), 0.5);
  EXPECT_EQ(highest_quantile(64), 0.9);
  EXPECT_EQ(highest_quantile(661), 0.97);
  EXPECT_EQ(highest_quantile(662), 0.99);
}

TEST(ExecutionDistribution, SpansTheSamples) {
  ExecutionProfile profile = example();
  profile.samples_ns.clear();
  for (int i = 1; i <= 1000; ++i) profile.samples_ns.push_back(1000 * i);
  const Distribution law = execution_distribution(profile);
  EXPECT_NEAR(static_cast<double>(law.quantile(0.5).count()), 500'000.0, 2'000.0);
  EXPECT_NEAR(static_cast<double>(law.quantile(0.99).count()), 990'000.0, 2'000.0);
  EXPECT_LE(law.quantile(0.999999), Duration(1'000'000));
}

class ShippedProfile : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedProfile, BelongsToItsModelAndSupportsAP99) {
  const ExecutionProfile profile = find_profile(GetParam());
  EXPECT_EQ(profile.model, GetParam());
  EXPECT_EQ(profile.model_sha256, find_model(GetParam()).sha256);
  EXPECT_GE(highest_quantile(profile.samples_ns.size()), 0.99);
  EXPECT_FALSE(profile.host.cpu.empty());
  EXPECT_FALSE(profile.created.empty());
  EXPECT_GT(profile.first_inference, Duration::zero());
}
INSTANTIATE_TEST_SUITE_P(All, ShippedProfile,
                         ::testing::Values("cnn-mnist", "cnn-mnist-student", "logreg-mnist-odd",
                                           "dqn-cartpole", "lstm-sentiment"));

TEST(FindProfile, SuggestsTheNearestName) {
  const std::string text = refusal([] { static_cast<void>(find_profile("logreg-mnist-od")); });
  EXPECT_NE(text.find("did you mean 'logreg-mnist-odd'?"), std::string::npos) << text;
}

TEST(ProfileFromSamples, ReadsDecimalSeconds) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.csv";
  std::ofstream(file) << "request,execution_s\na,0.25\nb, 1e-3 \n\nc,0\n";
  const ExecutionProfile profile = profile_from_samples(file);
  EXPECT_EQ(profile.samples_ns, (std::vector<std::int64_t>{250'000'000, 1'000'000, 0}));
  EXPECT_EQ(parse_profile(profile_text(profile), "p"), profile);
}

TEST(ProfileFromSamples, MakesABatchLaw) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.csv";
  std::ofstream(file) << "batch,execution_s\n1,1\n4,2.5\n1,3\n4,2\n4,2\n1,2\n";
  const ExecutionProfile profile = profile_from_samples(file);
  constexpr std::int64_t kSecond = 1'000'000'000;
  EXPECT_EQ(profile.samples_ns, (std::vector<std::int64_t>{kSecond, 3 * kSecond, 2 * kSecond}));
  EXPECT_EQ(profile.batches, (std::vector<ScalingPoint>{{1, 2 * kSecond}, {4, 2 * kSecond}}));
  EXPECT_EQ(parse_profile(profile_text(profile), "p"), profile);
}

TEST(ProfileFromSamples, NamesTheLineThatIsWrong) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.csv";
  const auto says = [&](const std::string& content, const std::string& what) {
    std::ofstream(file) << content;
    const std::string text = refusal([&] { static_cast<void>(profile_from_samples(file)); });
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  says("", "no column 'execution_s'");
  says("seconds\n1\n", "no column 'execution_s'");
  says("execution_s\n", "no sample");
  says("execution_s\n0.1\nabc\n", "s.csv:3:1: 'abc' is not a duration in seconds");
  // All at once, each at its column.
  says("a,execution_s\nx, abc\nx,1\nx\n", "s.csv:2:4: 'abc' is not a duration");
  says("a,execution_s\nx, abc\nx,1\nx\n", "s.csv:4:2: '' is not a duration");
  says("execution_s,batch\n1,0\n", "s.csv:2:3: '0' is not a batch");
  says("execution_s,batch\n1,2\n", "there is no sample of batch 1");
  says("execution_s\n-1\n", "s.csv:2:1: '-1' is not a duration");
  says("execution_s\nnan\n", "s.csv:2:1: 'nan' is not a duration");
  says("execution_s\n1e30\n", "s.csv:2:1: '1e30' is not a duration");
}

}  // namespace
}  // namespace faascast
