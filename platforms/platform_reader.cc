#include "platforms/platform_reader.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace faascast {
namespace {

constexpr double kUnbounded = 1e12;

// What a figure's value is: the parsers that FigureReader is given.
std::optional<Duration> duration_up_to(const TomlNode& node, Duration longest,
                                       const char* longest_text) {
  const std::optional<Duration> value = node.duration();
  if (!value || *value <= longest) return value;
  node.report(fmt::format("'{}' is too long", text_of(node)),
              fmt::format("at most {}", longest_text));
  return {};
}
std::optional<Duration> duration(const TomlNode& node) {
  return duration_up_to(node, std::chrono::hours(24 * 3650), "3650 d");
}
std::optional<Duration> cold_duration(const TomlNode& node) {
  return duration_up_to(node, std::chrono::hours(24), "24 h for a part of a cold start");
}
std::optional<Megabytes> memory(const TomlNode& node) { return node.memory(); }
std::optional<Bytes> bytes(const TomlNode& node) { return node.bytes(); }
std::optional<bool> boolean(const TomlNode& node) { return node.boolean(); }
std::optional<std::string> text(const TomlNode& node) { return node.string(); }

auto number(double low, double high) {
  return [low, high](const TomlNode& node) { return node.number(low, high); };
}

auto whole(std::int64_t low, std::int64_t high) {
  return [low, high](const TomlNode& node) { return node.integer(low, high); };
}

/// Names and the enumerators that they stand for.
template <class Enum>
using Names = std::vector<std::pair<std::string, Enum>>;

template <class Enum>
auto name_in(const Names<Enum>& names) {
  return [&names](const TomlNode& node) -> std::optional<Enum> {
    std::vector<std::string> known;
    known.reserve(names.size());
    for (const auto& [name, value] : names) known.push_back(name);
    const std::optional<std::string> word = node.one_of(known);
    if (!word) return {};
    for (const auto& [name, value] : names) {
      if (name == *word) return value;
    }
    return {};
  };
}

const Names<CpuShare> kCpuShares = {{"memory-share", CpuShare::kMemoryShare},
                                    {"memory-table", CpuShare::kMemoryTable},
                                    {"configured", CpuShare::kConfigured},
                                    {"fixed", CpuShare::kFixed}};
const Names<KeepAliveRule> kKeepAliveRules = {{"fixed-window", KeepAliveRule::kFixed}};
const Names<ReuseOrder> kReuseOrders = {{"most-recently-idle", ReuseOrder::kMostRecentlyIdle},
                                        {"newest-first", ReuseOrder::kNewestFirst},
                                        {"oldest-first", ReuseOrder::kOldestFirst},
                                        {"least-recently-used", ReuseOrder::kLeastRecentlyUsed},
                                        {"random", ReuseOrder::kRandom}};
const Names<AtLimit> kAtLimits = {{"reject", AtLimit::kReject}, {"queue", AtLimit::kQueue}};
const Names<LoadAt> kLoadAts = {{"init", LoadAt::kInit}, {"handler", LoadAt::kHandler}};
const Names<InitOverrun> kInitOverruns = {{"redo-in-handler", InitOverrun::kRedoInHandler},
                                          {"fails", InitOverrun::kFails}};
const Names<bool> kMeteredMemory = {{"configured", false}, {"used", true}};

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
    if (!size) row.require("memory");
    if (!vcpu) row.require("vcpu");
    if (!size || !vcpu || !clock_mhz) continue;
    if (!sizes.empty() && *size <= sizes.back().memory)
      row.report("memory sizes must ascend", "sort the rows and drop repeated sizes");
    sizes.push_back({*size, *vcpu, *clock_mhz});
    shown += fmt::format("{}{} MB {} vCPU", shown.empty() ? "" : ", ", size->value(), *vcpu);
    if (*clock_mhz > 0) shown += fmt::format(" {} MHz", *clock_mhz);
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
  rule.throttles_cold_request = reader.choice<bool>(at["throttles_cold_request"], boolean, true);
  rule.host_factor = reader.ordered<double>(at["host_factor"], number(0.01, 100.0), 1.0);
  return rule;
}

