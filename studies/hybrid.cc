#include "studies/hybrid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "input/quantity.h"
#include "pricing/month.h"
#include "sim-core/statistics.h"
#include "studies/assumptions.h"
#include "studies/batching.h"
#include "studies/fitting.h"
#include "studies/split_bill.h"

namespace faascast {
namespace {

constexpr std::uint32_t kMostServers = 4096;
constexpr std::size_t kAtOnce = 24;  ///< counts that are looked at before refining
constexpr std::uint64_t kLongestQueue = 64;

/// One deployment as a replication priced it.
struct Priced {
  double usd_per_month = 0.0;
  double servers_usd = 0.0;
  DeploymentResult figures{};
  std::vector<std::string> misses{};
};

class HybridSearch {
 public:
  HybridSearch(const Scenario& scenario, const HybridOptions& options)
      : scenario_(scenario),
        options_(options),
        inputs_(resolve_inputs(scenario, options.study.store)) {
    functions_ = chosen(true, options.serverless, "serverless");
    servers_ = chosen(false, options.dedicated, "dedicated");
    if (scenario.objective.empty()) {
      problems_.push_back({scenario.file_name,
                           "no [objective]: costs are compared at equal service level",
                           "add, for example, [objective] with p99 = \"500 ms\""});
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
    servers_->autoscale.reset();
    functions_ = with_fitting_memory(*functions_, inputs_);
    setting_ = {options.queue.value_or(0), servers_->batching};
    (void)compile_deployment(scenario_, *functions_, inputs_);
    (void)compile_deployment(scenario_, hybrid_of(1), inputs_);
  }

  HybridReport report() {
    HybridReport out;
    out.scenario = scenario_.name;
    out.seed = seed();
    out.profile_hash = inputs_.model.profile_hash;
    out.serverless = functions_->name;
    out.dedicated = servers_->name;
    out.notes = assumptions_of(scenario_, inputs_);
    choose_memory();
    search_settings();
    out.queue = setting_.queue;
    if (setting_.batching) out.batches = batch_text(*setting_.batching);
    out.settings = settings_;
    for (const auto& [count, priced] : looked_at_) out.rows.push_back(row_of(count, priced));
    out.inferences_per_day = inferences_per_day_;
    const std::uint32_t fleet = smallest_fleet();
    compare(out, best_count(), fleet);
    return out;
  }

 private:
  [[nodiscard]] std::uint64_t seed() const { return options_.study.seed.value_or(scenario_.seed); }

  std::optional<DeploymentSpec> chosen(bool serverless, const std::string& asked,
                                       const char* side) {
    std::vector<const DeploymentSpec*> fits;
    std::vector<std::string> names;
    for (const DeploymentSpec& d : scenario_.deployments) {
      if (serverless ? !d.is_serverless() : !d.is_servers()) continue;
      names.push_back(d.name);
      if (asked.empty() || asked == d.name) fits.push_back(&d);
    }
    if (fits.size() == 1) return *fits.front();
    const std::string there = names.empty() ? "add a [[deployment]]"
                                            : fmt::format("there are: {}", fmt::join(names, ", "));
    problems_.push_back(
        {scenario_.file_name,
         fits.empty() ? (asked.empty() ? fmt::format("no {} deployment", side)
                                       : fmt::format("no {} deployment named '{}'", side, asked))
                      : fmt::format("several {} deployments", side),
         fits.empty() ? there : fmt::format("choose one with --{}; {}", side, there)});
    return std::nullopt;
  }

  [[nodiscard]] DeploymentSpec hybrid_of(std::uint32_t count) const {
    DeploymentSpec spec = *functions_;
    spec.name = fmt::format("{} + {}", servers_->name, functions_->name);
    spec.server = servers_->server;
    spec.count = count;
    spec.workers = servers_->workers;
    spec.patience = servers_->patience;
    spec.hyperthread_yield = servers_->hyperthread_yield;
    spec.breakdown = servers_->breakdown;
    spec.batching = setting_.batching;
    spec.purchase = servers_->purchase;
    spec.front_door = servers_->front_door;
    spec.hybrid = HybridSpec{.base = servers_->server,
                             .overflow = functions_->platform,
                             .queue = setting_.queue,
                             .cpu = servers_->cpu,
                             .memory = servers_->memory};
    return spec;
  }
  [[nodiscard]] DeploymentSpec with_count(std::uint32_t count) const {
    return count == 0 ? *functions_ : hybrid_of(count);
  }
  [[nodiscard]] DeploymentSpec fleet_of(std::uint32_t count) const {
    DeploymentSpec spec = *servers_;
    spec.count = count;
    spec.batching = fleet_batching_;
    return spec;
  }

  /// Runs deployments on the same arrivals and prices them.
  std::vector<Priced> run_all(const std::vector<DeploymentSpec>& specs, std::uint32_t replication) {
    Plan plan;
    plan.traffic = inputs_.traffic;
    plan.horizon = horizon_of(scenario_, *inputs_.traffic);
    plan.warm_up = Instant(scenario_.warm_up);
    std::vector<CompiledDeployment> compiled;
    for (const DeploymentSpec& spec : specs) {
      compiled.push_back(compile_deployment(scenario_, spec, inputs_));
      plan.deployments.push_back(compiled.back().plan);
    }
    RunOptions run_options;
    run_options.seed = {seed(), replication};
    run_options.threads = options_.study.threads;
    run_options.monitor = options_.study.monitor;
    RunResult result = run(plan, run_options);
    if (result.interrupted) throw Interrupted();
    const Duration span = result.horizon - result.warm_up;
    std::vector<Priced> all;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      all.push_back(priced(specs[i], compiled[i], std::move(result.deployments[i]), span));
    }
    if (!all.empty() && span > Duration::zero()) {
      inferences_per_day_ =
          static_cast<double>(all.front().figures.requests) / (seconds_of(span) / 86'400.0);
    }
    return all;
  }

  [[nodiscard]] Priced priced(const DeploymentSpec& spec, const CompiledDeployment& compiled,
                              DeploymentResult figures, Duration span) const {
    Priced out;
    add_instance_usage(compiled, figures, span);
    std::vector<Charged> parts = charged(compiled, figures);
    if (spec.front_door == "load-balancer") {
      parts.front().usage[Meter::kLoadBalancerTime] = static_cast<Int128>(span.count());
    }
    if (span > Duration::zero()) {
      out.usd_per_month = usd_of(month_bill(parts, span, scenario_.free_tier).total());
      if (!spec.is_serverless()) {
        out.servers_usd = usd_of(month_bill({parts.front()}, span, scenario_.free_tier).total());
      }
    }
    out.misses = breakeven_misses(scenario_.objective, figures);
    out.figures = std::move(figures);
    return out;
  }

  void look_at(std::vector<std::uint32_t> counts) {
    std::erase_if(counts, [&](std::uint32_t count) { return looked_at_.contains(count); });
    std::vector<DeploymentSpec> specs;
    for (const std::uint32_t count : counts) specs.push_back(with_count(count));
    std::vector<Priced> all = run_all(specs, 0);
    for (std::size_t i = 0; i < counts.size(); ++i) looked_at_[counts[i]] = std::move(all[i]);
  }

  static bool better(const Priced& a, const Priced& b) {
    if (a.misses.empty() != b.misses.empty()) return a.misses.empty();
    return a.usd_per_month < b.usd_per_month;
  }
  /// The cheapest that meets the objective; where none does, the cheapest.
  static std::uint32_t best_of(const std::map<std::uint32_t, Priced>& looked_at) {
    return std::min_element(
               looked_at.begin(), looked_at.end(),
               [](const auto& a, const auto& b) { return better(a.second, b.second); })
        ->first;
  }
  /// Likewise of those with servers, so that rules of overflow can be told apart.
  static std::uint32_t best_mixed(std::map<std::uint32_t, Priced> looked_at) {
    looked_at.erase(0);
    return best_of(looked_at);
  }
  [[nodiscard]] std::uint32_t best_count() const { return best_of(looked_at_); }

  /// Of an open memory: the cheapest that meets the objective for functions alone, else the fastest.
  void choose_memory() {
    const DeploymentSpec given = *std::find_if(
        scenario_.deployments.begin(), scenario_.deployments.end(),
        [&](const DeploymentSpec& d) { return d.name == functions_->name; });
    std::vector<DeploymentSpec> specs;
    if (!given.memory) {
      for (const Megabytes memory :
           memory_candidates(*given.platform_spec, inputs_.model.memory_used)) {
        specs.push_back(given);
        specs.back().memory = memory;
      }
    }
    if (specs.empty()) specs.push_back(*functions_);
    const std::vector<Priced> all = run_all(specs, 0);
    const auto best = std::min_element(all.begin(), all.end(), [](const Priced& a, const Priced& b) {
      if (a.misses.empty() != b.misses.empty()) return a.misses.empty();
      if (a.misses.empty()) return a.usd_per_month < b.usd_per_month;
      return a.figures.latency.mean_s().value_or(0.0) < b.figures.latency.mean_s().value_or(0.0);
    });
    functions_ = specs[static_cast<std::size_t>(best - all.begin())];
    execution_s_ = best->figures.execution.mean_s().value_or(0.0);
    looked_at_[0] = *best;
  }

  [[nodiscard]] std::vector<std::optional<BatchingSpec>> batchings_to_try() const {
    if (!servers_->batching || !is_open(*servers_->batching)) return {servers_->batching};
    const auto candidates = batch_candidates(*servers_->batching, execution_s_);
    return {candidates.begin(), candidates.end()};
  }

  /// When requests overflow, and how large batches are.
  struct Setting {
    std::uint64_t queue = 0;
    std::optional<BatchingSpec> batching{};
  };

  /// Looks at counts for one setting after another; keeps the best of them.
  void search_settings() {
    const auto batchings = batchings_to_try();
    std::optional<Setting> best;
    std::map<std::uint32_t, Priced> best_looked_at;
    std::uint32_t size_of_best = 0;
    for (const auto& batching : batchings) {
      const std::uint32_t size = batching ? batching->maximum_size : 1;
      if (best && size > 2 * size_of_best) break;  // twice the best size was no better
      for (std::uint64_t queue = options_.queue.value_or(0);;
           queue = queue == 0 ? 1 : queue * 2) {
        setting_ = {queue, batching};
        std::erase_if(looked_at_, [](const auto& one) { return one.first > 0; });
        search();
        const std::uint32_t found = best_mixed(looked_at_);
        const HybridRow row = row_of(found, looked_at_.at(found));
        settings_.push_back({queue, batching ? batch_text(*batching) : std::string(), row});
        const bool is_better = !best || better(looked_at_.at(found),
                                               best_looked_at.at(best_mixed(best_looked_at)));
        const bool has_ended = options_.queue || queue >= kLongestQueue ||
                               (!is_better && best && queue > 2 * std::max<std::uint64_t>(best->queue, 1));
        if (is_better) {
          best = setting_;
          best_looked_at = looked_at_;
          size_of_best = size;
        }
        if (has_ended) break;
      }
    }
    setting_ = *best;
    looked_at_ = std::move(best_looked_at);
  }

  void search() {
    look_at({0, 1, 2, 3, 4, 6, 8});
    for (std::uint32_t step = 0;;) {
      // Servers alone cost this much each, and no count whose servers cost more than the best can
      // be better.
      const double each = looked_at_.at(1).servers_usd;
      const std::uint32_t best = best_count();
      const Priced& found = looked_at_.at(best);
      const double most = found.misses.empty() && each > 0.0 ? std::ceil(found.usd_per_month / each)
                                                             : 2.0 * looked_at_.rbegin()->first;
      const auto last = static_cast<std::uint32_t>(std::min<double>(most, kMostServers));
      std::vector<std::uint32_t> next;
      if (step == 0 && last > looked_at_.rbegin()->first) {
        const auto stride = static_cast<std::uint32_t>(last / kAtOnce + 1);
        for (std::uint32_t c = looked_at_.rbegin()->first; c < last; c += stride) {
          next.push_back(std::min(c + stride, last));
        }
        if (found.misses.empty() || last == kMostServers) step = 1;
      } else {
        step = 1;
        next = around(best);
      }
      std::erase_if(next, [&](std::uint32_t count) { return looked_at_.contains(count); });
      if (next.empty() && step == 1) return;
      if (!next.empty()) look_at(next);
    }
  }

  /// Counts between the best and its neighbours that were not looked at.
  [[nodiscard]] std::vector<std::uint32_t> around(std::uint32_t best) const {
    const auto at = looked_at_.find(best);
    const std::uint32_t from = at == looked_at_.begin() ? best : std::prev(at)->first;
    const std::uint32_t to = std::next(at) == looked_at_.end() ? best : std::next(at)->first;
    const auto stride = static_cast<std::uint32_t>((to - from) / kAtOnce + 1);
    std::vector<std::uint32_t> next;
    for (std::uint32_t c = from; c <= to; c += stride) next.push_back(c);
    return next;
  }

  /// The smallest fleet that meets the objective by itself with `redundancy` servers lost; 0: none.
  std::uint32_t smallest_fleet() {
    const std::uint32_t lost = servers_->redundancy;
    if (servers_->count) {
      return *servers_->count > lost && holds(*servers_->count - lost) ? *servers_->count : 0;
    }
    std::uint32_t high = 1;
    while (high < kMostServers && !holds(high)) high *= 2;
    if (high >= kMostServers) return 0;
    std::uint32_t low = high / 2;  // does not hold
    while (high - low > 1) {
      const std::uint32_t middle = low + (high - low) / 2;
      (holds(middle) ? high : low) = middle;
    }
    (void)holds(high);  // leaves the batches that do
    return high + lost;
  }
  /// Whether servers alone meet the objective with some batches, which are kept.
  bool holds(std::uint32_t count) {
    const auto batchings = batchings_to_try();
    std::vector<DeploymentSpec> specs;
    for (const auto& batching : batchings) {
      specs.push_back(*servers_);
      specs.back().count = count;
      specs.back().batching = batching;
    }
    const std::vector<Priced> all = run_all(specs, 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].misses.empty()) continue;
      fleet_batching_ = batchings[i];
      return true;
    }
    return false;
  }

