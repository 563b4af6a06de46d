#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"
#include "platforms/figure.h"
#include "platforms/platform_spec.h"
#include "pricing/price_book.h"
#include "sim-core/units.h"
#include "traces/generators.h"
#include "traces/trace.h"

namespace faascast {

struct ExecutionProfile;

/// [traffic]: what arrives.
struct TrafficSpec {
  std::string trace{};  ///< file or shipped name; empty: a generator
  std::string format{};
  Spread spread = Spread::kUniform;
  std::optional<Duration> reorder{};
  std::optional<Duration> bin{};
  bool drop_failed = false;
  std::optional<GeneratorSpec> generator{};
  double scale = 1.0;
  std::optional<ScaleBy> scale_by{};
  Bytes request_bytes{};
  Bytes response_bytes{};
};

/// A law of execution times as a scenario writes it.
struct LawSpec {
  std::string kind = "constant";  ///< constant, exponential, lognormal, gamma, weibull
  Duration mean{};
  double cv = 1.0;
  [[nodiscard]] Distribution distribution() const;
};

/// [model]: what runs. Exactly one of onnx, profile, execution, cpu, tokens; none is right where
/// the trace brings execution times.
struct ModelSpec {
  std::string onnx{};
  std::string profile{};
  std::optional<LawSpec> execution{};  ///< final platform time, not stretched
  std::optional<LawSpec> cpu{};        ///< CPU time, stretched by the platform's CPU law
  struct Tokens {
    Duration base{};
    Duration per_input{};
    Duration per_output{};
    std::uint32_t batch = 0;  ///< requests that an accelerator serves at once; 0 = not known
    std::string title{};      ///< of the file that they are from; empty: the scenario's own
    std::string as_of{};      ///< date of its oldest figure
    bool assumed = false;     ///< a figure is no measurement
  };
  std::optional<Tokens> tokens{};  ///< final platform time
  std::string tokens_from{};       ///< a shipped name or a file that fills them
  Megabytes memory_used{};         ///< 0: as the profile says
  Bytes weights{};                 ///< fetched at a cold start; 0: the model is in the package
  Duration load_cpu{};             ///< CPU time to load the model; 0: as the profile says
  std::string optimise{};          ///< passes that change `onnx` first: "conversion+int8"
  std::int64_t batch = 1;          ///< inputs that each request brings
  /// Share of the model's work that more vCPUs take from the first; absent: as the profile says.
  std::optional<double> parallel_fraction{};
};

/// [handler]: CPU time that every request pays besides the kernel, on functions and servers alike.
/// Beside a profile it is CPU time of the profiling host, as the profile's own; else the platform's.
struct HandlerSpec {
  Duration decode{};
  Duration preprocess{};
  Duration postprocess{};
  Duration runtime{};
  Duration import{};  ///< CPU time of imports at a cold start
  std::string language = "python";
  /// Steps that name a measured profile ("json") or its file instead of a duration.
  std::string decode_profile{};
  std::string preprocess_profile{};
  std::string postprocess_profile{};
  std::string runtime_profile{};
  /// What the named steps take at this scenario's payloads: CPU time of the host that they were
  /// measured on, so that the host factor applies whatever the model is.
  Duration measured{};
  std::vector<std::string> measured_words{};  ///< "decode json 12 us"
  [[nodiscard]] Duration per_request() const {
    return decode + preprocess + postprocess + runtime;
  }
};

/// retry = { ... } of a deployment: its clients try again when they are turned away.
struct RetrySpec {
  std::uint16_t most = 0;
  LawSpec delay{};
  std::uint32_t factor = 2;
  std::optional<Duration> longest{};
};

/// [objective]: the service level. Empty: none was asked for.
struct Objective {
  std::optional<Duration> p50{};
  std::optional<Duration> p95{};
  std::optional<Duration> p99{};
  std::optional<Duration> mean{};
  std::optional<double> cold_share{};  ///< of completed requests, 0..1
  std::optional<double> throttled{};   ///< of requests, 0..1
  [[nodiscard]] bool empty() const {
    return !p50 && !p95 && !p99 && !mean && !cold_share && !throttled;
  }
};

/// [state]: what every request reads and writes outside, and what that costs.
struct StateSpec {
  std::uint16_t reads = 0;
  std::uint16_t writes = 0;
  LawSpec read_latency{};
  LawSpec write_latency{};
  /// Absent: the provider's price of its object store.
  std::optional<double> usd_per_million_reads{};
  std::optional<double> usd_per_million_writes{};
  [[nodiscard]] bool empty() const { return reads == 0 && writes == 0; }
};

/// [[version]]: each deployment serves a share of its requests by this one, in a pool of its own.
struct VersionSpec {
  std::string name{};
  double weight = 0.0;
  std::optional<ModelSpec> model{};  ///< absent: the scenario's
};

/// [[step]] of a workflow: `run` replays the deployments as its steps.
struct StepSpec {
  std::string name{};
  std::string where{};
  std::string deployment{};
  std::vector<std::string> after{};
  double probability = 1.0;
  std::string branch{};  ///< of the steps of a branch at most one is taken
};

/// hybrid = { ... }: servers for the base load, functions for what they cannot take.
struct HybridSpec {
  std::string base{};          ///< a server type
  std::string overflow{};      ///< a platform
  std::uint64_t queue = 0;     ///< requests that wait for the servers before any overflows
  std::optional<double> cpu{};  ///< of the base, where its type lets one choose
  std::optional<Megabytes> memory{};
};

/// breakdown = { up, down, retries }.
struct BreakdownSpec {
  LawSpec up{};
  LawSpec down{};
  std::uint16_t retries = 3;
};

/// batching = { ... }.
struct BatchingSpec {
  std::uint32_t maximum_size = 1;  ///< kOpenBatchSize of batching.h: left to a search
  Duration maximum_wait{};         ///< kOpenBatchWait: likewise
  /// Of the time of one request, what a batch takes whatever its size; the rest grows with it.
  std::optional<double> fixed_share{};
  std::vector<double> time_factor{};  ///< instead: time of 1, 2, ... against one
  /// Else the profile's batch law says how long a batch takes.
  [[nodiscard]] bool has_law() const { return fixed_share || !time_factor.empty(); }
  [[nodiscard]] Batching plan() const;
};

/// What stands around a deployment and is paid for beside its servers or functions.
struct SurroundingsSpec {
  std::string service = "vm";  ///< of servers: one of service_names()
  std::uint32_t zones = 1;
  Megabytes disk{};  ///< of each machine
  bool nat = false;  ///< a gateway in each zone
  Bytes nat_bytes{};  ///< a request
  Bytes log_bytes{};  ///< a request
  double reserved_cpu = 0.0;  ///< of a node, for the system
  Megabytes reserved_memory{};
  std::vector<GivenPrice> prices{};  ///< the user's own
  PriceBound bound = PriceBound::kListed;
  /// What a core with both threads busy does, against one: where the scenario says nothing and
  /// processor time, not a final time, is what the model is known by.
  std::optional<double> usual_yield{};
  /// Figures about servers that the scenario leaves to the catalogue, with their ranges.
  std::vector<Figure> figures{};
};

/// One [[deployment]]: a model on a platform, on a fleet of servers, or on both.
struct DeploymentSpec {
  std::string name{};
  std::string where{};   ///< place in the file, for later problems
  std::string platform{};
  std::string server{};
  std::string region{};  ///< empty: the tariff's first
  std::string front_door = "none";
  std::string arch = "x86";
  // functions
  std::optional<PlatformSpec> platform_spec{};  ///< with this deployment's overrides
  std::optional<Megabytes> memory{};  ///< absent: the platform's default; breakeven searches it
  std::optional<double> cpu{};
  std::optional<std::int64_t> concurrency{};  ///< absent: the platform's default
  std::string package = "zip";
  Bytes package_size{};
  std::optional<std::uint32_t> minimum_instances{};
  std::vector<std::string> variants{};  ///< of the platform: "snapstart"
  std::string as_of{};                  ///< ISO day of the platform's rules; empty: the scenario's
  RetrySpec retry{};
  std::optional<WarmCapacity> provisioned{};
  std::string nodes{};  ///< server type of a self-hosted platform; empty: the platform's
  std::optional<ModelSpec> model{};  ///< absent: the scenario's
  // servers
  std::optional<std::uint32_t> count{};  ///< absent: 1; breakeven searches it
  std::optional<std::uint32_t> workers{};  ///< per server; absent: one per vCPU
  std::optional<Autoscale> autoscale{};
  std::optional<std::uint64_t> queue_limit{};
  std::optional<LawSpec> patience{};
  std::optional<double> hyperthread_yield{};  ///< 1..2; absent: workers do not slow one another
  std::optional<BreakdownSpec> breakdown{};
  std::optional<BatchingSpec> batching{};
  std::string purchase = "on-demand";
  double host_factor = 1.0;      ///< CPU time on a server's vCPU / on the profiling host
  SurroundingsSpec around{};
  std::uint32_t redundancy = 1;  ///< replicas that may be lost with the objective still met