KeepAlive read_keep_alive(const Layers& root, FigureReader& reader) {
  const Layers whole_table = root["keep_alive"];
  const Layers::Layer* top = whole_table.first();
  if (top != nullptr && !top->node.is_table()) {  // keep_alive = "600 s"
    (void)whole_table.top();
    return {KeepAliveRule::kFixed,
            reader.ordered<Duration>(Layers({*top}, "keep_alive.window"), duration, Duration(0))};
  }
  const Layers at = root["keep_alive"];
  return {reader.choice<KeepAliveRule>(at["rule"], name_in(kKeepAliveRules),
                                       KeepAliveRule::kFixed),
          reader.ordered<Duration>(at["window"], duration, Duration(0))};
}

Scaling read_scaling(const Layers& root, FigureReader& reader) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  Scaling scaling;
  scaling.max_instances = static_cast<std::uint32_t>(
      reader.ordered<std::int64_t>(root["max_instances"], whole(1, kMost), 1));
  if (const auto limit =
          reader.optional<std::int64_t>(root["account_concurrency"], whole(1, kMost)))
    scaling.account_concurrency = static_cast<std::uint32_t>(*limit);
  scaling.new_instances_per_s =
      reader.optional<double>(root["new_instances_per_s"], number(1e-6, kUnbounded));
  scaling.at_limit = reader.choice<AtLimit>(root["at_limit"], name_in(kAtLimits), AtLimit::kReject);
  const Layers at = root["instance_concurrency"];
  scaling.concurrency_maximum = reader.ordered<std::int64_t>(at["maximum"], whole(1, kMost), 1);
  scaling.concurrency_preset = reader.ordered<std::int64_t>(at["default"], whole(1, kMost), 1);
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

struct Law {
  Distribution law{};
  std::string shown{};  ///< "p50 89 ms, p95 118 ms"
};

Law read_quantiles(const TomlNode& table) {
  constexpr std::array<std::pair<const char*, double>, 9> kNames = {{{"p1", 0.01},
                                                                     {"p5", 0.05},
                                                                     {"p25", 0.25},
                                                                     {"p50", 0.5},
                                                                     {"p75", 0.75},
                                                                     {"p90", 0.9},
                                                                     {"p95", 0.95},
                                                                     {"p99", 0.99},
                                                                     {"max", 1.0}}};
  std::vector<double> probabilities;
  std::vector<Duration> values;
  Law law;
  bool sound = true;
  for (const auto& [name, probability] : kNames) {
    const TomlNode node = table[name];
    if (!node.exists()) continue;
    const auto value = cold_duration(node);
    if (!value) {
      sound = false;
      continue;
    }
    if (*value <= Duration::zero() || (!values.empty() && *value < values.back())) {
      node.report("quantiles must be above 0 and must not fall", "from p1 up to max");
      sound = false;
    }
    probabilities.push_back(probability);
    values.push_back(*value);
    law.shown += fmt::format("{}{} {}", law.shown.empty() ? "" : ", ", name, text_of(node));
  }
  if (sound && values.size() < 2) {
    table.report("needs two quantiles or more", "of p1, p5, p25, p50, p75, p90, p95, p99, max");
    sound = false;
  }
  if (sound) law.law = Distribution::from_quantiles(probabilities, values);
  return law;
}

Law read_lognormal(const TomlNode& table) {
  const auto shift = cold_duration(table["shift"]);
  const auto median = cold_duration(table["median"]);
  const auto sigma = table["sigma"].number(0.0, 3.0);
  if (!shift) table.require("shift");
  if (!median) table.require("median");
  if (!sigma) table.require("sigma");
  if (!shift || !median || !sigma) return {};
  if (*median <= Duration::zero()) {
    table["median"].report("must be above 0", "the median of the part above the shift");
    return {};
  }
  constexpr double kMsPerS = 1e3;
  return {Distribution::shifted_lognormal_ms(seconds_of(*shift) * kMsPerS,
                                             std::log(seconds_of(*median) * kMsPerS), *sigma),
          fmt::format("{} + lognormal of median {}, sigma {}", text_of(table["shift"]),
                      text_of(table["median"]), *sigma)};
}

