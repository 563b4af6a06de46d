#include "platforms/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const ColdComponent& component(const PoolPlan& pool, const std::string& name) {
  for (const ColdComponent& candidate : pool.cold_start) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no component " + name);
}

bool has_component(const PoolPlan& pool, const std::string& name) {
  for (const ColdComponent& candidate : pool.cold_start) {
    if (candidate.name == name) return true;
  }
  return false;
}

// ---- processor ----

TEST(LambdaQuota, IsTheShareOfA20MsPeriod) {
  const PlatformSpec spec = load_platform("aws-lambda");
  const PoolPlan pool = make_pool(spec, {.memory = Megabytes(1024)}, {}).pool;
  EXPECT_EQ(pool.cpu.period, 20ms);
  EXPECT_EQ(pool.cpu.quota, Duration(11'577'162));  // 20 ms * 1024 / 1769 = 11.577 162 2 ms
}

TEST(LambdaQuota, EndsAtOneVcpu) {
  const PlatformSpec spec = load_platform("aws-lambda");
  EXPECT_EQ(make_pool(spec, {.memory = Megabytes(1769)}, {}).pool.cpu.quota, 0ns);
  EXPECT_EQ(make_pool(spec, {.memory = Megabytes(10240)}, {}).pool.cpu.quota, 0ns);
  EXPECT_GT(make_pool(spec, {.memory = Megabytes(1768)}, {}).pool.cpu.quota, 19ms);
}

TEST(CloudFunctionsQuota, FollowsTheTable) {
  const CompiledPool out =
      make_pool(load_platform("google-cloud-functions"), {.memory = Megabytes(512)}, {});
  EXPECT_DOUBLE_EQ(out.vcpu, 0.333);
  EXPECT_EQ(out.pool.cpu.period, 100ms);
  EXPECT_EQ(out.pool.cpu.quota, Duration(33'300'000));
  EXPECT_EQ(out.pool.clock_mhz, 800);
  EXPECT_EQ(out.pool.vcpu, MilliVcpu(0)) << "the clock is billed, not the vCPU";
}

TEST(CloudRun, BillsTheConfiguredProcessor) {
  const PlatformSpec spec = load_platform("google-cloud-run");
  const CompiledPool two = make_pool(spec, {.memory = Megabytes(2048), .vcpu = 2.0}, {});
  EXPECT_EQ(two.pool.vcpu, MilliVcpu(2000));
  EXPECT_EQ(two.pool.cpu.quota, 0ns);
  const CompiledPool half = make_pool(spec, {.memory = Megabytes(512), .vcpu = 0.5}, {});
  EXPECT_EQ(half.pool.vcpu, MilliVcpu(500));
  EXPECT_EQ(half.pool.cpu.quota, 50ms);
  EXPECT_TRUE(half.pool.metering.bills_init);
  EXPECT_EQ(half.pool.metering.granularity, 100ms);
  EXPECT_EQ(half.pool.at_limit, AtLimit::kQueue);
}

TEST(Azure, BillsMemoryUsedInStepsOf128Mb) {
  const PlatformSpec spec = load_platform("azure-functions-consumption");
  const CompiledPool out = make_pool(spec, {}, {.memory_used = Megabytes(300)});
  EXPECT_TRUE(out.pool.bills_memory_used);
  EXPECT_EQ(out.pool.memory, Megabytes(300));
  EXPECT_EQ(out.pool.memory_step, Megabytes(128));
  EXPECT_EQ(out.memory, Megabytes(1536));
  EXPECT_EQ(out.pool.cpu.quota, 0ns);
  EXPECT_FALSE(out.pool.metering.bills_init);
  EXPECT_EQ(out.pool.metering.minimum, 100ms);
}

// ---- cold starts ----

/// ResNet-50 of PyTorch, its weights fetched from the object store: SeBS benchmark 411, 2020-11.
constexpr ModelLoad kResnet50{.weights = Bytes(97'800'000),
                              .import_cpu = 1550ms,
                              .load_cpu = 2340ms,
                              .first_inference_cpu = 190ms,
                              .on_profiling_host = false};
constexpr Duration kResnet50Inference = 500ms;

