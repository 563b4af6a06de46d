#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"
#include "studies/scenario.h"

namespace faascast {

/// One key of a scenario's table: written once, here, and used by the reader, `--set`, the template
/// and the reference page.
template <class Spec>
struct SchemaKey {
  std::string_view name;
  std::string_view type;     ///< "duration", "memory", "bytes", "number", "integer", "name", …
  std::string_view initial;  ///< the default as TOML text; empty: none
  std::string_view text;     ///< what it means, range included
  void (*read)(Spec& spec, const TomlNode& node);
};

[[nodiscard]] const std::vector<SchemaKey<Scenario>>& scenario_keys();
[[nodiscard]] const std::vector<SchemaKey<TrafficSpec>>& traffic_keys();
[[nodiscard]] const std::vector<SchemaKey<GeneratorSpec>>& generator_keys();
[[nodiscard]] const std::vector<SchemaKey<ModelSpec>>& model_keys();
[[nodiscard]] const std::vector<SchemaKey<HandlerSpec>>& handler_keys();
[[nodiscard]] const std::vector<SchemaKey<Objective>>& objective_keys();
[[nodiscard]] const std::vector<SchemaKey<DeploymentSpec>>& deployment_keys();
[[nodiscard]] const std::vector<SchemaKey<Autoscale>>& autoscale_keys();
[[nodiscard]] const std::vector<SchemaKey<BreakdownSpec>>& breakdown_keys();
[[nodiscard]] const std::vector<SchemaKey<BatchingSpec>>& batching_keys();
[[nodiscard]] const std::vector<SchemaKey<HybridSpec>>& hybrid_keys();
[[nodiscard]] const std::vector<SchemaKey<StateSpec>>& state_keys();
[[nodiscard]] const std::vector<SchemaKey<VersionSpec>>& version_keys();
[[nodiscard]] const std::vector<SchemaKey<StepSpec>>& step_keys();
[[nodiscard]] const std::vector<SchemaKey<SweepSpec>>& sweep_keys();

/// An ISO day, "2020-06-30".
void read_day(std::string& day, const TomlNode& node);

/// Keys of a deployment that only functions (only servers) have.
[[nodiscard]] const std::vector<std::string_view>& function_only_keys();
[[nodiscard]] const std::vector<std::string_view>& server_only_keys();

/// Keys of deployments on platforms alone: appended to deployment_keys().
[[nodiscard]] const std::vector<SchemaKey<DeploymentSpec>>& function_keys();
[[nodiscard]] const std::vector<SchemaKey<RetrySpec>>& retry_keys();

/// A row of the reference, for every key above.
struct SchemaRow {
  std::string key{};  ///< "deployment.memory"
  std::string type{};
  std::string initial{};
  std::string text{};
};
[[nodiscard]] std::vector<SchemaRow> schema_rows();

/// A complete scenario with every key as a comment: what `--save-template` writes.
[[nodiscard]] std::string scenario_template();

/// Fills `spec` from the keys of a table.
template <class Spec>
void read_keys(Spec& spec, const TomlNode& table, const std::vector<SchemaKey<Spec>>& keys) {
  for (const SchemaKey<Spec>& key : keys) {
    if (const TomlNode node = table[key.name]; node.exists()) key.read(spec, node);
  }
}

}  // namespace faascast