Law read_law(const TomlNode& row) {
  if (!row.is_table()) {
    const auto constant = cold_duration(row);
    return {Distribution::constant(constant.value_or(Duration(0))), text_of(row)};
  }
  const TomlNode quantiles = row["quantiles"];
  const TomlNode lognormal = row["lognormal"];
  const TomlNode constant = row["constant"];
  if (quantiles.exists()) return read_quantiles(quantiles);
  if (lognormal.exists()) return read_lognormal(lognormal);
  if (constant.exists())
    return {Distribution::constant(cold_duration(constant).value_or(Duration(0))),
            text_of(constant)};
  row.report("no law",
             "give one of quantiles = { p50 = ..., p95 = ... }, lognormal = { shift = "
             "..., median = ..., sigma = ... }, constant = \"...\"");
  return {};
}

/// An array of laws by language and package, or (in an override) one constant for all.
std::vector<ColdStartLaw> read_laws(const Layers& at, FigureReader& reader) {
  std::vector<ColdStartLaw> laws;
  const Layers::Layer* top = at.top();
  if (top == nullptr) return laws;
  if (!top->node.is_array()) {
    if (!top->is_override) {
      top->node.report("must be an array of laws", fmt::format("write [[{}]]", at.path()));
      return laws;
    }
    const Law law = read_law(top->node);
    const double factor = reader.factor(*top, at.path(), law.shown);
    laws.push_back({{}, {}, law.law.scaled(factor)});
    return laws;
  }
  for (const TomlNode& row : top->node.elements()) {
    ColdStartLaw entry;
    const TomlNode language = row["language"];
    const TomlNode package = row["package"];
    if (language.exists()) entry.language = language.string().value_or("");
    if (package.exists()) entry.package = package.one_of({"zip", "image"}).value_or("");
    const Law law = read_law(row);
    std::string path = at.path();
    for (const std::string* part : {&entry.language, &entry.package})
      if (!part->empty()) path += "." + *part;
    const double factor = reader.factor({row, top->is_override}, path, law.shown);
    entry.law = law.law.scaled(factor);
    laws.push_back(std::move(entry));
  }
  return laws;
}

BandwidthCurve read_bandwidth(const Layers& at, FigureReader& reader) {
  BandwidthCurve curve;
  const Layers::Layer* top = at.top();
  if (top == nullptr) {
    require(at);
    return curve;
  }
  if (!top->node.is_table()) {
    if (const auto rate = top->node.bandwidth_bytes_per_s()) curve.points.push_back({{}, *rate});
    (void)reader.factor(*top, at.path(), text_of(top->node));
    return curve;
  }
  std::string shown;
  for (const TomlNode& row : top->node["points"].elements()) {
    const TomlNode size_node = row["memory"];
    const TomlNode rate_node = row["rate"];
    const auto size = size_node.exists() ? size_node.memory() : Megabytes(0);
    const auto rate = rate_node.bandwidth_bytes_per_s();
    if (!rate_node.exists()) row.require("rate");
    if (!size || !rate) continue;
    if (*rate <= 0.0) rate_node.report("must be above 0", "such as \"60 MB/s\"");
    if (!curve.points.empty() && *size <= curve.points.back().memory)
      row.report("points must ascend in memory", "sort them; only a single point may lack memory");
    curve.points.push_back({*size, *rate});
    shown += shown.empty() ? "" : ", ";
    shown += text_of(rate_node);
    if (size_node.exists()) shown += " at " + text_of(size_node);
  }
  if (curve.points.empty())
    top->node.report("no bandwidth",
                     "give points = [{ memory = \"1024 MB\", rate = \"60 MB/s\" }, ...]");
  const double factor = reader.factor(*top, at.path(), shown);
  for (BandwidthCurve::Point& point : curve.points) point.bytes_per_s *= factor;
  return curve;
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
  if (cold.placement.empty() && cold.runtime.empty()) require(at["placement"]);
  const Layers per_mb = at["package_per_mb"];
  cold.zip_per_mb = reader.optional<Duration>(per_mb["zip"], cold_duration).value_or(Duration(0));
  cold.image_per_mb =
      reader.optional<Duration>(per_mb["image"], cold_duration).value_or(Duration(0));
  cold.object_store = read_bandwidth(at["object_store"], reader);
  cold.init_limit = reader.optional<Duration>(at["init_limit"], duration).value_or(Duration(0));
  if (cold.init_limit > Duration::zero())
    cold.init_overrun = reader.choice<InitOverrun>(at["init_overrun"], name_in(kInitOverruns),
                                                   InitOverrun::kRedoInHandler);
  read_load_at(root, reader, cold);
  return cold;
}