  [[nodiscard]] HybridRow row_of(std::uint32_t count, const Priced& priced) const {
    HybridRow row;
    row.count = count;
    row.usd_per_month = priced.usd_per_month;
    row.servers_usd = count == 0 ? 0.0 : priced.servers_usd;
    const double requests = static_cast<double>(priced.figures.requests);
    row.overflow_share = count == 0 ? 1.0
                         : requests > 0.0
                             ? static_cast<double>(overflow_requests(priced.figures)) / requests
                             : 0.0;
    row.p99_s = priced.figures.latency.quantile_s(0.99);
    row.feasible = priced.misses.empty();
    row.why_not = fmt::format("{}", fmt::join(priced.misses, "; "));
    return row;
  }
  /// Of a hybrid, or of versions of it.
  [[nodiscard]] std::uint64_t overflow_requests(const DeploymentResult& figures) const {
    if (scenario_.versions.empty()) return figures.parts.at(1).requests;
    std::uint64_t sum = 0;
    for (const DeploymentResult& version : figures.parts) sum += version.parts.at(1).requests;
    return sum;
  }

  /// Replications of the best and of both sides alone.
  void compare(HybridReport& out, std::uint32_t best, std::uint32_t fleet) {
    std::vector<DeploymentSpec> specs = {with_count(best), *functions_};
    if (fleet > 0) specs.push_back(fleet_of(fleet));
    std::vector<std::vector<double>> usd(specs.size());
    out.replications = std::max(options_.replications, 2U);
    for (std::uint32_t r = 0; r < out.replications; ++r) {
      const std::vector<Priced> all = run_all(specs, r);
      for (std::size_t i = 0; i < all.size(); ++i) usd[i].push_back(all[i].usd_per_month);
    }
    const Priced& alone = looked_at_.at(0);
    out.functions = {functions_->name, compiled_functions(), mean_interval(usd[1]).mean,
                     alone.misses.empty(), fmt::format("{}", fmt::join(alone.misses, "; "))};
    out.servers.name = servers_->name;
    out.servers.feasible = fleet > 0;
    if (fleet > 0) {
      out.servers.configuration = fmt::format("{} x {}", fleet, servers_->server);
      if (fleet_batching_) out.servers.configuration += ", " + batch_text(*fleet_batching_);
      out.servers.usd_per_month = mean_interval(usd[2]).mean;
    } else {
      out.servers.why_not = "no number of them meets the objective alone";
    }
    const bool fleet_wins =
        out.servers.feasible &&
        (!out.functions.feasible || out.servers.usd_per_month < out.functions.usd_per_month);
    const PureStrategy& pure = fleet_wins ? out.servers : out.functions;
    if (!looked_at_.at(best).misses.empty()) {
      out.sentence = "No number of base servers meets the objective.";
      return;
    }
    out.best_usd_per_month = mean_interval(usd[0]).mean;
    if (!pure.feasible) {
      out.best = best;
      out.sentence = fmt::format(
          "{} base servers with functions for the rest are the cheapest at {} a month; neither "
          "side alone meets the objective.",
          best, dollars(out.best_usd_per_month));
      return;
    }
    const MeanInterval saving = paired_difference(usd[0], usd[fleet_wins ? 2 : 1]);
    out.saving = saving.mean;
    out.saving_low = saving.low();
    out.saving_high = saving.high();
    if (best == 0 || out.saving <= 0.0) {
      out.sentence = fmt::format("No hybrid is cheaper than {} alone, at {} a month.", pure.name,
                                 dollars(pure.usd_per_month));
      return;
    }
    out.best = best;
    out.sentence = fmt::format(
        "Cheapest: {} base server{} with functions for {:.3g} % of the requests, at {} a month; {} "
        "a month ({:.3g} %) less than {} alone.",
        best, best == 1 ? "" : "s", 100.0 * row_of(best, looked_at_.at(best)).overflow_share,
        dollars(out.best_usd_per_month), dollars(out.saving),
        100.0 * out.saving / pure.usd_per_month, pure.name);
  }
  [[nodiscard]] std::string compiled_functions() const {
    return compile_deployment(scenario_, *functions_, inputs_).configuration;
  }
  static std::string dollars(double usd) { return format_usd(usd); }

  const Scenario& scenario_;
  const HybridOptions& options_;
  std::vector<Problem> problems_{};
  Inputs inputs_;
  std::optional<DeploymentSpec> functions_{};
  std::optional<DeploymentSpec> servers_{};
  Setting setting_{};
  std::optional<BatchingSpec> fleet_batching_{};  ///< of servers alone
  std::vector<HybridSetting> settings_{};
  std::map<std::uint32_t, Priced> looked_at_{};  ///< with `setting_`
  double execution_s_ = 0.0;                     ///< mean, on functions
  double inferences_per_day_ = 0.0;
};

}  // namespace

HybridReport hybrid(const Scenario& scenario, const HybridOptions& options) {
  HybridReport report = HybridSearch(scenario, options).report();
  report.notes.push_back(
      "Servers alone are sized with the deployment's redundancy; in a hybrid the functions stand "
      "in for a server that is lost.");
  report.notes.push_back(
      "Functions run with the memory that the scenario gives, or with the cheapest that meets the "
      "objective for functions alone.");
  return report;
}

}  // namespace faascast
