#include <algorithm>
#include <cmath>
#include <set>

#include "studies/batching.h"
#include "studies/schema.h"
#include "studies/schema_readers.h"

namespace faascast {

using namespace schema;  // NOLINT: the readers of this file's tables

const std::vector<SchemaKey<BreakdownSpec>>& breakdown_keys() {
  static const std::vector<SchemaKey<BreakdownSpec>> keys = {
      {"up", "duration or law", "", "how long a server works between breakdowns; above 0",
       [](BreakdownSpec& spec, const TomlNode& node) {
         if (auto value = law(node)) spec.up = *value;
       }},
      {"down", "duration or law", "", "how long it is down; it is paid for all the same",
       [](BreakdownSpec& spec, const TomlNode& node) {
         if (auto value = law(node)) spec.down = *value;
       }},
      {"retries", "integer", "3", "how often a request starts anew when its server breaks down",
       whole<&BreakdownSpec::retries, 0, 1000>},
  };
  return keys;
}

const std::vector<SchemaKey<BatchingSpec>>& batching_keys() {
  static const std::vector<SchemaKey<BatchingSpec>> keys = {
      {"maximum_size", "integer", "",
       "requests in a batch, at most; left out: 1, and breakeven, hybrid and optimise choose it",
       whole<&BatchingSpec::maximum_size, 1, 4096>},
      {"maximum_wait", "duration", "",
       "a batch starts smaller once its first request has waited for this long; left out: at once, "
       "and breakeven, hybrid and optimise choose it",
       duration<&BatchingSpec::maximum_wait>},
      {"fixed_share", "number", "",
       "share of a single request's time that a batch takes whatever its size, 0 to 1; the rest "
       "grows with the size",
       [](BatchingSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 1.0)) spec.fixed_share = *value;
       }},
      {"time_factor", "list of numbers", "",
       "instead of fixed_share: time of a batch of 1, 2, ... against a single request",
       [](BatchingSpec& spec, const TomlNode& node) {
         for (const TomlNode& factor : node.elements()) {
           if (auto value = factor.number(1e-3, 1e6)) spec.time_factor.push_back(*value);
         }
       }},
  };
  return keys;
}

const std::vector<SchemaKey<HybridSpec>>& hybrid_keys() {
  static const std::vector<SchemaKey<HybridSpec>> keys = {
      {"base", "name", "", "the server type", text<&HybridSpec::base>},
      {"overflow", "name", "", "the platform", text<&HybridSpec::overflow>},
      {"queue", "integer", "0",
       "requests that may wait for the servers; one that finds all busy and so many waiting "
       "overflows",
       whole<&HybridSpec::queue, 0, 1'000'000'000>},
      {"cpu", "number", "", "vCPUs of a server, where its type lets one choose",
       [](HybridSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.01, 1024.0)) spec.cpu = *value;
       }},
      {"memory", "memory", "", "memory of a server, where its type lets one choose",
       memory<&HybridSpec::memory>},
  };
  return keys;
}

const std::vector<SchemaKey<StateSpec>>& state_keys() {
  static const std::vector<SchemaKey<StateSpec>> keys = {
      {"reads", "integer", "0", "reads a request, one after another",
       whole<&StateSpec::reads, 0, 1000>},
      {"writes", "integer", "0", "writes a request", whole<&StateSpec::writes, 0, 1000>},
      {"read_latency", "duration or law", "", "of each read; the instance is busy meanwhile",
       [](StateSpec& spec, const TomlNode& node) {
         if (auto value = law(node)) spec.read_latency = *value;
       }},
      {"write_latency", "duration or law", "", "of each write",
       [](StateSpec& spec, const TomlNode& node) {
         if (auto value = law(node)) spec.write_latency = *value;
       }},
      {"usd_per_million_reads", "number", "",
       "default: the provider's price of a request to its object store",
       [](StateSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 1e6)) spec.usd_per_million_reads = *value;
       }},
      {"usd_per_million_writes", "number", "", "likewise",
       [](StateSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 1e6)) spec.usd_per_million_writes = *value;
       }},
  };
  return keys;
}

const std::vector<SchemaKey<VersionSpec>>& version_keys() {
  static const std::vector<SchemaKey<VersionSpec>> keys = {
      {"name", "text", "", "what reports call it", text<&VersionSpec::name>},
      {"weight", "number", "", "its share of the requests is its weight by the sum; above 0",
       positive<&VersionSpec::weight>},
      {"model", "table", "", "as [model]; default: the scenario's",
       [](VersionSpec& spec, const TomlNode& node) {
         ModelSpec model;
         read_keys(model, node, model_keys());
         spec.model = model;
       }},
  };
  return keys;
}

