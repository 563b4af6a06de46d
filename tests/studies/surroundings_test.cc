#include "studies/surroundings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim-core/error.h"
#include "studies/compile.h"
#include "studies/run.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

// Fixed work: a request every 0.5 s on average, for a day.
const std::string kHead = R"(
seed = 1
[traffic]
generator = { kind = "poisson", rate_per_s = 2, duration = "1 d" }
request_bytes = "1 kB"
response_bytes = "3 kB"
[model]
execution = "100 ms"
[[deployment]]
)";

Scenario read(const std::string& deployment, const ScenarioChanges& changes = {}) {
  return scenario_from_text(kHead + deployment, "test.toml", {}, changes);
}

/// All problems of reading and compiling a deployment.
std::string problems_of(const std::string& deployment) {
  try {
    const Scenario scenario = read(deployment);
    (void)compile(scenario, resolve_inputs(scenario, {}));
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

DeploymentReport run(const std::string& deployment) {
  return run_scenario(read(deployment), {}).deployments.at(0);
}

double usd(const Bill& bill, const std::string& name) {
  for (const BillLine& line : bill.lines) {
    if (line.name.starts_with(name)) return static_cast<double>(line.usd.value()) / 1e6;
  }
  return -1.0;
}

TEST(Surroundings, AreMeteredExactly) {
  Surroundings around{.replicas = 5, .machines = 3, .control_plane = true, .zones = 3};
  around.gateways = 3;
  around.nat_bytes = Bytes(200);
  around.log_bytes = Bytes(150);
  around.disk = Megabytes(20 * 1024);
  Usage usage;
  usage[Meter::kServerTime] = 5 * 1'000'000;
  usage[Meter::kConnections] = 7;
  usage[Meter::kBytesIn] = 100;
  usage[Meter::kBytesOut] = 200;
  meter_surroundings(around, Duration(1'000'000), usage);
  EXPECT_TRUE(usage[Meter::kServerTime] == 3 * 1'000'000);  // machines are billed
  EXPECT_TRUE(usage[Meter::kClusterTime] == 1'000'000);
  EXPECT_TRUE(usage[Meter::kDiskTime] == Int128{3} * 1'000'000 * 20 * 1024);
  EXPECT_TRUE(usage[Meter::kNatTime] == 3'000'000);
  EXPECT_TRUE(usage[Meter::kNatBytes] == 1400);
  EXPECT_TRUE(usage[Meter::kLogBytes] == 1050);
  EXPECT_TRUE(usage[Meter::kCrossZoneBytes] == 200);  // two of three requests leave their zone
}

TEST(Surroundings, OfNothingChangeNothing) {
  Usage usage;
  usage[Meter::kServerTime] = 12;
  usage[Meter::kBytesIn] = 5;
  const Usage before = usage;
  meter_surroundings({}, Duration(9), usage);
  EXPECT_TRUE(usage == before);
}

TEST(Kubernetes, PacksPodsOnNodes) {
  ServerType node;
  node.vcpu = MilliVcpu(4000);
  node.memory = Megabytes(16 * 1024);
  DeploymentSpec spec;
  spec.around.service = "kubernetes";
  spec.cpu = 1.0;
  spec.memory = Megabytes(2048);
  EXPECT_EQ(replica_shape(node, spec).per_machine, 4U);
  spec.around.reserved_cpu = 0.1;  // the fourth no longer fits
  EXPECT_EQ(replica_shape(node, spec).per_machine, 3U);
  spec.memory = Megabytes(8192);
  EXPECT_EQ(replica_shape(node, spec).per_machine, 2U);
  spec.cpu = 8.0;
  EXPECT_THROW((void)replica_shape(node, spec), InputError);

  const ReplicaShape pod{.vcpu = MilliVcpu(1000), .memory = Megabytes(2048), .per_machine = 4};
  ServerPlan fixed{.replicas = 9, .workers_per_replica = 1};
  const Surroundings around = surround_servers(spec, pod, fixed);
  EXPECT_EQ(around.machines, 3U);
  EXPECT_EQ(around.replicas, 9U);
  ServerPlan scaled{.replicas = 5, .workers_per_replica = 1};
  scaled.autoscale = Autoscale{.minimum = 5, .maximum = 17};
  spec.around.zones = 3;
  EXPECT_EQ(surround_servers(spec, pod, scaled).replicas, 0U);
  EXPECT_EQ(scaled.autoscale->minimum, 3U);  // two nodes would do, but there are three zones
  EXPECT_EQ(scaled.autoscale->maximum, 5U);
  EXPECT_EQ(scaled.workers_per_replica, 4U);
}

TEST(Kubernetes, NeedsTheControlPlanesPrice) {
  const std::string fleet =
      "server = \"aws/m6i.xlarge\"\nservice = \"kubernetes\"\ncpu = 1\nmemory = \"2 GB\"\n"
      "count = 6\n";
  EXPECT_THAT(problems_of(fleet), HasSubstr("no price of a Kubernetes control plane at aws"));
  const DeploymentReport report = run(fleet + "prices = { control_plane_hour = \"0.10\" }\n");
  EXPECT_EQ(report.configuration, "6 pods on 2 x aws/m6i.xlarge");
  EXPECT_NEAR(usd(report.bill_month, "servers"), 2 * 730 * 0.192, 1e-6);
  EXPECT_NEAR(usd(report.bill_month, "control plane"), 73.0, 1e-6);
  EXPECT_THAT(problems_of("server = \"aws/m6i.xlarge\"\nservice = \"kubernetes\"\n"
                          "prices = { control_plane_hour = \"0\" }\n"),
              HasSubstr("the size of a pod is missing"));
}

TEST(Zones, SpreadReplicasAndMoveBytes) {
  const std::string two = "server = \"aws/c6i.large\"\nzones = 2\n";
  EXPECT_THAT(problems_of(two + "count = 1\n"), HasSubstr("1 servers in 2 zones"));
  EXPECT_THAT(problems_of(two + "count = 2\n"), HasSubstr("no price of bytes between zones"));
  EXPECT_THAT(problems_of(two + "autoscale = { minimum = 1, maximum = 4 }\n"
                                "prices = { cross_zone_gb = \"0.01\" }\n"),
              HasSubstr("at least 1 servers in 2 zones"));
  EXPECT_THAT(problems_of(two + "autoscale = { maximum = 1 }\n"), HasSubstr("fewer servers"));
  const DeploymentReport report = run(two + "count = 2\nprices = { cross_zone_gb = \"0.01\" }\n");
  // Half of all payload bytes: 4 kB a request.
  const auto requests = static_cast<double>(report.figures.requests);
  EXPECT_NEAR(usd(report.bill, "data between zones"), requests * 2e3 / 1e9 * 0.01, 1e-6);
  const Scenario scaled =
      read(two + "autoscale = { maximum = 4 }\nprices = { cross_zone_gb = \"0\" }\n");
  EXPECT_EQ(scaled.deployments[0].autoscale->minimum, 2U);
}

TEST(Lines, OfAFleetAndOfFunctions) {
  const DeploymentReport fleet =
      run("server = \"aws/c6i.large\"\ncount = 2\ndisk = \"20 GB\"\nlog_bytes = \"500 B\"\n"
          "nat = true\n");
  EXPECT_NEAR(usd(fleet.bill_month, "disks"), 3.2, 1e-6);
  EXPECT_NEAR(usd(fleet.bill_month, "NAT gateway"), 32.85, 1e-6);
  const auto month = static_cast<double>(fleet.figures.requests) * 30.0;
  EXPECT_NEAR(usd(fleet.bill_month, "logs"), month * 500 / 1e9 * 0.5, 1e-6);
  const DeploymentReport functions =
      run("platform = \"aws-lambda\"\nmemory = \"512 MB\"\nlog_bytes = \"500 B\"\n"
          "purchase = \"savings-plan\"\n");
  EXPECT_NEAR(usd(functions.bill_month, "logs"), month * 500 / 1e9 * 0.5, 1e-6);
  EXPECT_GT(usd(functions.bill_month, "compute"), 0.0);
  EXPECT_THAT(problems_of("platform = \"aws-lambda\"\nzones = 2\n"),
              HasSubstr("only servers have this key"));
  EXPECT_THAT(problems_of("platform = \"aws-lambda\"\npurchase = \"spot\"\n"),
              HasSubstr("no purchase price 'spot'"));
  EXPECT_THAT(problems_of("server = \"aws/c6i.large\"\nprices = { disk = \"1\" }\n"),
              HasSubstr("unknown key"));
  EXPECT_THAT(problems_of("server = \"aws/c6i.large\"\nprices = { logs_gb = \"-1\" }\n"),
              HasSubstr("negative"));
}

TEST(Endpoints, AndTasksAndManagedInstances) {
  EXPECT_THAT(problems_of("server = \"aws/ml.m5.large\"\nservice = \"endpoint\"\n"),
              HasSubstr("no price of a managed endpoint"));
  const DeploymentReport endpoint =
      run("server = \"aws/ml.m5.large\"\nservice = \"endpoint\"\ncpu = 2\nmemory = \"8 GB\"\n"
          "count = 2\nprices = { server_hour = \"0.115\" }\n");
  EXPECT_NEAR(usd(endpoint.bill_month, "servers"), 2 * 730 * 0.115, 1e-6);
  const DeploymentReport task =
      run("server = \"aws/fargate\"\ncpu = 1\nmemory = \"2 GB\"\ncount = 3\n");
  EXPECT_NEAR(usd(task.bill_month, "servers"), 3 * 730 * (0.04048 + 2 * 0.004445), 1e-6);
  const DeploymentReport managed =
      run("server = \"aws/c6i.large\"\nservice = \"lambda-managed-instances\"\ncount = 2\n");
  EXPECT_NEAR(usd(managed.bill_month, "management fee"), 2 * 730 * 0.085 * 0.15, 1e-6);
  EXPECT_THAT(managed.notes, Contains(HasSubstr("15 %")));
}

// What the scenario leaves to the catalogue has a range, which calibration intervals vary.
TEST(Figures, OfTheCatalogueArePinnedByName) {
  const std::string fleet = "name = \"f\"\nserver = \"aws/c6i.large\"\n";
  const Scenario plain = read(fleet + "autoscale = { maximum = 4 }\npurchase = \"spot\"\n");
  const DeploymentSpec& spec = plain.deployments[0];
  ASSERT_EQ(spec.around.figures.size(), 3U);
  EXPECT_EQ(spec.around.figures[0].path, "start_lag");
  EXPECT_EQ(spec.around.figures[1].path, "hyperthread_yield");
  EXPECT_EQ(spec.around.figures[2].path, "prices");
  EXPECT_EQ(spec.autoscale->boot_lag, std::chrono::seconds(120));
  EXPECT_DOUBLE_EQ(*spec.around.usual_yield, 1.25);
  for (const Figure& figure : spec.around.figures) {
    EXPECT_TRUE(figure.has_interval()) << figure.path;
    EXPECT_NE(figure.note.source, "") << figure.path;
    EXPECT_NE(figure.note.as_of, "") << figure.path;
  }
  const auto pinned = [&](const char* path, Pin::Side side) {
    return with_pinned_figure(plain, {"f", {path, side}}).deployments[0];
  };
  EXPECT_EQ(pinned("start_lag", Pin::Side::kLow).autoscale->boot_lag, std::chrono::seconds(40));
  EXPECT_DOUBLE_EQ(*pinned("hyperthread_yield", Pin::Side::kHigh).around.usual_yield, 1.5);
  EXPECT_EQ(pinned("prices", Pin::Side::kHigh).around.bound, PriceBound::kHigh);
  EXPECT_EQ(pinned("hyperthread_yield", Pin::Side::kLow).around.bound, PriceBound::kListed);
}

TEST(Figures, AreTheScenariosWhereItSaysThem) {
  const Scenario own =
      read("server = \"aws/c6i.large\"\nautoscale = { maximum = 4, boot_lag = \"7 s\" }\n");
  ASSERT_EQ(own.deployments[0].around.figures.size(), 1U);
  EXPECT_EQ(own.deployments[0].around.figures[0].path, "hyperthread_yield");
  EXPECT_EQ(own.deployments[0].autoscale->boot_lag, std::chrono::seconds(7));
  // A vCPU of these is a core.
  EXPECT_FALSE(read("server = \"aws/c7g.large\"\n").deployments[0].around.usual_yield);
  const Scenario task =
      read("server = \"aws/fargate\"\ncpu = 1\nmemory = \"2 GB\"\nautoscale = { maximum = 4 }\n");
  EXPECT_EQ(task.deployments[0].autoscale->boot_lag, std::chrono::seconds(60));
}

}  // namespace
}  // namespace faascast
