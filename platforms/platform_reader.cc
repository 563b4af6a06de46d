#include "platforms/platform_reader.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "platforms/figure_parsers.h"
#include "platforms/law_reader.h"

namespace faascast {
namespace {

using namespace parse;

const Names<CpuShare> kCpuShares = {{"memory-share", CpuShare::kMemoryShare},
                                    {"memory-table", CpuShare::kMemoryTable},
                                    {"configured", CpuShare::kConfigured},
                                    {"fixed", CpuShare::kFixed}};
const Names<ReuseOrder> kReuseOrders = {{"most-recently-idle", ReuseOrder::kMostRecentlyIdle},
                                        {"newest-first", ReuseOrder::kNewestFirst},
                                        {"oldest-first", ReuseOrder::kOldestFirst},
                                        {"least-recently-used", ReuseOrder::kLeastRecentlyUsed},
                                        {"random", ReuseOrder::kRandom}};
const Names<AtLimit> kAtLimits = {{"reject", AtLimit::kReject}, {"queue", AtLimit::kQueue}};
const Names<LoadAt> kLoadAts = {{"init", LoadAt::kInit}, {"handler", LoadAt::kHandler}};
const Names<InitOverrun> kInitOverruns = {{"redo-in-handler", InitOverrun::kRedoInHandler},
                                          {"fails", InitOverrun::kFails}};
const Names<BilledTime> kBilledTimes = {{"request", BilledTime::kRequest},
                                        {"active-instance", BilledTime::kActiveInstance},
                                        {"instance-life", BilledTime::kInstanceLife},
                                        {"servers", BilledTime::kServers}};
const Names<bool> kMeteredMemory = {{"configured", false}, {"used", true}};

const Names<ScalingRule> kScalingRules = {{"per-request", ScalingRule::kPerRequest},
                                          {"knative", ScalingRule::kKnative},
                                          {"cloud-run", ScalingRule::kCloudRun}};
const Names<bool> kNoLimit = {{"none", false}};

Duration positive_duration(const Layers& at, FigureReader& reader) {
  const Duration value = reader.ordered<Duration>(at, duration, Duration(1));
  if (value <= Duration::zero()) report_at(at, "must be longer than 0", "such as \"100 ms\"");
  return value;
}

/// A required text without a source: a name, a key into another room.
std::string plain_text(const Layers& at) {
  const Layers::Layer* top = at.top();
  if (top == nullptr) {
    at.base().report(fmt::format("missing key '{}'", at.path()), "write it as text in quotes");
    return {};
  }
  return top->node.string().value_or("");
}

std::vector<std::string> plain_texts(const Layers& at) {
  std::vector<std::string> texts;
  if (const Layers::Layer* top = at.top()) {
    for (const TomlNode& element : top->node.elements()) {
      if (auto sentence = element.string()) texts.push_back(std::move(*sentence));
    }
  }
  return texts;
}

/// A table `{ rows = [...], kind, source, ... }` whose rows share one source.
std::vector<MemorySize> read_sizes(const Layers& at, FigureReader& reader) {
  std::vector<MemorySize> sizes;
  const Layers::Layer* top = at.top();
  if (top == nullptr) return sizes;
  std::string shown;
  for (const TomlNode& row : top->node["rows"].elements()) {
    const auto size = row["memory"].memory();
    const auto vcpu = row["vcpu"].number(0.001, 1024.0);
    const TomlNode clock = row["clock_mhz"];
    const auto clock_mhz = clock.exists() ? clock.integer(1, 1'000'000) : 0;
    const TomlNode slots = row["concurrency"];
    const auto concurrency = slots.exists() ? slots.integer(1, 1'000'000) : 0;
    if (!size) row.require("memory");
    if (!vcpu) row.require("vcpu");
    if (!size || !vcpu || !clock_mhz || !concurrency) continue;
    if (!sizes.empty() && *size <= sizes.back().memory)
      row.report("memory sizes must ascend", "sort the rows and drop repeated sizes");
    sizes.push_back({*size, *vcpu, *clock_mhz, *concurrency});
    shown += fmt::format("{}{} MB {} vCPU", shown.empty() ? "" : ", ", size->value(), *vcpu);
    if (*clock_mhz > 0) shown += fmt::format(" {} MHz", *clock_mhz);
    if (*concurrency > 0) shown += fmt::format(" {} at once", *concurrency);
  }
  if (sizes.empty())
    top->node.report("no memory size", "give rows = [{ memory = \"128 MB\", vcpu = 0.083 }, ...]");
  const double factor = reader.factor(*top, at.path(), shown);
  for (MemorySize& size : sizes) size.vcpu *= factor;
  return sizes;
}

MemoryRule read_memory(const Layers& at, FigureReader& reader) {
  MemoryRule rule;
  rule.sizes = read_sizes(at["sizes"], reader);
  if (rule.sizes.empty()) {
    rule.minimum = reader.ordered<Megabytes>(at["minimum"], memory, Megabytes(1));
    rule.maximum = reader.ordered<Megabytes>(at["maximum"], memory, rule.minimum);
    rule.step = reader.ordered<Megabytes>(at["step"], memory, Megabytes(1));
    if (rule.maximum < rule.minimum)
      report_at(at["maximum"], "is below memory_sizes.minimum", "minimum <= maximum");
  } else {
    for (const char* key : {"minimum", "maximum", "step"}) at[key].accept_all();
    rule.minimum = rule.sizes.front().memory;
    rule.maximum = rule.sizes.back().memory;
  }
  rule.preset = reader.choice<Megabytes>(at["default"], memory, rule.minimum);
  return rule;
}

CpuRule read_cpu(const Layers& at, FigureReader& reader) {
  CpuRule rule;
  rule.share = reader.choice<CpuShare>(at["law"], name_in(kCpuShares), CpuShare::kFixed);
  const auto vcpus = number(0.001, 1024.0);
  if (rule.share == CpuShare::kMemoryShare)
    rule.mb_per_vcpu = reader.ordered<double>(at["mb_per_vcpu"], number(1.0, 1e6), 1769.0);
  if (rule.share == CpuShare::kConfigured) {
    rule.minimum = reader.ordered<double>(at["minimum"], vcpus, 1.0);
    rule.maximum = reader.ordered<double>(at["maximum"], vcpus, 1.0);
  }
  if (rule.share == CpuShare::kConfigured || rule.share == CpuShare::kFixed)
    rule.vcpu = reader.ordered<double>(at["vcpu"], vcpus, 1.0);
  if (rule.share != CpuShare::kFixed || rule.vcpu < 1.0)
    rule.period = positive_duration(at["quota_period"], reader);
  // What a file that this one inherits from has for another law.
  for (const char* key : {"mb_per_vcpu", "minimum", "maximum", "vcpu", "quota_period"}) {
    if (at[key].depth() > at["law"].depth()) at[key].accept_all();
  }
  rule.throttles_cold_request = reader.choice<bool>(at["throttles_cold_request"], boolean, true);
  rule.host_factor = reader.ordered<double>(at["host_factor"], number(0.01, 100.0), 1.0);
  return rule;
}

/// `autoscaler = "per-request"`, or a table.
ScalingPolicy read_autoscaler(const Layers& at, FigureReader& reader) {
  ScalingPolicy policy;
  const Layers::Layer* top = at.first();
  if (top == nullptr) return policy;
  if (!top->node.is_table()) {
    policy.rule = reader.choice<ScalingRule>(at, name_in(kScalingRules), ScalingRule::kPerRequest);
    return policy;
  }
  policy.rule =
      reader.choice<ScalingRule>(at["rule"], name_in(kScalingRules), ScalingRule::kPerRequest);
  const auto set = [&](const char* key, Duration& value) {
    if (const auto given = reader.optional<Duration>(at[key], duration)) value = *given;
    if (value <= Duration::zero()) report_at(at[key], "must be longer than 0", "such as \"60 s\"");
  };
  set("period", policy.period);
  set("window", policy.window);
  set("panic_window", policy.panic_window);
  if (const auto grace = reader.optional<Duration>(at["grace"], duration)) policy.grace = *grace;
  if (policy.panic_window > policy.window)
    report_at(at["panic_window"], "is longer than the window", "panic_window <= window");
  const auto factor = [&](const char* key, double low, double& value) {
    if (const auto given = reader.optional<double>(at[key], number(low, 1e6))) value = *given;
  };
  constexpr double kAboveOne = 1.0 + 1e-9;
  factor("target", 0.01, policy.target);
  factor("panic_threshold", kAboveOne, policy.panic_threshold);
  factor("most_up", kAboveOne, policy.most_up);
  factor("most_down", kAboveOne, policy.most_down);
  return policy;
}

/// `noise = "none"`, or a table of laws of factors.
Noise read_noise(const Layers& at, FigureReader& reader) {
  Noise noise;
  const Layers::Layer* top = at.first();
  if (top == nullptr) return noise;
  if (!top->node.is_table()) {
    (void)reader.choice<bool>(at, name_in(kNoLimit), false);
    return noise;
  }
  noise.per_request = read_factor_law(at["per_request"], reader);
  noise.per_instance = read_factor_law(at["per_instance"], reader);
  return noise;
}

/// `scale_out = "none"`, or a table.
std::optional<ScaleOut> read_scale_out(const Layers& at, FigureReader& reader) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const Layers::Layer* top = at.first();
  if (top == nullptr) return {};
  if (!top->node.is_table() || top->node["value"].exists()) {
    (void)reader.choice<bool>(at, name_in(kNoLimit), false);
    return {};
  }
  ScaleOut rule;
  rule.instances =
      static_cast<std::uint32_t>(reader.ordered<std::int64_t>(at["instances"], whole(1, kMost), 1));
  rule.period = positive_duration(at["period"], reader);
  rule.burst = static_cast<std::uint32_t>(
      reader.optional<std::int64_t>(at["burst"], whole(1, kMost)).value_or(rule.instances));
  return rule;
}

Scaling read_scaling(const Layers& root, FigureReader& reader) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  Scaling scaling;
  scaling.max_instances = static_cast<std::uint32_t>(
      reader.ordered<std::int64_t>(root["max_instances"], whole(1, kMost), 1));
  if (const auto limit =
          reader.optional<std::int64_t>(root["account_concurrency"], whole(1, kMost)))
    scaling.account_concurrency = static_cast<std::uint32_t>(*limit);
  scaling.scale_out = read_scale_out(root["scale_out"], reader);
  scaling.at_limit = reader.choice<AtLimit>(root["at_limit"], name_in(kAtLimits), AtLimit::kReject);
  scaling.maximum_life =
      reader.optional<Duration>(root["maximum_life"], duration).value_or(Duration(0));
  scaling.init_failure =
      reader.optional<double>(root["init_failure"], number(0.0, 1.0)).value_or(0.0);
  const Layers at = root["instance_concurrency"];
  scaling.concurrency_maximum = reader.ordered<std::int64_t>(at["maximum"], whole(1, kMost), 1);
  scaling.concurrency_preset = reader.ordered<std::int64_t>(at["default"], whole(1, kMost), 1);
  const Layers languages = at["languages"];
  if (const Layers::Layer* top = languages.first()) {
    for (const std::string& language : top->node.keys()) {
      scaling.concurrency_of_language.emplace_back(
          language, reader.ordered<std::int64_t>(languages[language], whole(1, kMost), 1));
    }
  }
  return scaling;
}