const std::vector<SchemaKey<StepSpec>>& step_keys() {
  static const std::vector<SchemaKey<StepSpec>> keys = {
      {"name", "text", "", "what `after` calls it; default: its deployment", text<&StepSpec::name>},
      {"deployment", "name", "", "who does it; no two steps share one",
       text<&StepSpec::deployment>},
      {"after", "list of names", "", "steps that are over before; none: it starts the workflow",
       [](StepSpec& spec, const TomlNode& node) {
         for (const TomlNode& name : node.elements()) {
           if (auto value = name.string()) spec.after.push_back(*value);
         }
       }},
      {"probability", "number", "1", "how often it is taken, 0 to 1; else it is over at once",
       share<&StepSpec::probability>},
      {"branch", "text", "",
       "steps of a branch exclude one another: one draw decides, in the file's order",
       text<&StepSpec::branch>},
  };
  return keys;
}

Batching BatchingSpec::plan() const {
  constexpr double kThousandths = 1000.0;
  const std::uint32_t most = std::max<std::uint32_t>(maximum_size, 1);
  Batching batching{.maximum_size = most, .maximum_wait = std::max(maximum_wait, Duration::zero())};
  const auto add = [&](double factor) {
    batching.time_factor.push_back(static_cast<std::uint32_t>(std::llround(factor * kThousandths)));
  };
  for (const double factor : time_factor) add(factor);
  for (std::uint32_t size = 1; fixed_share && size <= most; ++size) {
    add(*fixed_share + (1.0 - *fixed_share) * size);
  }
  return batching;
}

namespace schema {
namespace {

void require_all(const TomlNode& table, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (!table[key].exists()) table.require(key);
  }
}

}  // namespace

void breakdown(DeploymentSpec& spec, const TomlNode& node) {
  BreakdownSpec value;
  read_keys(value, node, breakdown_keys());
  require_all(node, {"up", "down"});
  if (node["up"].exists() && value.up.mean <= Duration::zero()) {
    node["up"].report("a server that is never up", "give a time above 0");
  }
  spec.breakdown = value;
}

void batching(DeploymentSpec& spec, const TomlNode& node) {
  BatchingSpec value{.maximum_size = kOpenBatchSize, .maximum_wait = kOpenBatchWait};
  read_keys(value, node, batching_keys());
  if (value.fixed_share && !value.time_factor.empty()) {
    node.report("both fixed_share and time_factor",
                "give one of them, or neither where the model's profile has a batch law");
  }
  spec.batching = value;
}

void hybrid(DeploymentSpec& spec, const TomlNode& node) {
  HybridSpec value;
  read_keys(value, node, hybrid_keys());
  require_all(node, {"base", "overflow"});
  spec.hybrid = value;
}

void state(Scenario& scenario, const TomlNode& node) {
  if (!node.exists()) return;
  StateSpec& spec = scenario.state;
  read_keys(spec, node, state_keys());
  if (spec.empty()) node.report("neither reads nor writes", "give one, or leave [state] out");
  if (spec.reads > 0 && !node["read_latency"].exists()) node.require("read_latency");
  if (spec.writes > 0 && !node["write_latency"].exists()) node.require("write_latency");
}

void versions(Scenario& scenario, const TomlNode& list) {
  if (!list.exists()) return;
  std::set<std::string> names;
  for (const TomlNode& table : list.elements()) {
    VersionSpec spec;
    read_keys(spec, table, version_keys());
    require_all(table, {"name", "weight"});
    if (!spec.name.empty() && !names.insert(spec.name).second) {
      table["name"].report("two versions are named '" + spec.name + "'", "rename one");
    }
    scenario.versions.push_back(std::move(spec));
  }
}

void steps(Scenario& scenario, const TomlNode& list) {
  if (!list.exists()) return;
  std::set<std::string> names;
  std::set<std::string> deployments;
  std::vector<std::string> known;
  for (const DeploymentSpec& d : scenario.deployments) known.push_back(d.name);
  for (const TomlNode& table : list.elements()) {
    StepSpec spec;
    spec.where = table.where();
    read_keys(spec, table, step_keys());
    if (const TomlNode node = table["deployment"]; !node.exists()) {
      table.require("deployment");
    } else if (!spec.deployment.empty()) {
      (void)node.one_of(known);
      if (!deployments.insert(spec.deployment).second) {
        node.report("another step has this deployment",
                    "give each step a deployment of its own; they may be alike");
      }
    }
    if (spec.name.empty()) spec.name = spec.deployment;
    if (!names.insert(spec.name).second) {
      table.report("two steps are named '" + spec.name + "'", "rename one");
    }
    scenario.steps.push_back(std::move(spec));
  }
  for (const DeploymentSpec& d : scenario.deployments) {
    if (!deployments.contains(d.name)) {
      list.report("no step has the deployment '" + d.name + "'", "add one, or leave it out");
    }
  }
  for (const TomlNode& table : list.elements()) {
    const std::vector<std::string> all(names.begin(), names.end());
    for (const TomlNode& name : table["after"].elements()) (void)name.one_of(all);
  }
}

}  // namespace schema
}  // namespace faascast
