#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output.h"
#include "studies/breakeven.h"
#include "studies/calibrate.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/question.h"
#include "studies/price_import.h"
#include "studies/price_view.h"
#include "studies/quote.h"
#include "studies/scenario.h"
#include "studies/sensitivity.h"
#include "studies/sweep.h"
#include "studies/validate.h"
#include "workloads/profiler.h"

namespace faascast {

// One function a command: it takes what the user asked for, prints, and says how it ended.
// All throw InputError for the user's mistakes.

/// What every study takes.
struct StudyArguments {
  std::string scenario{};
  ScenarioChanges changes{};
  std::optional<std::uint64_t> seed{};
  unsigned threads = 0;
  std::string store{};
  bool saves = false;
  OutputArguments output{};
  std::string command{};  ///< the line that was typed, for reports
};

struct RunArguments {
  StudyArguments study{};
  bool requires_objective = false;
  bool ranks = false;  ///< compare
  unsigned replications = 1;
  double precision = 0.0;
  bool is_quick = false;
};
/// Closed forms of a scenario, for run and breakeven.
[[nodiscard]] ExitCode quick_command(const StudyArguments& study, const Scenario& scenario);
[[nodiscard]] ExitCode run_command(const RunArguments& arguments);

/// @param file empty: standard output. An existing file is left alone, with an error.
[[nodiscard]] ExitCode template_command(const std::string& file);

struct BreakevenArguments {
  StudyArguments study{};
  BreakevenOptions options{};
  Question question{};        ///< where there is no scenario
  bool is_quick = false;
  bool is_map = false;
  std::vector<std::string> map{};  ///< its axes, as typed
  std::string save_template{};  ///< file for the scenario that was put together
};
[[nodiscard]] ExitCode breakeven_command(const BreakevenArguments& arguments);

struct HybridArguments {
  StudyArguments study{};
  HybridOptions options{};
};
[[nodiscard]] ExitCode hybrid_command(const HybridArguments& arguments);

struct SweepArguments {
  StudyArguments study{};
  SweepRequest request{};
  std::string shard{};  ///< "2/4"; empty: all
};
[[nodiscard]] ExitCode sweep_command(const SweepArguments& arguments);

struct MergeArguments {
  std::vector<std::string> files{};
  OutputArguments output{};
};
[[nodiscard]] ExitCode merge_command(const MergeArguments& arguments);

struct SensitivityArguments {
  StudyArguments study{};
  SensitivityOptions options{};
};
[[nodiscard]] ExitCode sensitivity_command(const SensitivityArguments& arguments);

struct OptimiseArguments {
  StudyArguments study{};
  OptimiseOptions options{};
};
[[nodiscard]] ExitCode optimise_command(const OptimiseArguments& arguments);

struct PlatformsArguments {
  std::string name{};   ///< empty: list
  std::string other{};  ///< diff: what `name` is compared with
  std::string as_of{};  ///< ISO day of the rules; empty: today's
  std::vector<std::string> variants{};
  OutputArguments output{};
};
[[nodiscard]] ExitCode list_platforms_command(const PlatformsArguments& arguments);
[[nodiscard]] ExitCode show_platform_command(const PlatformsArguments& arguments);
[[nodiscard]] ExitCode diff_platforms_command(const PlatformsArguments& arguments);
/// @throws InputError with every problem of the file
[[nodiscard]] ExitCode check_platform_command(const PlatformsArguments& arguments);

struct PriceArguments {
  QuoteRequest request{};
  OutputArguments output{};
};
[[nodiscard]] ExitCode price_command(const PriceArguments& arguments);

struct PriceShowArguments {
  PriceViewRequest request{};
  bool lists = false;
  OutputArguments output{};
};
[[nodiscard]] ExitCode price_show_command(const PriceShowArguments& arguments);

struct PriceImportArguments {
  PriceImportRequest request{};
  std::string result{};  ///< empty: a file in the user's folder of prices
  std::string name{};    ///< of that file; empty: by what was imported
  bool replaces = false;
};
[[nodiscard]] ExitCode price_import_command(const PriceImportArguments& arguments);

struct ProfileArguments {
  std::string model{};    ///< shipped name or .onnx file
  std::string samples{};  ///< instead: measurements made elsewhere
  std::string handler{};  ///< instead: a step of a handler
  bool host_factor = false;  ///< instead: this host against platforms' vCPUs
  ProfileOptions options{};
  std::string store{};
  std::string result{};  ///< file for the profile; empty: none
  bool json = false;
};
[[nodiscard]] ExitCode profile_command(const ProfileArguments& arguments);
[[nodiscard]] ExitCode handler_profile_command(const ProfileArguments& arguments);
[[nodiscard]] ExitCode host_factor_command(const ProfileArguments& arguments);

struct TraceArguments {
  std::vector<std::string> files{};
  std::string format{};
  std::optional<Duration> reorder{};
  std::optional<Duration> bin{};  ///< of a series of plain numbers
  bool drop_failed = false;
  std::string spread{};  ///< one of spread_names(); empty = uniform
  GeneratorSpec generator{};
  std::uint64_t seed = 1;
  std::string result{};  ///< file to write
  std::uint64_t rows = 10;
  Duration from{};
  std::optional<Duration> to{};
  double factor = 1.0;
  std::string scale_by{};  ///< "thin", "time" or empty: the traffic's default
  Duration step = std::chrono::milliseconds(1);
  OutputArguments output{};
};
[[nodiscard]] ExitCode trace_info_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_generate_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_convert_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_head_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_cut_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_scale_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_merge_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_anonymise_command(const TraceArguments& arguments);
[[nodiscard]] ExitCode trace_plot_command(const TraceArguments& arguments);

struct CalibrateArguments {
  CalibrationRequest request{};
  OutputArguments output{};  ///< a .toml among the files is the platform file
};
[[nodiscard]] ExitCode calibrate_command(const CalibrateArguments& arguments);

struct ValidateArguments {
  ValidateRequest request{};
  OutputArguments output{};
};
[[nodiscard]] ExitCode validate_command(const ValidateArguments& arguments);

struct RunsArguments {
  std::string store{};
  std::vector<std::int64_t> ids{};
  bool shows_scenario = false;  ///< instead of the result
  bool deletes_points = false;  ///< finished points of sweeps
  OutputArguments output{};
};
[[nodiscard]] ExitCode list_runs_command(const RunsArguments& arguments);
[[nodiscard]] ExitCode show_run_command(const RunsArguments& arguments);
[[nodiscard]] ExitCode diff_runs_command(const RunsArguments& arguments);
[[nodiscard]] ExitCode delete_runs_command(const RunsArguments& arguments);
[[nodiscard]] ExitCode export_runs_command(const RunsArguments& arguments);

struct ReportArguments {
  std::int64_t id = 0;  ///< of a result that was kept
  std::string store{};
  unsigned threads = 0;
  OutputArguments output{};
  std::string command{};
};
/// Makes a kept result again, and says whether it is the same.
[[nodiscard]] ExitCode report_command(const ReportArguments& arguments);

struct DoctorArguments {
  std::string store{};
  OutputArguments output{};
};
[[nodiscard]] ExitCode doctor_command(const DoctorArguments& arguments);

}  // namespace faascast
