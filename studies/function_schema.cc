#include <string>
#include <utility>

#include "platforms/platform_spec.h"
#include "studies/schema.h"
#include "studies/schema_readers.h"

namespace faascast {

void read_day(std::string& day, const TomlNode& node) {
  const auto text = node.string();
  if (!text) return;
  if (is_iso_day(*text)) {
    day = *text;
  } else {
    node.report("'" + *text + "' is not a day", "write year-month-day, such as \"2020-06-30\"");
  }
}

namespace {

void retry(DeploymentSpec& spec, const TomlNode& node) {
  if (!node.is_table()) {
    node.report("retry is a table", R"(write retry = { most = 3, delay = "100 ms" })");
    return;
  }
  RetrySpec value;
  read_keys(value, node, retry_keys());
  for (const std::string_view key : {"most", "delay"}) {
    if (!node[key].exists()) node.require(key);
  }
  spec.retry = value;
}

constexpr std::int64_t kMostProvisioned = 1'000'000;

std::optional<std::uint32_t> count_of(const TomlNode& node) {
  const auto value = node.integer(0, kMostProvisioned);
  if (!value) return {};
  return static_cast<std::uint32_t>(*value);
}

/// { at = "8 h", instances = 20 } by ascending time.
void read_schedule(WarmCapacity& warm, const TomlNode& node) {
  for (const TomlNode& row : node.elements()) {
    const auto at = row["at"].duration();
    const auto instances = count_of(row["instances"]);
    for (const std::string_view key : {"at", "instances"}) {
      if (!row[key].exists()) row.require(key);
    }
    if (!at || !instances) continue;
    if (!warm.schedule.empty() && *at <= warm.schedule.back().at)
      row["at"].report("does not come after the step before", "sort the steps by time");
    if (warm.repeats > Duration::zero() && *at >= warm.repeats)
      row["at"].report("comes after the schedule has begun anew", "times are below 'repeats'");
    warm.schedule.push_back({*at, *instances});
  }
}

void read_tracking(WarmCapacity& warm, const TomlNode& node) {
  TargetTracking tracking;
  if (auto target = node["target"].number(0.01, 1.0)) tracking.target = *target;
  if (auto minimum = count_of(node["minimum"])) tracking.minimum = *minimum;
  if (auto maximum = count_of(node["maximum"])) tracking.maximum = *maximum;
  if (!node["maximum"].exists()) node.require("maximum");
  if (tracking.minimum > tracking.maximum)
    node["minimum"].report("the minimum is above the maximum", "");
  if (node["schedule"].exists())
    node["schedule"].report("either a schedule or a target", "leave one of them out");
  warm.instances = tracking.minimum;
  warm.tracking = tracking;
}

void provisioned(DeploymentSpec& spec, const TomlNode& node) {
  WarmCapacity warm;
  if (node.is_table()) {
    if (auto instances = count_of(node["instances"])) warm.instances = *instances;
    if (auto repeats = node["repeats"].duration()) warm.repeats = *repeats;
    const TomlNode schedule = node["schedule"];
    if (node["target"].exists()) {
      read_tracking(warm, node);
    } else {
      for (const std::string_view key : {"minimum", "maximum"}) {
        if (node[key].exists()) node[key].report("goes with 'target'", "leave it out");
      }
      if (!node["instances"].exists() && !schedule.exists()) node.require("instances");
      if (schedule.exists()) read_schedule(warm, schedule);
    }
  } else if (auto instances = count_of(node)) {
    warm.instances = *instances;
  }
  spec.provisioned = warm;
}

void variant(DeploymentSpec& spec, const TomlNode& node) {
  if (!node.is_array()) {
    if (auto name = node.string()) spec.variants.push_back(*name);
    return;
  }
  for (const TomlNode& element : node.elements()) {
    if (auto name = element.string()) spec.variants.push_back(*name);
  }
}

}  // namespace

const std::vector<SchemaKey<RetrySpec>>& retry_keys() {
  static const std::vector<SchemaKey<RetrySpec>> keys = {
      {"most", "integer", "", "further attempts, 0 to 1000",
       [](RetrySpec& spec, const TomlNode& node) {
         if (auto value = node.integer(0, 1000)) spec.most = static_cast<std::uint16_t>(*value);
       }},
      {"delay", "duration or law", "",
       "before the first of them; drawn for each attempt, so jitter is in the law",
       [](RetrySpec& spec, const TomlNode& node) {
         if (auto value = schema::law(node)) spec.delay = *value;
       }},
      {"factor", "integer", "2", "the delay grows by it with every attempt, 1 to 1000",
       [](RetrySpec& spec, const TomlNode& node) {
         if (auto value = node.integer(1, 1000)) spec.factor = static_cast<std::uint32_t>(*value);
       }},
      {"longest", "duration", "", "no delay is longer",
       [](RetrySpec& spec, const TomlNode& node) { spec.longest = node.duration(); }},
  };
  return keys;
}

const std::vector<SchemaKey<DeploymentSpec>>& function_keys() {
  static const std::vector<SchemaKey<DeploymentSpec>> keys = {
      {"variant", "name or list", "",
       "variants of the platform, as `faascast platforms show` lists them", variant},
      {"snapstart", "true or false", "false", "short for variant = \"snapstart\"",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (node.boolean().value_or(false)) spec.variants.emplace_back("snapstart");
       }},
      {"billing", "name", R"("request")",
       "\"instance\": short for variant = \"instance-billing\", the whole life of instances is "
       "paid",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (node.one_of({"request", "instance"}).value_or("") == "instance")
           spec.variants.emplace_back("instance-billing");
       }},
      {"gpu", "name", "", "an accelerator: \"l4\" is short for variant = \"gpu-l4\"",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (auto name = node.string()) spec.variants.push_back("gpu-" + *name);
       }},
      {"as_of", "date", "",
       "day of the platform's rules, such as \"2020-06-30\"; default: the scenario's",
       [](DeploymentSpec& spec, const TomlNode& node) { read_day(spec.as_of, node); }},
      {"retry", "table", "",
       "clients that try again when they are turned away or their instance "
       "fails: most, delay, factor, longest",
       retry},
      {"provisioned", "integer or table", "",
       "instances that are kept ready for a fee; or { instances, schedule = [{ at, instances }], "
       "repeats } or { target, minimum, maximum }, which follows their use",
       provisioned},
      {"nodes", "name", "",
       "server type that a self-hosted platform runs on; default: the platform's",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (auto name = node.string()) spec.nodes = *name;
       }},
  };
  return keys;
}

}  // namespace faascast
