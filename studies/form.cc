#include "studies/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "input/quantity.h"
#include "input/toml_patch.h"
#include "studies/compile.h"
#include "studies/data.h"
#include "studies/schema.h"
#include "traces/generators.h"
#include "traces/trace.h"
#include "workloads/handlers/handler_work.h"
#include "workloads/models.h"

namespace faascast {
namespace {

using Names = std::vector<std::string>;

/// Of most keys; the tables below say what the schema's one line of text cannot.
FieldKind kind_of(std::string_view type) {
  if (type == "true or false") return FieldKind::kFlag;
  if (type == "number" || type == "integer") return FieldKind::kNumber;
  if (type == "memory") return FieldKind::kMemory;
  if (type == "bytes") return FieldKind::kBytes;
  if (type == "file") return FieldKind::kFile;
  if (type == "name") return FieldKind::kChoice;
  if (type == "duration") return FieldKind::kDuration;
  if (type.starts_with("duration or")) return FieldKind::kDuration;
  if (type == "text" || type == "date") return FieldKind::kText;
  return FieldKind::kToml;
}

Names embedded_names(std::span<const EmbeddedFile> files) {
  Names names;
  for (const EmbeddedFile& file : files) {
    names.emplace_back(file.name.substr(0, file.name.find('.')));
  }
  return names;
}

Names server_names(const Scenario& scenario) {
  std::set<std::string> names;
  for (const ServerType& type : scenario.prices->servers.types) names.insert(type.id);
  for (const ResourcePrice& type : scenario.prices->servers.by_resource) names.insert(type.id);
  return {names.begin(), names.end()};
}

Names region_names(const Scenario& scenario, const DeploymentSpec& deployment) {
  if (deployment.platform_spec && !deployment.platform_spec->tariff.empty()) {
    try {
      return regions_of(find_tariff(*scenario.prices, deployment.platform_spec->tariff));
    } catch (const InputError&) {
      return {};
    }
  }
  std::set<std::string> names;
  for (const ServerType& type : scenario.prices->servers.types) {
    if (type.id == deployment.server) names.insert(type.region);
  }
  for (const ResourcePrice& type : scenario.prices->servers.by_resource) {
    if (type.id == deployment.server) names.insert(type.region);
  }
  return {names.begin(), names.end()};
}

/// What a key may be, where it is one of known names.
Names choices_of(const std::string& row, const Scenario& scenario,
                 const DeploymentSpec* deployment) {
  if (row == "traffic.trace") return embedded_names(traces_data());
  if (row == "traffic.format") return trace_formats();
  if (row == "traffic.spread") return spread_names();
  if (row == "traffic.failed") return {"count", "drop"};
  if (row == "traffic.scale_by") return {"thin", "time"};
  if (row == "traffic.generator.kind") return generator_kinds();
  if (row == "model.onnx") return shipped_models();
  if (row == "model.profile") return shipped_profiles();
  if (row == "handler.language") return {"python", "node", "java", "dotnet"};
  if (row == "deployment.platform") return platform_names();
  if (row == "deployment.server") return server_names(scenario);
  if (row == "deployment.front_door") return front_door_names();
  if (row == "deployment.arch") return {"x86", "arm"};
  if (row == "deployment.package") return {"zip", "image"};
  if (row == "deployment.purchase") return purchase_names();
  if (row == "deployment.service") return service_names();
  if (row == "deployment.reuse_order") {
    return {"most-recently-idle", "newest-first", "oldest-first", "least-recently-used", "random"};
  }
  if (row == "deployment.region" && deployment != nullptr) {
    return region_names(scenario, *deployment);
  }
  return {};
}

FieldRange logarithmic(double low, double high) { return {low, high, true, false, {}}; }
FieldRange whole(double low, double high, bool is_log = false) {
  return {low, high, is_log, true, {}};
}

FieldRange memory_range(const MemoryRule& rule) {
  FieldRange range = logarithmic(static_cast<double>(std::max<std::int64_t>(1, rule.minimum.value())),
                                 static_cast<double>(std::max<std::int64_t>(2, rule.maximum.value())));
  range.is_whole = true;
  for (const MemorySize& size : rule.sizes) range.stops.push_back(format_memory(size.memory));
  return range;
}

/// Ranges that people look at; what is typed may be beyond. Seconds, bytes, megabytes.
std::optional<FieldRange> range_of(const std::string& row, FieldKind kind,
                                   const DeploymentSpec* deployment) {
  static const std::map<std::string, FieldRange, std::less<>> ranges = {
      {"traffic.scale", logarithmic(0.01, 1000.0)},
      {"traffic.generator.rate_per_s", logarithmic(1e-3, 1e3)},
      {"traffic.generator.cv", logarithmic(0.1, 20.0)},
      {"traffic.generator.duration", logarithmic(60.0, 30.0 * 86400.0)},
      {"traffic.generator.amplitude", {0.0, 1.0, false, false, {}}},
      {"traffic.generator.burst_ratio", logarithmic(1.0, 100.0)},
      {"traffic.generator.batch_size", logarithmic(1.0, 1000.0)},
      {"traffic.generator.peak", logarithmic(1.0, 100.0)},
      {"traffic.generator.functions", whole(1.0, 1e6, true)},
      {"objective.cold_share", {0.0, 1.0, false, false, {}}},
      {"objective.throttled", {0.0, 1.0, false, false, {}}},
      {"deployment.count", whole(1.0, 1000.0, true)},
      {"deployment.workers", whole(1.0, 128.0, true)},
      {"deployment.minimum_instances", whole(0.0, 200.0)},
      {"deployment.provisioned", whole(0.0, 200.0)},
      {"deployment.redundancy", whole(0.0, 10.0)},
      {"deployment.hyperthread_yield", {1.0, 2.0, false, false, {}}},
      {"deployment.host_factor", logarithmic(0.1, 10.0)},
      {"deployment.cpu", logarithmic(0.25, 64.0)},
      {"deployment.autoscale.target_utilisation", {0.01, 1.0, false, false, {}}},
      {"deployment.autoscale.minimum", whole(1.0, 1000.0, true)},
      {"deployment.autoscale.maximum", whole(1.0, 1000.0, true)},
  };
  const PlatformSpec* platform =
      deployment != nullptr && deployment->platform_spec ? &*deployment->platform_spec : nullptr;
  if (platform != nullptr && row == "deployment.memory") return memory_range(platform->memory);
  if (platform != nullptr && row == "deployment.cpu" && platform->cpu.maximum > 0.0) {
    return FieldRange{platform->cpu.minimum, platform->cpu.maximum, false, false, {}};
  }
  if (row == "deployment.concurrency") {
    return whole(1.0, platform == nullptr ? 1000.0
                                          : static_cast<double>(std::max<std::int64_t>(
                                                2, platform->scaling.concurrency_maximum)),
                 true);
  }
  if (const auto found = ranges.find(row); found != ranges.end()) return found->second;
  switch (kind) {
    case FieldKind::kDuration:
      return row.starts_with("objective.") ? logarithmic(1e-3, 100.0)
             : row.starts_with("handler.") ? logarithmic(1e-6, 10.0)
                                           : logarithmic(1e-3, 3600.0);
    case FieldKind::kMemory:
      return FieldRange{64.0, 65536.0, true, true, {}};
    case FieldKind::kBytes:
      return FieldRange{1.0, 1e8, true, true, {}};
    default:
      return std::nullopt;
  }
}

bool is_main(const std::string& row) {
  static const std::set<std::string, std::less<>> keys = {
      "seed", "traffic.trace", "traffic.scale", "traffic.generator.kind",
      "traffic.generator.rate_per_s", "traffic.generator.cv", "traffic.generator.duration",
      "traffic.generator.amplitude", "traffic.generator.burst_ratio", "handler.runtime",
      "handler.preprocess", "objective.p99", "objective.p95", "deployment.name",
      "deployment.platform", "deployment.server", "deployment.region", "deployment.memory",
      "deployment.cpu", "deployment.concurrency", "deployment.minimum_instances",
      "deployment.front_door", "deployment.count", "deployment.autoscale.minimum",
      "deployment.autoscale.maximum", "deployment.hybrid.base", "deployment.hybrid.overflow"};
  return keys.contains(row);
}

/// What a scenario says, by path.
class Said {
 public:
  explicit Said(const Scenario& scenario) {
    for (TomlValue& value : toml_values(scenario.text, scenario.changes.set)) {
      values_[value.path] = std::move(value.text);
    }
  }
  /// A value, or a table below, written as one.
  [[nodiscard]] std::string at(const std::string& key) const {
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
    std::string members;
    const std::string below = key + ".";
    for (auto one = values_.lower_bound(below);
         one != values_.end() && one->first.starts_with(below); ++one) {
      const std::string& text = one->second;
      members.append(members.empty() ? "" : ", ").append(one->first.substr(below.size()));
      members.append(" = ").append(is_bare_toml(text) ? text : toml_string(text));
    }
    return members.empty() ? members : "{ " + members + " }";
  }
  [[nodiscard]] bool has(const std::string& key) const { return !at(key).empty(); }