Limits read_limits(const Layers& root, FigureReader& reader) {
  Limits limits;
  limits.timeout = reader.ordered<Duration>(root["timeout"], duration, Duration(0));
  const Layers at = root["limits"];
  limits.request = reader.optional<Bytes>(at["request"], bytes);
  limits.response = reader.optional<Bytes>(at["response"], bytes);
  limits.zip = reader.optional<Bytes>(at["zip"], bytes);
  limits.image = reader.optional<Bytes>(at["image"], bytes);
  limits.architectures = plain_texts(at["architectures"]);
  return limits;
}

/// `load_at = "handler"` moves import and weights; a table names components.
void read_load_at(const Layers& root, FigureReader& reader, ColdStart& cold) {
  const Layers whole_table = root["load_at"];
  const Layers::Layer* top = whole_table.first();
  if (top != nullptr && !top->node.is_table()) {
    (void)whole_table.top();
    const auto where =
        reader.choice<LoadAt>(Layers({*top}, "load_at"), name_in(kLoadAts), LoadAt::kInit);
    cold.import_at = where;
    cold.weights_at = where;
    return;
  }
  const Layers at = root["load_at"];
  cold.import_at = reader.choice<LoadAt>(at["import"], name_in(kLoadAts), LoadAt::kInit);
  cold.weights_at = reader.choice<LoadAt>(at["weights"], name_in(kLoadAts), LoadAt::kInit);
  cold.first_inference_at =
      reader.choice<LoadAt>(at["first_inference"], name_in(kLoadAts), LoadAt::kHandler);
}