/// Everything inside the first request, as the engine adds it up (the benchmark loads lazily).
double cold_handler_s(const PoolPlan& pool) {
  Duration cpu = kResnet50Inference;
  Duration wall{};
  for (const ColdComponent& part : pool.cold_start) {
    if (part.load_at != LoadAt::kHandler) continue;
    cpu += part.cpu;
    wall += part.wall.mean();
  }
  return seconds_of(wall + pool.cpu.elapsed(cpu));
}

PlatformSpec lazily_loading(const std::string& name) {
  PlatformSpec spec = load_platform(name);
  spec.cold_start.import_at = LoadAt::kHandler;
  spec.cold_start.weights_at = LoadAt::kHandler;
  return spec;
}

struct SebsRow {
  std::int64_t memory_mb;
  double cold_handler_p50_s;
};
class SebsResnet50 : public ::testing::TestWithParam<SebsRow> {};

// Fitted within 3 % where processor phases above one vCPU run on more than one; ours are taken as
// one thread, which adds (0.19 + 0.50) s * (1 - 1769/3008) = 0.28 s at 3008 MB.
TEST_P(SebsResnet50, ColdHandlerOnLambda) {
  const auto [memory, measured] = GetParam();
  const PlatformSpec spec = lazily_loading("aws-lambda");
  const PoolPlan pool = make_pool(spec, {.memory = Megabytes(memory)}, kResnet50).pool;
  EXPECT_NEAR(cold_handler_s(pool) / measured, 1.0, 0.05);
}
INSTANTIATE_TEST_SUITE_P(Published, SebsResnet50,
                         ::testing::Values(SebsRow{512, 19.29}, SebsRow{1024, 9.65},
                                           SebsRow{1536, 6.47}, SebsRow{2048, 5.38},
                                           SebsRow{3008, 5.02}));

// A blind check: the processor times are Lambda's, only the bandwidth is Google's. The benchmark's
// own fit leaves 15 % between its sizes (7.64, 8.25, 7.71 s), whose order the quota cannot explain.
class SebsResnet50OnGoogle : public ::testing::TestWithParam<SebsRow> {};
TEST_P(SebsResnet50OnGoogle, ColdHandlerIsPredicted) {
  const auto [memory, measured] = GetParam();
  const PlatformSpec spec = lazily_loading("google-cloud-functions");
  const PoolPlan pool = make_pool(spec, {.memory = Megabytes(memory)}, kResnet50).pool;
  EXPECT_NEAR(cold_handler_s(pool) / measured, 1.0, 0.15);
}
INSTANTIATE_TEST_SUITE_P(Published, SebsResnet50OnGoogle,
                         ::testing::Values(SebsRow{512, 7.64}, SebsRow{1024, 8.25},
                                           SebsRow{2048, 7.71}));

// Median of what a client sees of a cold hello world beyond a warm one, 2021: 215 ms. Placement is
// that less INIT, so the sum of both medians returns it; the tail of the sum is not fitted.
TEST(LambdaColdStart, OfAHelloWorldIsWhatAClientSees) {
  const PoolPlan pool = make_pool(load_platform("aws-lambda"), {}, {}).pool;
  ASSERT_THAT(pool.cold_start, SizeIs(2));
  EXPECT_NEAR(seconds_of(component(pool, "placement").wall.quantile(0.5) +
                         component(pool, "runtime").wall.quantile(0.5)),
              0.215, 0.003);
}

TEST(CloudFunctionsColdStart, DoesNotDependOnMemory) {
  const PlatformSpec spec = lazily_loading("google-cloud-functions");
  for (const char* name : {"import", "weights", "first-inference"}) {
    const PoolPlan small = make_pool(spec, {.memory = Megabytes(512)}, kResnet50).pool;
    const PoolPlan large = make_pool(spec, {.memory = Megabytes(2048)}, kResnet50).pool;
    EXPECT_EQ(component(small, name).cpu, 0ns) << "not throttled";
    EXPECT_EQ(component(small, name).wall.mean(), component(large, name).wall.mean()) << name;
  }
}

