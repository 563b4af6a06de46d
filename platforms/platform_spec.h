#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/toml_file.h"
#include "platforms/figure.h"
#include "sim-core/distribution.h"
#include "sim-core/plan.h"
#include "sim-core/units.h"

namespace faascast {

/// How much processor an instance has.
enum class CpuShare : std::uint8_t {
  kMemoryShare,  ///< memory / mb_per_vcpu
  kMemoryTable,  ///< the row of the chosen memory
  kConfigured,   ///< chosen by the user, beside memory
  kFixed,        ///< the same for all
};

/// One memory size that comes with its own processor share.
struct MemorySize {
  Megabytes memory{};
  double vcpu = 0.0;
  std::int64_t clock_mhz = 0;    ///< billed clock; 0 = not metered
  std::int64_t concurrency = 0;  ///< requests at once by default; 0 = the platform's
};

/// Which memory can be configured: the rows of `sizes`, or minimum, minimum + step ... maximum.
struct MemoryRule {
  Megabytes minimum{};
  Megabytes maximum{};
  Megabytes step{1};
  Megabytes preset{};               ///< where a deployment names none
  std::vector<MemorySize> sizes{};  ///< ascending; empty = a range
};

struct CpuRule {
  CpuShare share = CpuShare::kFixed;
  double mb_per_vcpu = 0.0;  ///< kMemoryShare
  double vcpu = 1.0;         ///< kFixed: the share; kConfigured: where a deployment names none
  double minimum = 0.0;      ///< kConfigured
  double maximum = 0.0;      ///< kConfigured
  Duration period{};         ///< of the CPU quota below one vCPU
  /// false: a cold request runs at full speed, whatever the share (seen on Cloud Functions gen 1).
  bool throttles_cold_request = true;
  /// CPU time on the platform's vCPU / CPU time on the profiling host.
  double host_factor = 1.0;
};

struct KeepAlive {
  KeepAliveRule rule = KeepAliveRule::kFixed;
  Duration window{};         ///< kFixed: the window; kHalving: the period
  Distribution idle_life{};  ///< kDrawn
};

struct Scaling {
  std::uint32_t max_instances = 0;                     ///< of one function
  std::optional<std::uint32_t> account_concurrency{};  ///< shared by all functions of an account
  std::optional<ScaleOut> scale_out{};                 ///< of one function
  AtLimit at_limit = AtLimit::kReject;
  Duration maximum_life{};               ///< recycled when older, even under load; 0 = never
  double init_failure = 0.0;             ///< probability that an instance does not come up
  std::int64_t concurrency_maximum = 1;  ///< requests that one instance may serve at once
  std::int64_t concurrency_preset = 1;   ///< the platform's own default
  /// Defaults of languages whose runtime serves otherwise.
  std::vector<std::pair<std::string, std::int64_t>> concurrency_of_language{};
};

struct Limits {
  Duration timeout{};  ///< of the handler
  std::optional<Bytes> request{};
  std::optional<Bytes> response{};
  std::optional<Bytes> zip{};    ///< unpacked code and dependencies
  std::optional<Bytes> image{};  ///< container image
  std::vector<std::string> architectures{};
};

/// What happens when INIT takes longer than its limit.
enum class InitOverrun : std::uint8_t {
  kRedoInHandler,  ///< abandoned, and done again inside the first request (Lambda)
  kFails,          ///< the instance never starts
};

/// A law that holds for one language and package kind; empty = any.
struct ColdStartLaw {
  std::string language{};
  std::string package{};
  Distribution law{};
};

/// Bytes a second by memory: straight lines through the points, from the origin up to the first,
/// level beyond the last. One point without memory (0 MB) = constant.
struct BandwidthCurve {
  struct Point {
    Megabytes memory{};
    double bytes_per_s = 0.0;
  };
  std::vector<Point> points{};
  [[nodiscard]] double at(Megabytes memory) const;
};

/// An instance that starts from a snapshot taken after INIT.
struct SnapshotRestore {
  Duration base{};           ///< whatever the size
  double bytes_per_s = 0.0;  ///< of the snapshot: the memory that the process uses
};

/// A cold start is a sum of components; the model adds its own import, weights and first inference.
struct ColdStart {
  std::vector<ColdStartLaw> placement{};  ///< sandbox; includes the runtime where that is not known
  std::vector<ColdStartLaw> runtime{};    ///< may be empty
  Duration attach{};                      ///< of an accelerator, in INIT
  std::optional<SnapshotRestore> restore{};  ///< instead of runtime, import and weights
  Duration zip_per_mb{};                     ///< package fetch, a decimal megabyte of unpacked code
  Duration image_per_mb{};
  BandwidthCurve object_store{};  ///< weights fetched at start
  LoadAt import_at = LoadAt::kInit;
  LoadAt weights_at = LoadAt::kInit;
  LoadAt first_inference_at = LoadAt::kHandler;
  Duration init_limit{};  ///< 0 = none
  InitOverrun init_overrun = InitOverrun::kRedoInHandler;
};

/// Whose time is billed.
enum class BilledTime : std::uint8_t {
  kRequest,         ///< each execution
  kActiveInstance,  ///< periods in which an instance has a request
  kInstanceLife,    ///< instances from start to end, idle or not
  kServers,         ///< nothing by itself: the servers that the instances need at their peak
};

struct MeteringRule {
  BilledTime time = BilledTime::kRequest;
  Duration granularity{};
  Duration minimum{};
  bool bills_init = false;
  bool bills_zip_init = false;                 ///< of zip packages on the provider's runtimes
  std::vector<std::string> custom_runtimes{};  ///< languages whose zip counts as no such runtime
  bool bills_requests = true;
  bool bills_memory_used = false;  ///< else the configured memory
  Megabytes memory_step{};         ///< rounding of memory used
  bool bills_vcpu = false;         ///< vCPU time beside memory time
  std::string gpu{};               ///< one of an instance, billed beside them: "L4"; empty = none
};

/// Instances that are kept ready for a fee of their own.
struct ProvisionedRule {
  Duration lead{};             ///< from the request until they are ready
  Duration configured_step{};  ///< their configured time is rounded up to this
};

/// Servers that a self-hosted platform runs on.
struct ClusterRule {
  std::string server{};  ///< where a deployment names none
  Megabytes reserved{};  ///< of each server's memory: its system and the platform's agents
};

/// All that differs between serverless platforms, as data. A new platform is a new file in
/// platforms/data/, not a new class.
struct PlatformSpec {
  std::string name{};                   ///< "aws-lambda"
  std::string title{};                  ///< "AWS Lambda"
  std::string tariff{};                 ///< key into pricing; empty where servers are paid for
  std::string as_of{};                  ///< date of the rules; empty = today's
  std::vector<std::string> variants{};  ///< that the platform knows, such as "snapstart"
  std::vector<std::string> dates{};     ///< days on which rules changed
  std::vector<std::string> notes{};     ///< sentences on what the file leaves out, for reports
  MemoryRule memory{};
  CpuRule cpu{};
  KeepAlive keep_alive{};
  ReuseOrder reuse_order = ReuseOrder::kMostRecentlyIdle;
  Scaling scaling{};
  ScalingPolicy autoscaler{};
  Noise noise{};                                 ///< of CPU times that were measured elsewhere
  std::optional<ProvisionedRule> provisioned{};  ///< where it is sold
  Limits limits{};
  ColdStart cold_start{};
  MeteringRule metering{};
  std::optional<ClusterRule> cluster{};  ///< BilledTime::kServers
  Duration warm_overhead{};              ///< the platform's own time inside each billed request
  Duration network{};             ///< client to handler and back, without payload; never billed
  std::vector<Figure> figures{};  ///< every number above, in the order of reading
};

/// The keys of a [[deployment]] table that change its platform.
struct PlatformOverrides {
  TomlNode deployment;                         ///< the table
  std::vector<std::string> deployment_keys{};  ///< keys that belong to the deployment itself
};

/// Names of the shipped platforms, sorted.
[[nodiscard]] std::vector<std::string> platform_names();

/// Which of a platform's faces is meant.
struct PlatformFace {
  std::optional<Pin> pin{};
  std::string folder{};                 ///< where relative paths start
  std::string as_of{};                  ///< ISO day whose rules hold; empty = today's
  std::vector<std::string> variants{};  ///< of those in the file's [variants], such as "snapstart"
};

/// A shipped platform by name, or a user's file by path (with a '/' or ending in .toml; relative to
/// `folder`), which may say `inherits = "aws-lambda"` and change some fields. Fields that the
/// deployment overrides take a plain value ("600 s") or a figure table. Shorthands:
/// `keep_alive = "600 s"` is a fixed window; `load_at = "handler"` moves import and weights;
/// `placement = "200 ms"` is a constant law; `scale_out = "none"` lifts that limit.
///
/// Problems of platform files, the whole chain of them, are added to `problems`; those of overrides
/// are reported to the deployment's own document (its finish() throws them, and knows every
/// platform field for its hints).
/// @return nothing when a platform file had a problem; after a problem in an override the answer is
/// of no use either, and that document's finish() throws
[[nodiscard]] std::optional<PlatformSpec> load_platform(const std::string& name_or_path,
                                                        const PlatformOverrides* overrides,
                                                        std::vector<Problem>& problems,
                                                        const PlatformFace& face = {});

/// Without overrides. @throws InputError with every problem.
[[nodiscard]] PlatformSpec load_platform(const std::string& name_or_path,
                                         const std::optional<Pin>& pin = {});
[[nodiscard]] PlatformSpec load_platform(const std::string& name_or_path, const PlatformFace& face);

/// Every problem of a platform's file, of all its variants and of the rules of all dates.
[[nodiscard]] std::vector<Problem> check_platform(const std::string& name_or_path);

/// The figures that have a range: what calibration intervals vary.
[[nodiscard]] std::vector<Figure> figures(const PlatformSpec& spec);

/// A row of `faascast platforms show`.
struct FigureRow {
  Figure figure{};
  bool old = false;  ///< speaks of a time more than 24 months before today
};
/// @param today ISO date; a figure dated by month or year counts from the end of it. A figure
/// without a date is old.
[[nodiscard]] std::vector<FigureRow> describe(const PlatformSpec& spec, const std::string& today);

/// A sentence for reports: "Platform numbers of AWS Lambda are of 2020-11 to 2026; 9 of 60 are older
/// than 24 months: cold_start.object_store (2020-11), ...".
[[nodiscard]] std::string vintage_of(const PlatformSpec& spec, const std::string& today);

/// "2020-11-30": such a day?
[[nodiscard]] bool is_iso_day(std::string_view text);

/// The files embedded in the program.
[[nodiscard]] std::span<const EmbeddedFile> platforms_data();

}  // namespace faascast