ColdStart read_cold_start(const Layers& root, FigureReader& reader) {
  ColdStart cold;
  const Layers at = root["cold_start"];
  cold.placement = read_laws(at["placement"], reader);
  cold.runtime = read_laws(at["runtime"], reader);
  cold.attach = reader.optional<Duration>(at["attach"], cold_duration).value_or(Duration(0));
  if (const Layers restore = at["restore"]; restore.first() != nullptr) {
    cold.restore =
        SnapshotRestore{reader.ordered<Duration>(restore["base"], cold_duration, Duration(0)),
                        reader.ordered<double>(restore["rate"], bandwidth, 1e6)};
  }
  if (cold.placement.empty() && cold.runtime.empty()) require(at["placement"]);
  const Layers per_mb = at["package_per_mb"];
  cold.zip_per_mb = reader.optional<Duration>(per_mb["zip"], cold_duration).value_or(Duration(0));
  cold.image_per_mb =
      reader.optional<Duration>(per_mb["image"], cold_duration).value_or(Duration(0));
  cold.object_store = read_bandwidth(at["object_store"], reader);
  cold.init_limit = reader.optional<Duration>(at["init_limit"], duration).value_or(Duration(0));
  if (cold.init_limit == Duration::zero()) at["init_overrun"].accept_all();
  if (cold.init_limit > Duration::zero())
    cold.init_overrun = reader.choice<InitOverrun>(at["init_overrun"], name_in(kInitOverruns),
                                                   InitOverrun::kRedoInHandler);
  read_load_at(root, reader, cold);
  return cold;
}