 private:
  std::map<std::string, std::string> values_{};
};

std::string unquoted(std::string_view initial) {
  if (initial.size() >= 2 && initial.front() == '"' && initial.back() == '"') {
    initial = initial.substr(1, initial.size() - 2);
  }
  return std::string(initial);
}

/// Of a generator's key, whether it concerns this kind: texts of others begin with their kind.
bool concerns(const SchemaRow& row, const std::string& kind) {
  if (row.key == "traffic.generator.cv") return kind == "gamma" || kind == "weibull";
  for (const std::string& other : generator_kinds()) {
    if (row.text.starts_with(other + ":")) return other == kind;
  }
  return true;
}

bool has(const std::vector<std::string_view>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Whether a deployment of its kind has the key. @param name  "memory", "autoscale.minimum"
bool concerns(const DeploymentSpec& deployment, const std::string& name, const Said& said,
              const std::string& path) {
  const std::string first = name.substr(0, name.find('.'));
  if (first == "platform") return deployment.is_serverless();
  if (first == "server") return deployment.is_servers();
  if (first == "hybrid") return deployment.hybrid.has_value();
  if (!deployment.hybrid) {
    if (deployment.is_serverless() && has(server_only_keys(), first)) return false;
    if (deployment.is_servers() && has(function_only_keys(), first)) return false;
  }
  // Members of a table are shown one by one where it is there.
  const bool is_member = name != first;
  const bool has_table = said.at(path + "." + first).starts_with("{");
  return is_member ? has_table : !has_table;
}

FormField field_of(const SchemaRow& row, const std::string& key, const Said& said,
                   const Scenario& scenario, const DeploymentSpec* deployment) {
  FormField field;
  field.key = key;
  field.label = row.key.substr(row.key.rfind('.') + 1);
  field.type = row.type;
  field.kind = kind_of(row.type);
  field.value = said.at(key);
  field.initial = unquoted(row.initial);
  field.help = row.text;
  field.choices = choices_of(row.key, scenario, deployment);
  if (!field.choices.empty() && field.kind != FieldKind::kFile) field.kind = FieldKind::kChoice;
  if (field.kind == FieldKind::kDuration && field.value.starts_with("{")) {
    field.kind = FieldKind::kToml;
  }
  if (field.kind != FieldKind::kToml) field.range = range_of(row.key, field.kind, deployment);
  field.is_main = is_main(row.key) || !field.value.empty();
  return field;
}

/// A figure of the platform that the deployment may override.
FormField field_of(const Figure& figure, const std::string& path, const Said& said) {
  FormField field;
  field.key = path + "." + figure.path;
  field.label = figure.path;
  field.type = "figure";
  field.value = said.at(field.key);
  field.initial = figure.value;
  std::string why;
  const auto is = [&](auto parse) { return parse(figure.value, why).has_value(); };
  char* end = nullptr;
  (void)std::strtod(figure.value.c_str(), &end);
  const bool is_number = !figure.value.empty() && *end == '\0';
  field.kind = is_number            ? FieldKind::kNumber
               : is(parse_duration) ? FieldKind::kDuration
                                    : FieldKind::kToml;
  if (field.kind != FieldKind::kToml && figure.has_interval()) {
    const FieldRange unit = logarithmic(1e-12, 1e12);
    const auto low = unit.share_of(field.kind, figure.low);
    const auto high = unit.share_of(field.kind, figure.high);
    if (low && high && *high > *low) {
      const double from = std::pow(10.0, 24.0 * *low - 12.0);
      const double to = std::pow(10.0, 24.0 * *high - 12.0);
      field.range = FieldRange{from, to, false, false, {}};
    }
  }
  field.help = figure.note.kind == "scenario" ? "given by the scenario"
                                              : fmt::format("{}: {} ({})", figure.note.kind,
                                                            figure.note.source, figure.note.as_of);
  if (figure.has_interval()) {
    field.help += fmt::format(". Plausible from {} to {}", figure.low, figure.high);
  }
  if (!figure.note.confidence.empty()) field.help += ". Grade " + figure.note.confidence;
  field.is_main = !field.value.empty();
  return field;
}

FormSection section(const char* title, const std::string& prefix,
                    const std::vector<SchemaRow>& rows, const Said& said,
                    const Scenario& scenario) {
  FormSection section{title, prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1), {}};
  for (const SchemaRow& row : rows) {
    const bool is_root = row.key.find('.') == std::string::npos;
    if (prefix.empty() ? !is_root : !row.key.starts_with(prefix)) continue;
    const bool is_generator = row.key.starts_with("traffic.generator");
    if (row.key == "traffic.generator") continue;
    if (is_generator &&
        (!scenario.traffic.generator || !concerns(row, scenario.traffic.generator->kind))) {
      continue;
    }
    const bool is_of_trace = row.key == "traffic.trace" || row.key == "traffic.format" ||
                             row.key == "traffic.spread" || row.key == "traffic.reorder" ||
                             row.key == "traffic.bin" || row.key == "traffic.failed";
    if (is_of_trace && scenario.traffic.generator) continue;
    section.fields.push_back(field_of(row, row.key, said, scenario, nullptr));
  }
  return section;
}

FormSection deployment_section(const Scenario& scenario, std::size_t index,
                               const std::vector<SchemaRow>& rows, const Said& said) {
  const DeploymentSpec& deployment = scenario.deployments[index];
  FormSection section{deployment.name, fmt::format("deployment[{}]", index), {}};
  constexpr std::string_view kPrefix = "deployment.";
  for (const SchemaRow& row : rows) {
    if (!row.key.starts_with(kPrefix)) continue;
    const std::string name = row.key.substr(kPrefix.size());
    if (!concerns(deployment, name, said, section.path)) continue;
    section.fields.push_back(
        field_of(row, section.path + "." + name, said, scenario, &deployment));
  }
  if (deployment.platform_spec) {
    for (const Figure& figure : figures(*deployment.platform_spec)) {
      FormField field = field_of(figure, section.path, said);
      const bool is_there =
          std::any_of(section.fields.begin(), section.fields.end(),
                      [&](const FormField& known) { return known.key == field.key; });
      if (!is_there) section.fields.push_back(std::move(field));
    }
  }
  std::stable_partition(section.fields.begin(), section.fields.end(),
                        [](const FormField& field) { return field.is_main; });
  return section;
}

std::optional<double> number_of(FieldKind kind, std::string_view text) {
  std::string why;
  switch (kind) {
    case FieldKind::kDuration: {
      const auto value = parse_duration(text, why);
      return value ? std::optional(seconds_of(*value)) : std::nullopt;
    }
    case FieldKind::kMemory: {
      const auto value = parse_memory(text, why);
      return value ? std::optional(static_cast<double>(value->value())) : std::nullopt;
    }
    case FieldKind::kBytes: {
      const auto value = parse_bytes(text, why);
      return value ? std::optional(static_cast<double>(value->value())) : std::nullopt;
    }
    default: {
      const std::string copy(text);
      char* end = nullptr;
      const double value = std::strtod(copy.c_str(), &end);
      if (copy.empty() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
      return value;
    }
  }
}

std::string text_of(FieldKind kind, double value) {
  switch (kind) {
    case FieldKind::kDuration:
      return format_duration(Duration(std::llround(value * 1e9)));
    case FieldKind::kMemory:
      return fmt::format("{} MB", std::max<std::int64_t>(1, std::llround(value)));
    case FieldKind::kBytes:
      return value >= 1e6   ? fmt::format("{:.3g} MB", value / 1e6)
             : value >= 1e3 ? fmt::format("{:.3g} kB", value / 1e3)
                            : fmt::format("{:.0f} B", value);
    default:
      return fmt::format("{}", value);
  }
}

/// Three significant digits.
double rounded(double value) {
  if (!(std::abs(value) > 0.0)) return 0.0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2.0);
  // Division by a power of ten gives the nearest decimal; multiplication may not.
  return unit < 1.0 ? std::round(value / unit) / std::round(1.0 / unit)
                    : std::round(value / unit) * unit;
}

}  // namespace

std::string FieldRange::text_at(FieldKind kind, double share) const {
  share = std::clamp(share, 0.0, 1.0);
  if (!stops.empty()) {
    const double last = static_cast<double>(stops.size() - 1);
    return stops[static_cast<std::size_t>(std::llround(share * last))];
  }
  double value = is_log && low > 0.0 ? low * std::pow(high / low, share) : low + share * (high - low);
  value = is_whole ? std::round(value) : rounded(value);
  return text_of(kind, std::clamp(value, low, high));
}

std::optional<double> FieldRange::share_of(FieldKind kind, std::string_view text) const {
  const std::optional<double> value = number_of(kind, text);
  if (!value) return std::nullopt;
  if (!stops.empty()) {
    std::size_t nearest = 0;
    double distance = HUGE_VAL;
    for (std::size_t i = 0; i < stops.size(); ++i) {
      const double away = std::abs(number_of(kind, stops[i]).value_or(HUGE_VAL) - *value);
      if (away < distance) nearest = i;
      distance = std::min(distance, away);
    }
    return stops.size() < 2 ? 0.0
                            : static_cast<double>(nearest) / static_cast<double>(stops.size() - 1);
  }
  const double inside = std::clamp(*value, low, high);
  if (!(high > low)) return 0.0;
  return is_log && low > 0.0 ? std::log(inside / low) / std::log(high / low)
                             : (inside - low) / (high - low);
}

std::string FieldRange::text_at_step(FieldKind kind, int step) const {
  return text_at(kind, static_cast<double>(step) / kSteps);
}

std::optional<int> FieldRange::step_of(FieldKind kind, std::string_view text) const {
  const std::optional<double> share = share_of(kind, text);
  if (!share) return std::nullopt;
  return static_cast<int>(std::lround(*share * kSteps));
}

std::vector<FormSection> form_of(const Scenario& scenario) {
  const std::vector<SchemaRow> rows = schema_rows();
  const Said said(scenario);
  std::vector<FormSection> sections;
  sections.push_back(section("Traffic", "traffic.", rows, said, scenario));
  sections.push_back(section("Model", "model.", rows, said, scenario));
  sections.push_back(section("Handler", "handler.", rows, said, scenario));
  sections.push_back(section("Objective", "objective.", rows, said, scenario));
  sections.push_back(section("Scenario", "", rows, said, scenario));
  for (FormSection& one : sections) {
    std::stable_partition(one.fields.begin(), one.fields.end(),
                          [](const FormField& field) { return field.is_main; });
  }
  for (std::size_t i = 0; i < scenario.deployments.size(); ++i) {
    sections.push_back(deployment_section(scenario, i, rows, said));
  }
  return sections;
}

std::string assignment_of(const FormField& field, std::string_view text) {
  std::string assignment = field.key + "=";
  const bool is_text = field.kind != FieldKind::kFlag && field.kind != FieldKind::kNumber &&
                       field.kind != FieldKind::kToml;
  // A law in braces is no text, whatever the key usually is.
  const bool is_table = text.starts_with("{") || text.starts_with("[");
  if (is_text && !is_table && is_bare_toml(text)) return assignment + toml_string(text);
  return assignment.append(text);
}

Scenario with_assignment(const Scenario& scenario, const std::string& assignment) {
  ScenarioChanges changes = scenario.changes;
  const std::string key = assignment.substr(0, assignment.find('=') + 1);
  std::erase_if(changes.set, [&](const std::string& known) { return known.starts_with(key); });
  changes.set.push_back(assignment);
  return scenario_from_text(scenario.text, scenario.file_name, scenario.folder, changes);
}

Scenario with_text(const Scenario& scenario, const std::string& text) {
  ScenarioChanges changes = scenario.changes;
  changes.set.clear();
  return scenario_from_text(text, scenario.file_name, scenario.folder, changes);
}

std::string saved_text(const Scenario& scenario) {
  return patched_toml(scenario.text, scenario.changes.set);
}

Scenario without_key(const Scenario& scenario, const std::string& key) {
  ScenarioChanges changes = scenario.changes;
  const std::string text = toml_without(scenario.text, key);
  if (text == scenario.text) {
    std::erase_if(changes.set,
                  [&](const std::string& known) { return known.starts_with(key + "="); });
    return scenario_from_text(text, scenario.file_name, scenario.folder, changes);
  }
  return with_text(scenario, toml_without(saved_text(scenario), key));
}

namespace {

Scenario with_block(const Scenario& scenario, const std::string& block) {
  std::string text = saved_text(scenario);
  if (!text.empty() && text.back() != '\n') text += '\n';
  return with_text(scenario, text.append("\n[[deployment]]\n").append(block));
}

Scenario with_instead(const Scenario& scenario, const std::string& assignment,
                      std::initializer_list<const char*> without) {
  std::string text = saved_text(scenario);
  for (const char* key : without) text = toml_without(text, key);
  return with_text(scenario, patched_toml(text, {assignment}));
}

}  // namespace

Scenario with_trace_file(const Scenario& scenario, const std::string& file) {
  return with_instead(scenario, "traffic.trace=" + toml_string(file),
                      {"traffic.generator", "traffic.trace", "traffic.format", "traffic.reorder",
                       "traffic.bin"});
}

Scenario with_model_file(const Scenario& scenario, const std::string& file) {
  return with_instead(scenario, "model.onnx=" + toml_string(file),
                      {"model.onnx", "model.profile", "model.execution", "model.cpu",
                       "model.tokens"});
}

Scenario with_platform(const Scenario& scenario, const std::string& platform) {
  return with_block(scenario, "platform = " + toml_string(platform) + "\n");
}

Scenario with_server(const Scenario& scenario, const std::string& server) {
  return with_block(scenario, "server = " + toml_string(server) + "\n");
}

Scenario with_hybrid(const Scenario& scenario, const std::string& server,
                     const std::string& platform) {
  return with_block(scenario, "hybrid = { base = " + toml_string(server) +
                                  ", overflow = " + toml_string(platform) + " }\n");
}

Scenario with_copy(const Scenario& scenario, std::size_t deployment) {
  const std::string path = fmt::format("deployment[{}]", deployment);
  std::set<std::string> names;
  for (const DeploymentSpec& one : scenario.deployments) names.insert(one.name);
  int number = 2;
  const std::string& old = scenario.deployments.at(deployment).name;
  while (names.contains(fmt::format("{} {}", old, number))) ++number;
  return with_text(scenario, toml_with_copy(saved_text(scenario), path,
                                            fmt::format("{} {}", old, number)));
}

Scenario without_deployment(const Scenario& scenario, std::size_t deployment) {
  return with_text(scenario, toml_without(saved_text(scenario),
                                          fmt::format("deployment[{}]", deployment)));
}

std::string key_of_problem(const Problem& problem) {
  constexpr std::string_view kSet = "--set ";
  if (problem.where.starts_with(kSet)) return problem.where.substr(kSet.size());
  const std::size_t colon = problem.where.rfind(": ");
  return colon == std::string::npos ? std::string() : problem.where.substr(colon + 2);
}

}  // namespace faascast