TEST(LambdaColdStart, LoadsInInitByDefaultAndUnthrottled) {
  const PoolPlan pool =
      make_pool(load_platform("aws-lambda"), {.memory = Megabytes(128)}, kResnet50).pool;
  EXPECT_EQ(component(pool, "placement").load_at, LoadAt::kPlacement);
  EXPECT_EQ(component(pool, "runtime").load_at, LoadAt::kInit);
  EXPECT_EQ(component(pool, "import").load_at, LoadAt::kInit);
  EXPECT_EQ(component(pool, "weights").load_at, LoadAt::kInit);
  EXPECT_EQ(component(pool, "weights").cpu, 2340ms);
  // 128 MB: 30 MB/s * 128/512 = 7.5 MB/s; 97.8 MB take 13.04 s.
  EXPECT_NEAR(seconds_of(component(pool, "weights").wall.mean()), 13.04, 1e-6);
  EXPECT_EQ(component(pool, "first-inference").load_at, LoadAt::kHandler);
  EXPECT_EQ(pool.init_limit, 10s);
}

TEST(LambdaColdStart, IsTheSameAt128And1769MbButForBandwidth) {
  const PlatformSpec spec = load_platform("aws-lambda");
  const ModelLoad load{.import_cpu = 1s, .load_cpu = 2s, .on_profiling_host = false};
  const PoolPlan small = make_pool(spec, {.memory = Megabytes(128)}, load).pool;
  const PoolPlan large = make_pool(spec, {.memory = Megabytes(1769)}, load).pool;
  ASSERT_EQ(small.cold_start.size(), large.cold_start.size());
  for (std::size_t i = 0; i < small.cold_start.size(); ++i) {
    EXPECT_EQ(small.cold_start[i].cpu, large.cold_start[i].cpu);
    EXPECT_EQ(small.cold_start[i].wall.quantile(0.5), large.cold_start[i].wall.quantile(0.5));
  }
}

TEST(LambdaColdStart, WarnsWhereInitIsDoneTwice) {
  const CompiledPool out =
      make_pool(load_platform("aws-lambda"), {.memory = Megabytes(128)}, kResnet50);
  EXPECT_THAT(out.notes, Contains(HasSubstr("done again")));
}

TEST(ColdStart, ScalesHostTimesAndNotPlatformTimes) {
  PlatformSpec spec = load_platform("aws-lambda");
  spec.cpu.host_factor = 2.0;
  ModelLoad load{.import_cpu = 1s};
  const CompiledPool host = make_pool(spec, {}, load);
  EXPECT_EQ(component(host.pool, "import").cpu, 2s);
  EXPECT_EQ(host.cpu_seconds_factor, 2.0);
  load.on_profiling_host = false;
  const CompiledPool platform = make_pool(spec, {}, load);
  EXPECT_EQ(component(platform.pool, "import").cpu, 1s);
  EXPECT_EQ(platform.cpu_seconds_factor, 1.0);
}