MeteringRule read_metering(const Layers& at, FigureReader& reader) {
  MeteringRule rule;
  rule.time = reader.optional_choice<BilledTime>(at["time"], name_in(kBilledTimes))
                  .value_or(BilledTime::kRequest);
  rule.granularity = positive_duration(at["granularity"], reader);
  rule.minimum = reader.ordered<Duration>(at["minimum"], duration, Duration(0));
  rule.bills_init = reader.choice<bool>(at["bills_init"], boolean, false);
  rule.bills_zip_init =
      reader.optional_choice<bool>(at["bills_zip_init"], boolean).value_or(rule.bills_init);
  rule.custom_runtimes = plain_texts(at["custom_runtimes"]);
  rule.bills_requests = reader.choice<bool>(at["bills_requests"], boolean, true);
  rule.bills_memory_used = reader.choice<bool>(at["memory"], name_in(kMeteredMemory), false);
  const auto step = reader.optional<Megabytes>(at["memory_step"], memory);
  if (rule.bills_memory_used) {
    if (!step) require(at["memory_step"]);
    rule.memory_step = step.value_or(Megabytes(1));
  }
  rule.bills_vcpu = reader.choice<bool>(at["bills_vcpu"], boolean, false);
  rule.gpu = reader.optional_choice<std::string>(at["gpu"], text).value_or("");
  return rule;
}

ClusterRule read_cluster(const Layers& at, FigureReader& reader) {
  return {reader.choice<std::string>(at["server"], text, ""),
          reader.ordered<Megabytes>(at["reserved"], memory, Megabytes(0))};
}

}  // namespace

PlatformSpec read_platform(const Layers& root, const std::optional<Pin>& pin) {
  FigureReader reader(pin);
  PlatformSpec spec;
  spec.name = plain_text(root["name"]);
  spec.title = plain_text(root["title"]);
  spec.notes = plain_texts(root["notes"]);
  spec.memory = read_memory(root["memory_sizes"], reader);
  spec.cpu = read_cpu(root["cpu_share"], reader);
  if (spec.cpu.share == CpuShare::kMemoryTable && spec.memory.sizes.empty())
    report_at(root["cpu_share"], "the law \"memory-table\" needs memory_sizes.sizes",
              "give memory_sizes.sizes or choose another law");
  spec.keep_alive = read_keep_alive(root["keep_alive"], reader);
  spec.reuse_order = reader.choice<ReuseOrder>(root["reuse_order"], name_in(kReuseOrders),
                                               ReuseOrder::kMostRecentlyIdle);
  spec.scaling = read_scaling(root, reader);
  spec.autoscaler = read_autoscaler(root["autoscaler"], reader);
  spec.noise = read_noise(root["noise"], reader);
  if (const Layers at = root["provisioned_concurrency"]; at.first() != nullptr) {
    spec.provisioned =
        ProvisionedRule{reader.ordered<Duration>(at["lead"], duration, Duration(0)),
                        reader.ordered<Duration>(at["configured_step"], duration, Duration(0))};
  }
  spec.limits = read_limits(root, reader);
  spec.cold_start = read_cold_start(root, reader);
  spec.metering = read_metering(root["metering"], reader);
  const Layers tariff = root["tariff"];
  if (spec.metering.time != BilledTime::kServers) spec.tariff = plain_text(tariff);
  const Layers cluster = root["cluster"];
  if (spec.metering.time == BilledTime::kServers) spec.cluster = read_cluster(cluster, reader);
  spec.warm_overhead = reader.ordered<Duration>(root["warm_overhead"], duration, Duration(0));
  spec.network = reader.ordered<Duration>(root["network"], duration, Duration(0));
  spec.figures = reader.take();
  return spec;
}

}  // namespace faascast