  /// Then `server` and `platform` are its base and its overflow.
  std::optional<HybridSpec> hybrid{};

  [[nodiscard]] bool is_serverless() const { return !platform.empty() && !hybrid; }
  [[nodiscard]] bool is_servers() const { return !server.empty() && !hybrid; }
};

/// [sweep]: at which points `sweep` looks; see sweep.h.
struct SweepSpec {
  std::string design = "grid";      ///< grid, latin-hypercube
  std::int64_t points = 0;          ///< of a Latin hypercube
  std::vector<std::string> vary{};  ///< "traffic.scale=0.1:10:log:7", "deployment[0].memory=1 GB,2 GB"
  std::string list{};               ///< instead: a CSV or JSON file of points

  [[nodiscard]] bool empty() const { return vary.empty() && list.empty(); }
};

/// How the end of the run is asked for.
enum class HorizonRule : std::uint8_t { kDefault, kAt, kDrain };

/// One figure of one deployment's platform, read at an end of its range.
struct PinnedFigure {
  std::string deployment{};  ///< its name
  Pin figure{};
};

/// Traffic in a program's memory, which a scenario may name as its trace.
struct GivenTrace {
  std::string name{};
  std::string sha256{};  ///< of its content: equal hashes, equal arrivals
  std::shared_ptr<const Traffic> traffic{};
};

/// A profile in a program's memory, which a scenario may name.
struct GivenProfile {
  std::string name{};
  std::shared_ptr<const ExecutionProfile> profile{};
};

/// Routing, keep-alive and scaling of a program's own, for the functions of one deployment.
struct GivenPolicy {
  std::string deployment{};  ///< its name
  /// Makes it for a pool whose own rules it may fall back on.
  std::function<std::shared_ptr<const PolicyFactory>(const PoolPlan&)> make{};
};

/// What changes a scenario from outside.
struct ScenarioChanges {
  /// "traffic.scale=2", "deployment[1].memory=512 MB": a TOML value, or text without quotes
  std::vector<std::string> set{};
  /// platform files that deployments may name by their stem
  std::vector<std::filesystem::path> platform_files{};
  std::vector<std::filesystem::path> price_files{};  ///< tariffs and servers beside the shipped ones
  /// "list-price" or empty: the shipped platforms; else platform files that take the place of the
  /// one that they inherit from, in every deployment on it
  std::vector<std::string> calibration{};
  std::optional<PinnedFigure> pin{};
  std::vector<GivenTrace> traces{};      ///< go before files of their names
  std::vector<GivenProfile> profiles{};  ///< likewise
  std::vector<GivenPolicy> policies{};
};

/// What was asked: one TOML file, checked. A value: copies are independent, edits make new ones.
struct Scenario {
  std::string name{};
  std::string file_name{};         ///< as problems call it
  std::filesystem::path folder{};  ///< of the file: relative paths start here
  std::string text{};              ///< as it was read
  ScenarioChanges changes{};       ///< that were applied to it
  std::shared_ptr<const PriceBook> prices{};
  std::uint64_t seed = 1;
  HorizonRule horizon_rule = HorizonRule::kDefault;
  Duration horizon{};
  Duration warm_up{};
  bool free_tier = false;
  std::string as_of{};  ///< ISO day of the platforms' rules; empty: today's
  std::string measured{};  ///< a file of measured points, for `breakeven`
  TrafficSpec traffic{};
  ModelSpec model{};
  HandlerSpec handler{};
  Objective objective{};
  StateSpec state{};
  std::vector<VersionSpec> versions{};
  std::vector<StepSpec> steps{};  ///< not empty: the deployments are steps of a workflow
  std::vector<DeploymentSpec> deployments{};
  SweepSpec sweep{};
  std::string canonical{};  ///< what it says with its changes, without [sweep]: equal text, equal run
};

/// @param file  a path, or the name of a shipped scenario
/// @throws InputError with every problem of the file at once.
[[nodiscard]] Scenario read_scenario(const std::filesystem::path& file,
                                     const ScenarioChanges& changes = {});
[[nodiscard]] Scenario scenario_from_text(std::string_view text, const std::string& name,
                                          const std::filesystem::path& folder,
                                          const ScenarioChanges& changes = {});

/// The same scenario with one platform figure at the low or high end of its range.
[[nodiscard]] Scenario with_pinned_figure(const Scenario& scenario, const PinnedFigure& pin);

}  // namespace faascast