TEST(ColdStart, FetchesThePackageByItsSizeAndKind) {
  const PlatformSpec spec = load_platform("aws-lambda");
  const PoolPlan zip = make_pool(spec, {.package_bytes = Bytes(100'000'000)}, {}).pool;
  EXPECT_EQ(component(zip, "package").wall.mean(), 240ms);  // 2.4 ms a MB
  const PoolPlan image =
      make_pool(spec, {.package = PackageKind::kImage, .package_bytes = Bytes(5'000'000'000)}, {})
          .pool;
  EXPECT_FALSE(has_component(image, "package")) << "images are loaded on demand";
}

TEST(ColdStart, PicksTheLawOfLanguageAndPackage) {
  const PlatformSpec spec = load_platform("aws-lambda");
  const auto median = [&spec](const std::string& language, PackageKind package) {
    const PoolPlan pool = make_pool(spec, {.package = package, .language = language}, {}).pool;
    return seconds_of(component(pool, "runtime").wall.quantile(0.5));
  };
  EXPECT_NEAR(median("python", PackageKind::kImage), 0.1513, 0.0016);
  EXPECT_NEAR(median("rust", PackageKind::kZip), 0.0163, 0.0002);
  EXPECT_NEAR(median("java", PackageKind::kZip), 0.2593, 0.0026);
}

TEST(ColdStart, SaysWhereALanguageIsNotKnown) {
  const PlatformSpec spec = load_platform("aws-lambda");
  EXPECT_THAT(make_pool(spec, {.language = "cobol"}, {}).notes, Contains(HasSubstr("cobol")));
  EXPECT_THAT(make_pool(spec, {.language = "python"}, {}).notes,
              Not(Contains(HasSubstr("python"))));
}

TEST(CloudRun, RefusesAStartBeyondItsLimit) {
  const ModelLoad slow{.load_cpu = 300s, .on_profiling_host = false};
  EXPECT_THROW((void)make_pool(load_platform("google-cloud-run"), {}, slow), InputError);
}

// ---- metering ----

TEST(Pool, CarriesTheLifecycle) {
  const PoolPlan pool = make_pool(load_platform("aws-lambda"), {.minimum_instances = 3}, {}).pool;
  EXPECT_EQ(pool.keep_alive_rule, KeepAliveRule::kDrawn);
  ASSERT_TRUE(pool.scale_out);
  EXPECT_EQ(pool.scale_out->burst, 1000U);
  EXPECT_EQ(pool.scale_out->instances, 1000U);
  EXPECT_EQ(pool.scale_out->period, 10s);
  EXPECT_EQ(pool.account_concurrency, 1000U);
  EXPECT_EQ(pool.minimum_instances, 3U);
  EXPECT_EQ(pool.max_instances, 1000U);
  EXPECT_EQ(pool.at_limit, AtLimit::kReject);
  EXPECT_EQ(pool.timeout, 900s);
  EXPECT_EQ(pool.metering.granularity, 1ms);
  EXPECT_EQ(pool.memory, Megabytes(128)) << "the default";
}

TEST(Pool, IsCutToTheAccountsConcurrency) {
  PlatformSpec spec = load_platform("aws-lambda");
  spec.scaling.max_instances = 5000;
  const CompiledPool out = make_pool(spec, {}, {});
  EXPECT_EQ(out.pool.max_instances, 1000U);
  EXPECT_THAT(out.notes, Contains(HasSubstr("account's concurrency of 1000")));
}

TEST(ColdStart, OfAbsurdSizesStaysWithinAnInstant) {
  const ModelLoad load{.weights = Bytes(std::numeric_limits<std::int64_t>::max()),
                       .load_cpu = Duration::max(),
                       .memory_used = Megabytes(1)};
  const CompiledPool out = make_pool(load_platform("aws-lambda"), {}, load);
  EXPECT_GT(component(out.pool, "weights").wall.mean() + component(out.pool, "weights").cpu, 0ns);
}

TEST(Pool, OfOneFunctionNeedsNoLimitOfTheAccountBesideItsOwn) {
  const PoolPlan pool = make_pool(load_platform("aws-lambda"), {.one_function = true}, {}).pool;
  EXPECT_EQ(pool.account_concurrency, 0U);
  EXPECT_EQ(pool.max_instances, 1000U);
}

// ---- requests that share an instance ----

TEST(Concurrency, IsThePlatformsOwnByDefaultAndSharesItsProcessor) {
  const PlatformSpec run = load_platform("google-cloud-run");
  const PoolPlan pool = make_pool(run, {.memory = Megabytes(2048), .vcpu = 2.0}, {}).pool;
  EXPECT_EQ(pool.concurrency, 80U);
  EXPECT_EQ(pool.vcpu_share, MilliVcpu(2000));
  const PoolPlan half =
      make_pool(run, {.memory = Megabytes(512), .vcpu = 0.5, .concurrency = 4}, {}).pool;
  EXPECT_EQ(half.concurrency, 4U);
  EXPECT_EQ(half.vcpu_share, MilliVcpu(1000)) << "below one vCPU the quota slows it already";
  EXPECT_EQ(make_pool(run, {.concurrency = 1}, {}).pool.vcpu_share, MilliVcpu(0));
  EXPECT_EQ(make_pool(load_platform("azure-functions-consumption"), {}, {}).pool.concurrency, 100U);
}

TEST(Concurrency, DoesNotSlowTimesThatAreFinal) {
  const CompiledPool out = make_pool(load_platform("google-cloud-run"), {.final_times = true}, {});
  EXPECT_EQ(out.pool.concurrency, 80U);
  EXPECT_EQ(out.pool.vcpu_share, MilliVcpu(0));
  EXPECT_THAT(out.notes, Contains(HasSubstr("do not slow one another")));
}

TEST(Concurrency, OfFlexFollowsMemoryAndLanguage) {
  const PlatformSpec flex = load_platform("azure-functions-flex");
  const auto slots = [&](std::int64_t mb, const std::string& language) {
    return make_pool(flex, {.memory = Megabytes(mb), .language = language}, {}).pool.concurrency;
  };
  EXPECT_EQ(slots(512, "node"), 4U);
  EXPECT_EQ(slots(2048, "node"), 16U);
  EXPECT_EQ(slots(4096, "node"), 32U);
  EXPECT_EQ(slots(4096, "python"), 1U);
}

// ---- other faces of a platform ----

TEST(Flex, BillsActivePeriodsOfAtLeastASecond) {
  const PoolPlan pool = make_pool(load_platform("azure-functions-flex"), {}, {}).pool;
  EXPECT_EQ(pool.metering.basis, Metering::Basis::kPerActiveInstance);
  EXPECT_EQ(pool.metering.minimum, 1s);
  EXPECT_EQ(pool.metering.granularity, 100ms);
  EXPECT_EQ(pool.memory, Megabytes(2048)) << "instance memory, not memory used";
  EXPECT_FALSE(pool.bills_memory_used);
}

TEST(SnapStart, RestoresInsteadOfStarting) {
  const PlatformSpec spec = load_platform("aws-lambda", PlatformFace{.variants = {"snapstart"}});
  const ModelLoad load{.import_cpu = 1s, .load_cpu = 2s, .memory_used = Megabytes(400)};
  const CompiledPool out = make_pool(spec, {.memory = Megabytes(512)}, load);
  EXPECT_FALSE(has_component(out.pool, "runtime"));
  EXPECT_FALSE(has_component(out.pool, "import"));
  EXPECT_FALSE(has_component(out.pool, "weights"));
  // 120 ms and 400 MiB at 400 MB/s: 419 430 400 / 4e8 s.
  EXPECT_NEAR(seconds_of(component(out.pool, "restore").wall.mean()), 0.12 + 1.048576, 1e-6);
  EXPECT_EQ(out.snapshot, Megabytes(512)) << "priced by configured memory";
  EXPECT_EQ(out.pool.init_limit, 0s);
}

TEST(CloudRun, WithInstanceBillingPaysForWholeLives) {
  const PlatformSpec spec =
      load_platform("google-cloud-run", PlatformFace{.variants = {"instance-billing"}});
  const CompiledPool out = make_pool(spec, {}, {});
  EXPECT_EQ(spec.tariff, "google-cloud-run-instance-based");
  EXPECT_EQ(out.billed_time, BilledTime::kInstanceLife);
  EXPECT_FALSE(out.pool.metering.bills_requests);
}

TEST(CloudRun, WithAnL4AttachesItAndHasItsLeastShape) {
  const PlatformSpec spec = load_platform("google-cloud-run", PlatformFace{.variants = {"gpu-l4"}});
  const CompiledPool out = make_pool(spec, {}, {});
  EXPECT_EQ(out.gpu, "L4");
  EXPECT_EQ(out.memory, Megabytes(16384));
  EXPECT_EQ(out.vcpu, 4.0);
  EXPECT_EQ(component(out.pool, "attach").wall.mean(), 5s);
  EXPECT_EQ(component(out.pool, "attach").load_at, LoadAt::kInit);
  EXPECT_EQ(out.pool.keep_alive, 600s);
  std::vector<Problem> problems;
  EXPECT_FALSE(make_pool(spec, {.memory = Megabytes(2048)}, {}, "here", problems));
}

TEST(Provisioned, HasThePlatformsLeadAndIsRefusedWhereItIsNotSold) {
  const WarmCapacity ten{.instances = 10};
  const PoolPlan pool = make_pool(load_platform("aws-lambda"), {.provisioned = ten}, {}).pool;
  ASSERT_TRUE(pool.warm);
  EXPECT_EQ(pool.warm->instances, 10U);
  EXPECT_EQ(pool.warm->lead, 90s);
  EXPECT_EQ(pool.warm->configured_step, 5min);
  std::vector<Problem> problems;
  EXPECT_FALSE(
      make_pool(load_platform("google-cloud-run"), {.provisioned = ten}, {}, "here", problems));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].mend, HasSubstr("minimum_instances"));
}

TEST(Knative, CarriesItsAutoscaler) {
  const PoolPlan pool = make_pool(load_platform("knative"), {}, {}).pool;
  EXPECT_EQ(pool.scaling.rule, ScalingRule::kKnative);
  EXPECT_EQ(pool.scaling.period, 2s);
  EXPECT_EQ(pool.scaling.window, 60s);
  EXPECT_EQ(pool.scaling.panic_window, 6s);
  EXPECT_EQ(pool.scaling.target, 0.7);
  EXPECT_EQ(pool.scaling.most_up, 1000.0);
  EXPECT_EQ(pool.scaling.most_down, 2.0);
  EXPECT_EQ(pool.scaling.grace, 30s);
}

// ---- refused configurations ----

struct Refused {
  std::string platform;
  DeploymentConfig config;
  Megabytes memory_used;
  std::string what;
  std::string mend;
};
class RefusedConfiguration : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedConfiguration, SaysWhatAndHowToMend) {
  const Refused& c = GetParam();
  std::vector<Problem> problems;
  EXPECT_FALSE(make_pool(load_platform(c.platform), c.config, {.memory_used = c.memory_used},
                         "s.toml:9", problems));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems.front(),
              AllOf(Field(&Problem::where, "s.toml:9"), Field(&Problem::what, HasSubstr(c.what)),
                    Field(&Problem::mend, HasSubstr(c.mend))));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedConfiguration,
    ::testing::Values(
        Refused{"aws-lambda", {.memory = Megabytes(64)}, {}, "64 MB", "nearest is \"128 MB\""},
        Refused{"aws-lambda", {.memory = Megabytes(20480)}, {}, "20480", "\"10240 MB\""},
        Refused{"google-cloud-functions",
                {.memory = Megabytes(700)},
                {},
                "700 MB",
                "nearest is \"512 MB\""},
        Refused{
            "azure-functions-consumption", {.memory = Megabytes(512)}, {}, "512 MB", "\"1536 MB\""},
        Refused{
            "aws-lambda", {.memory = Megabytes(512)}, Megabytes(900), "uses 900 MB", "more memory"},
        Refused{"aws-lambda",
                {.vcpu = 2.0},
                {},
                "does not let the processor be chosen",
                "follows from memory"},
        Refused{"google-cloud-run", {.vcpu = 64.0}, {}, "64 vCPU", "0.08 to 8"},
        Refused{"google-cloud-run", {.vcpu = 0.0}, {}, "0 vCPU", "0.08 to 8"},
        Refused{"google-cloud-run",
                {.concurrency = 1001},
                {},
                "at most 1000 requests at once",
                "lower concurrency"},
        Refused{"aws-lambda",
                {.concurrency = 8},
                {},
                "one request per instance",
                "set concurrency = 1"},
        Refused{
            "aws-lambda", {.package_bytes = Bytes(250'000'001)}, {}, "250.0 MB", "container image"},
        Refused{"aws-lambda",
                {.package = PackageKind::kImage, .package_bytes = Bytes(11'000'000'000)},
                {},
                "11000.0 MB",
                "smaller"},
        Refused{"aws-lambda", {.request_bytes = Bytes(6'000'001)}, {}, "request", "object"},
        Refused{
            "aws-lambda", {.response_bytes = Bytes(7'000'000)}, {}, "response of 7.0 MB", "object"},
        Refused{"google-cloud-run", {.arch = Architecture::kArm}, {}, "no arm processors", "x86"},
        Refused{"aws-lambda",
                {.minimum_instances = 2000},
                {},
                "2000 minimum instances",
                "max_instances"}));

TEST(RefusedConfigurations, AreReportedTogether) {
  std::vector<Problem> problems;
  (void)make_pool(load_platform("aws-lambda"),
                  {.memory = Megabytes(1), .vcpu = 2.0, .concurrency = 3}, {}, "here", problems);
  EXPECT_THAT(problems, SizeIs(3));
}

}  // namespace
}  // namespace faascast
