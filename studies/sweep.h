#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "studies/run.h"
#include "studies/scenario.h"

namespace faascast {

// A sweep is a scenario at many points: a plan (which points), the result of each (plain values,
// made on its own, anywhere), and the report that puts them together in the order of the plan.

/// Where the points of a sweep come from. What is given here goes before the scenario's [sweep]:
/// keys of `vary` replace the same keys there.
struct SweepRequest {
  std::vector<std::string> vary{};  ///< see parse_axis()
  std::string list{};               ///< a CSV or JSON file of points
  std::int64_t latin_points = 0;    ///< above 0: a Latin hypercube of so many points
};

/// A key and the values that it takes.
struct SweepAxis {
  std::string key{};
  std::vector<std::string> values{};  ///< as TOML values or text without quotes; empty: a range
  double low = 0.0;
  double high = 0.0;
  bool is_log = false;
  bool is_whole = false;    ///< values of a range are rounded to whole numbers
  std::size_t count = 0;    ///< points of the range in a grid; 0: not said
  std::string unit{};       ///< of both ends: "MB"; empty: plain numbers

  /// The value at a share of the way, 0 <= u <= 1: of a range; of a list, an equal part each.
  [[nodiscard]] std::string at(double u) const;
  /// All values in a grid: without those that rounding made equal.
  [[nodiscard]] std::vector<std::string> grid() const;
};

/// "traffic.scale=0.1:10:log:7", "deployment[0].count=1:4" (for a Latin hypercube),
/// "deployment[0].memory=512 MB,1 GB", "deployment[1].server=aws/c6i.large,aws/c6i.xlarge". A range
/// is LOW:HIGH[:linear|log][:COUNT]; both ends have the same unit. Values have six significant
/// digits; keys of whole numbers (counts, megabytes) get whole ones.
/// @throws InputError
[[nodiscard]] SweepAxis parse_axis(std::string_view text);

/// All points of a sweep: a value for each key. An empty value leaves the scenario's.
struct SweepPlan {
  Scenario scenario{};  ///< without the points' values
  std::string design{};
  std::vector<std::string> keys{};
  std::vector<std::vector<std::string>> points{};  ///< at most a million

  /// What point `number` changes of the scenario. @pre number < points.size()
  [[nodiscard]] ScenarioChanges changes(std::size_t number) const;
  /// @throws InputError where the scenario cannot be read so
  [[nodiscard]] Scenario at(std::size_t number) const;
};

/// @param scenario  its `seed` decides the Latin hypercube, unless another is given
/// @throws InputError with every problem of the request
[[nodiscard]] SweepPlan plan_sweep(const Scenario& scenario, const SweepRequest& request,
                                   std::optional<std::uint64_t> seed = {});

/// One deployment at one point.
struct PointFigures {
  std::string name{};
  std::string kind{};
  std::string configuration{};
  std::uint64_t requests = 0;
  std::uint64_t completed = 0;
  std::uint64_t throttled = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t cold_starts = 0;
  std::optional<double> mean_s{};  ///< of latency, as all below
  std::optional<double> p50_s{};
  std::optional<double> p95_s{};
  std::optional<double> p99_s{};
  std::optional<double> max_s{};
  double instances_mean = 0.0;
  std::uint64_t instances_peak = 0;
  double bill_usd = 0.0;
  double bill_month_usd = 0.0;
  std::optional<double> usd_per_million{};
  std::optional<bool> meets_objective{};
  std::vector<std::string> misses{};
  std::string fingerprint{};  ///< 16 hex digits
};

enum class PointStatus : std::uint8_t {
  kDone,
  kInfeasible,  ///< a platform, a server or a limit does not allow the point
  kFailed,      ///< the run ended by itself, such as without memory
  kNotRun,      ///< interrupted before
};
[[nodiscard]] std::string_view name_of(PointStatus status);

struct PointResult {
  PointStatus status = PointStatus::kNotRun;
  std::string reason{};  ///< where it is not done
  double inferences_per_day = 0.0;
  std::string profile_hash{};
  std::vector<PointFigures> deployments{};
};

/// The figures of a run as plain values.
[[nodiscard]] PointResult point_of(const RunReport& report);

/// Runs one point, here and now, without a store of points. Never throws for what is wrong with the
/// point: its status says so. @throws Interrupted
[[nodiscard]] PointResult run_point(const SweepPlan& plan, std::size_t number,
                                    const StudyOptions& options);

/// A point as JSON and back: what the store and the shards keep.
[[nodiscard]] std::string point_json(const PointResult& point);
/// @throws InputError
[[nodiscard]] PointResult point_from_json(std::string_view json);

struct Shard {
  std::uint64_t index = 1;  ///< 1 .. count
  std::uint64_t count = 1;
};

struct SweepReport {
  std::string scenario{};
  std::uint64_t seed = 0;
  std::string version{};
  std::string fingerprint{};  ///< of plan, seed, version and data: 16 hex digits
  std::string design{};
  std::vector<std::string> keys{};
  std::uint64_t planned = 0;  ///< points of the whole plan
  Shard shard{};
  struct Point {
    std::uint64_t number = 0;  ///< in the plan, from 1
    std::vector<std::string> values{};
    PointResult result{};
  };
  std::vector<Point> points{};
  bool interrupted = false;
  std::uint64_t reused = 0;  ///< points that the store had; in no rendering
};

/// Called after each point, never from two threads at once, and now and then in between. Return
/// false to stop; points that were finished are kept.
using PointsMonitor = std::function<bool(std::uint64_t finished, std::uint64_t all)>;

struct SweepOptions {
  std::optional<std::uint64_t> seed{};  ///< for all points, instead of each one's own
  unsigned threads = 0;                 ///< points run side by side; 0: all cores
  StoreOptions store{};
  bool keeps_points = true;  ///< take finished points from the store, and put new ones there
  Shard shard{};             ///< this part only: points index, index + count, index + 2 count, ...
  PointsMonitor monitor{};
};

/// Runs the points that the store does not have; all points of the shard are in the report, in the
/// plan's order. Points of one seed see the same draws.
/// @throws InputError where no point of the plan can be read (a misspelt key), or the store cannot
/// be used
[[nodiscard]] SweepReport sweep(const SweepPlan& plan, const SweepOptions& options);

/// As render(…, kJson) wrote it. @param name what problems call it @throws InputError
[[nodiscard]] SweepReport sweep_from_json(std::string_view json, const std::string& name);

/// Shards of one sweep as the whole. @param names of the parts, for problems
/// @throws InputError where they are not of one sweep, or points are missing or there twice
[[nodiscard]] SweepReport merge_shards(std::vector<SweepReport> parts,
                                       const std::vector<std::string>& names);

}  // namespace faascast