MeteringRule read_metering(const Layers& at, FigureReader& reader) {
  MeteringRule rule;
  rule.granularity = positive_duration(at["granularity"], reader);
  rule.minimum = reader.ordered<Duration>(at["minimum"], duration, Duration(0));
  rule.bills_init = reader.choice<bool>(at["bills_init"], boolean, false);
  rule.bills_zip_init_since =
      reader.optional_choice<std::string>(at["bills_zip_init_since"], text).value_or("");
  rule.bills_requests = reader.choice<bool>(at["bills_requests"], boolean, true);
  rule.bills_memory_used = reader.choice<bool>(at["memory"], name_in(kMeteredMemory), false);
  if (rule.bills_memory_used)
    rule.memory_step = reader.ordered<Megabytes>(at["memory_step"], memory, Megabytes(1));
  rule.bills_vcpu = reader.choice<bool>(at["bills_vcpu"], boolean, false);
  return rule;
}

}  // namespace

PlatformSpec read_platform(const Layers& root, const std::optional<Pin>& pin) {
  FigureReader reader(pin);
  PlatformSpec spec;
  spec.name = plain_text(root["name"]);
  spec.title = plain_text(root["title"]);
  spec.tariff = plain_text(root["tariff"]);
  spec.notes = plain_texts(root["notes"]);
  spec.memory = read_memory(root["memory_sizes"], reader);
  spec.cpu = read_cpu(root["cpu_share"], reader);
  if (spec.cpu.share == CpuShare::kMemoryTable && spec.memory.sizes.empty())
    report_at(root["cpu_share"], "the law \"memory-table\" needs memory_sizes.sizes",
              "give memory_sizes.sizes or choose another law");
  spec.keep_alive = read_keep_alive(root, reader);
  spec.reuse_order = reader.choice<ReuseOrder>(root["reuse_order"], name_in(kReuseOrders),
                                               ReuseOrder::kMostRecentlyIdle);
  spec.scaling = read_scaling(root, reader);
  spec.limits = read_limits(root, reader);
  spec.cold_start = read_cold_start(root, reader);
  spec.metering = read_metering(root["metering"], reader);
  spec.warm_overhead = reader.ordered<Duration>(root["warm_overhead"], duration, Duration(0));
  spec.network = reader.ordered<Duration>(root["network"], duration, Duration(0));
  spec.figures = reader.take();
  return spec;
}

double BandwidthCurve::at(Megabytes memory) const {
  if (points.empty()) return 0.0;
  if (memory >= points.back().memory) return points.back().bytes_per_s;
  Point below{};
  for (const Point& point : points) {
    if (memory < point.memory) {
      const auto part = static_cast<double>((memory - below.memory).value()) /
                        static_cast<double>((point.memory - below.memory).value());
      return below.bytes_per_s + part * (point.bytes_per_s - below.bytes_per_s);
    }
    below = point;
  }
  return below.bytes_per_s;
}

}  // namespace faascast
