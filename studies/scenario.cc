#include "studies/scenario.h"

#include <map>
#include <set>
#include <span>
#include <utility>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "studies/compile.h"
#include "studies/data.h"
#include "studies/price_view.h"
#include "studies/schema.h"
#include "studies/schema_readers.h"
#include "studies/token_model.h"
#include "workloads/handlers/handlers.h"
#include "studies/surroundings.h"

namespace faascast {

Distribution LawSpec::distribution() const {
  if (kind == "exponential") return Distribution::exponential(mean);
  if (kind == "lognormal") return Distribution::lognormal(mean, cv);
  if (kind == "gamma") return Distribution::gamma(mean, cv);
  if (kind == "weibull") return Distribution::weibull(mean, cv);
  return Distribution::constant(mean);
}

const std::vector<std::string_view>& function_only_keys() {
  static const std::vector<std::string_view> keys = {
      "concurrency", "package", "minimum_instances", "variant", "snapstart", "billing",
      "gpu",         "as_of",   "retry",             "nodes",   "provisioned"};
  return keys;
}

const std::vector<std::string_view>& server_only_keys() {
  static const std::vector<std::string_view> keys = {
      "count",   "workers", "autoscale", "redundancy", "hyperthread_yield", "breakdown",
      "service", "zones",   "disk",      "nat",        "nat_bytes",         "host_factor",
      "node_reserved_cpu",  "node_reserved_memory"};
  return keys;
}

namespace {

void check_traffic(const TrafficSpec& spec, const TomlNode& table) {
  if (!table.exists()) return table.report("missing table [traffic]", "add a trace or a generator");
  const bool has_trace = table["trace"].exists();
  const bool has_generator = table["generator"].exists();
  if (has_trace == has_generator) {
    table.report(has_trace ? "both a trace and a generator" : "no trace and no generator",
                 "give exactly one of trace and generator");
  }
  for (const std::string_view key : {"format", "reorder", "spread", "bin", "failed"}) {
    if (has_generator && !has_trace && table[key].exists()) {
      table[key].report("only a trace has this key", "leave it out beside a generator");
    }
  }
  if (spec.generator && spec.generator->duration <= Duration::zero() &&
      table["generator"]["duration"].exists()) {
    table["generator"]["duration"].report("the duration is zero: nothing would arrive", "");
  }
}

void check_model(const TomlNode& table) {
  int ways = 0;
  std::string found;
  for (const std::string_view key : {"onnx", "execution", "cpu", "tokens"}) {
    if (!table[key].exists()) continue;
    ++ways;
    found += found.empty() ? "" : ", ";
    found += key;
  }
  if (ways == 0 && table["profile"].exists()) return;
  if (ways > 1 || (ways == 1 && table["profile"].exists() && !table["onnx"].exists())) {
    if (table["profile"].exists() && !table["onnx"].exists()) found += ", profile";
    table.report(
        "several ways to say what runs: " + found,
        "give one of onnx, profile, execution, cpu, tokens (onnx and profile go together)");
  }
}

/// What reading deployments needs besides the document.
struct Reading {
  const ScenarioChanges& changes;
  std::shared_ptr<const PriceBook> prices{};
  std::string folder{};
  std::string as_of{};
  std::map<std::string, std::string> calibrations{};  ///< platform -> file that replaces it
  std::vector<Problem> problems{};  ///< of platform files
};

void refuse_keys(const TomlNode& table, std::span<const std::string_view> keys,
                 const std::string& what, const std::string& mend) {
  for (const std::string_view key : keys) {
    if (table[key].exists()) table[key].report(what, mend);
  }
}

/// @param named_at  the key that names the platform
void read_platform(DeploymentSpec& spec, const TomlNode& table, const TomlNode& named_at,
                   Reading& reading) {
  PlatformOverrides overrides{table, {}};
  for (const auto& key : deployment_keys()) overrides.deployment_keys.emplace_back(key.name);
  PlatformFace face;
  face.folder = reading.folder;
  face.as_of = spec.as_of.empty() ? reading.as_of : spec.as_of;
  face.variants = spec.variants;
  if (reading.changes.pin && reading.changes.pin->deployment == spec.name) {
    face.pin = reading.changes.pin->figure;
  }
  std::string platform = spec.platform;
  for (const std::filesystem::path& file : reading.changes.platform_files) {
    if (file.stem() == platform) platform = std::filesystem::absolute(file).string();
  }
  for (const auto& [inherited, file] : reading.calibrations) {
    if (inherited == platform) platform = file;
  }
  const auto before = reading.problems.size();
  spec.platform_spec = load_platform(platform, &overrides, reading.problems, face);
  for (std::size_t i = before; i < reading.problems.size(); ++i) {
    if (reading.problems[i].where.empty()) reading.problems[i].where = named_at.where();
  }
}

void check_server(DeploymentSpec& spec, const TomlNode& table, const TomlNode& named_at,
                  const Reading& reading) {
  try {
    const ServerType type = server_type_of(*reading.prices, spec);
    const auto purchase = purchase_named(spec.purchase);
    if (purchase && !has_own_price(spec)) {
      (void)hourly_price(reading.prices->servers, type, *purchase);
    }
    std::optional<Pin> pin;
    if (reading.changes.pin && reading.changes.pin->deployment == spec.name) {
      pin = reading.changes.pin->figure;
    }
    fill_from_catalogue(spec, table, *reading.prices, type, pin);
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) {
      named_at.report(problem.what, problem.mend);
    }
  }
}

void read_function_side(DeploymentSpec& spec, const TomlNode& table, Reading& reading) {
  refuse_keys(table, server_only_keys(), "only servers have this key", "leave it out");
  read_platform(spec, table, table["platform"], reading);
}

void read_server_side(DeploymentSpec& spec, const TomlNode& table, const Reading& reading) {
  refuse_keys(table, function_only_keys(), "only functions have this key", "leave it out");
  check_server(spec, table, table["server"], reading);
}

/// Servers with functions for what they cannot take: keys of both.
void read_hybrid_side(DeploymentSpec& spec, const TomlNode& table, Reading& reading) {
  const TomlNode hybrid = table["hybrid"];
  if (table["queue_limit"].exists()) {
    table["queue_limit"].report("a hybrid's queue is hybrid.queue", "write hybrid = { queue = 8, … }");
  }
  spec.server = spec.hybrid->base;
  spec.platform = spec.hybrid->overflow;
  if (!spec.platform.empty()) read_platform(spec, table, hybrid["overflow"], reading);
  if (!spec.server.empty()) {
    DeploymentSpec base = base_of(spec);
    check_server(base, table, hybrid["base"], reading);
    spec.around = base.around;
  }
}

void read_side(DeploymentSpec& spec, const TomlNode& table, Reading& reading) {
  const bool is_function = table["platform"].exists();
  const bool is_server = table["server"].exists();
  const int sides = int{is_function} + int{is_server} + int{table["hybrid"].exists()};
  if (sides != 1) {
    table.accept_all();
    table.report(sides == 0                 ? "no platform and no server"
                 : is_function && is_server ? "both a platform and a server"
                                            : "a hybrid beside a platform or a server",
                 "give exactly one of platform, server and hybrid");
  } else if (spec.hybrid) {
    read_hybrid_side(spec, table, reading);
  } else if (!spec.platform.empty()) {
    read_function_side(spec, table, reading);
  } else if (!spec.server.empty()) {
    read_server_side(spec, table, reading);
  }
}

/// Names come from the file, or from the platform or server, made unique by a number.
void name_deployment(DeploymentSpec& spec, const TomlNode& table, std::set<std::string>& names) {
  if (!spec.name.empty()) {
    if (!names.insert(spec.name).second) {
      table["name"].report("two deployments are named '" + spec.name + "'", "rename one");
    }
    return;
  }
  const std::string base = spec.hybrid            ? spec.hybrid->base + " + " + spec.hybrid->overflow
                           : spec.is_serverless() ? spec.platform
                                                  : spec.server;
  spec.name = base;
  for (int i = 2; !names.insert(spec.name).second; ++i) {
    spec.name = base + "-" + std::to_string(i);
  }
}

void read_deployments(Scenario& scenario, const TomlNode& root, Reading& reading) {
  const TomlNode list = root["deployment"];
  if (!list.exists()) {
    return root.report("no [[deployment]]", "add at least one, with a platform or a server");
  }
  std::set<std::string> names;
  for (const TomlNode& table : list.elements()) {
    DeploymentSpec spec;
    spec.where = table.where();
    read_keys(spec, table, deployment_keys());
    name_deployment(spec, table, names);
    read_side(spec, table, reading);
    scenario.deployments.push_back(std::move(spec));
  }
}

/// The shipped prices, read once, and the user's files on top of a copy.
std::shared_ptr<const PriceBook> price_book(const ScenarioChanges& changes) {
  static const auto shipped = std::make_shared<const PriceBook>(shipped_prices());
  if (changes.price_files.empty()) return shipped;
  auto book = std::make_shared<PriceBook>(*shipped);
  for (const std::filesystem::path& file : changes.price_files) {
    add_prices(*book, price_file(file));
  }
  return book;
}

/// Which platform each calibration file takes the place of. @throws InputError
std::map<std::string, std::string> calibrations_of(const ScenarioChanges& changes) {
  std::map<std::string, std::string> files;
  for (const std::string& name : changes.calibration) {
    if (name == "list-price") continue;
    const TomlDocument document = TomlDocument::from_file(name);
    const auto inherits = document.root()["inherits"].string();
    if (!inherits) {
      throw InputError(Problem{name, "says of no platform that it inherits from it",
                               "add inherits = \"aws-lambda\", or name the file in a deployment"});
    }
    const std::string path = std::filesystem::absolute(name).string();
    if (!files.emplace(*inherits, path).second) {
      throw InputError(Problem{name, "two calibrations of " + *inherits, "give one"});
    }
  }
  return files;
}

/// Looks up the measured profiles that steps of the handler name.
void resolve_handler(Scenario& scenario, const TomlNode& table) {
  HandlerSpec& handler = scenario.handler;
  struct Step {
    const char* key;
    const std::string& profile;
    Bytes payload;
    const char* payload_key;
  };
  const Bytes request = scenario.traffic.request_bytes;
  const Bytes response = scenario.traffic.response_bytes;
  for (const Step& step : {Step{"decode", handler.decode_profile, request, "request_bytes"},
                           Step{"preprocess", handler.preprocess_profile, request, "request_bytes"},
                           Step{"postprocess", handler.postprocess_profile, response,
                                "response_bytes"},
                           Step{"runtime", handler.runtime_profile, request, "request_bytes"}}) {
    if (step.profile.empty()) continue;
    try {
      const std::filesystem::path beside = scenario.folder / step.profile;
      const HandlerProfile profile = find_handler_profile(
          std::filesystem::is_regular_file(beside) ? beside.string() : step.profile);
      if (step.payload.value() == 0) {
        table[step.key].report("a measured step costs by the byte, and no payload is given",
                               std::string("give traffic.") + step.payload_key);
      }
      const Duration time = profile.at(step.payload);
      handler.measured += time;
      handler.measured_words.push_back(std::string(step.key) + " " + profile.handler + " " +
                                       format_duration(time));
    } catch (const InputError& error) {
      for (const Problem& problem : error.problems()) {
        table[step.key].report("'" + step.profile + "' " + problem.what,
                               problem.mend + "; or a duration, such as \"2 ms\"");
      }
    }
  }
}

/// Throws the problems of the document and of platform files together.
void finish(const TomlDocument& document, std::vector<Problem> problems) {
  try {
    document.finish();
  } catch (const InputError& error) {
    problems.insert(problems.begin(), error.problems().begin(), error.problems().end());
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

Scenario read_document(TomlDocument document, std::string text, const std::filesystem::path& folder,
                       const ScenarioChanges& changes) {
  for (const std::string& assignment : changes.set) document.set(assignment);
  const TomlNode root = document.root();
  Reading reading{changes, price_book(changes), folder.string(), {}, calibrations_of(changes), {}};
  Scenario scenario;
  scenario.prices = reading.prices;
  scenario.file_name = document.name();
  scenario.folder = folder;
  scenario.text = std::move(text);
  scenario.changes = changes;
  read_keys(scenario, root, scenario_keys());
  if (scenario.name.empty()) scenario.name = std::filesystem::path(document.name()).stem().string();
  read_keys(scenario.traffic, root["traffic"], traffic_keys());
  check_traffic(scenario.traffic, root["traffic"]);
  read_keys(scenario.model, root["model"], model_keys());
  check_model(root["model"]);
  if (!scenario.model.tokens_from.empty())
    read_token_model(scenario.model, folder, root["model"]["tokens"].where(), reading.problems);
  read_keys(scenario.handler, root["handler"], handler_keys());
  resolve_handler(scenario, root["handler"]);
  read_keys(scenario.objective, root["objective"], objective_keys());
  schema::state(scenario, root["state"]);
  schema::versions(scenario, root["version"]);
  read_keys(scenario.sweep, root["sweep"], sweep_keys());
  scenario.canonical = document.canonical_text({"sweep"});
  reading.as_of = scenario.as_of;
  read_deployments(scenario, root, reading);
  schema::steps(scenario, root["step"]);
  finish(document, std::move(reading.problems));
  return scenario;
}

}  // namespace

Scenario scenario_from_text(std::string_view text, const std::string& name,
                            const std::filesystem::path& folder, const ScenarioChanges& changes) {
  return read_document(TomlDocument::from_text(text, name), std::string(text), folder, changes);
}

Scenario read_scenario(const std::filesystem::path& file, const ScenarioChanges& changes) {
  if (!std::filesystem::exists(file)) {
    if (const EmbeddedFile* shipped = find_shipped_scenario(file.string())) {
      return scenario_from_text(shipped->content, std::string(shipped->name), {}, changes);
    }
    std::vector<std::string> names = shipped_scenario_names();
    const std::string near = nearest_name(file.string(), names);
    std::string mend = "give a TOML file, or a shipped scenario:";
    for (const std::string& name : names) mend += " " + name;
    throw InputError(
        Problem{file.string(),
                "no such file" + (near.empty() ? "" : "; did you mean '" + near + "'?"), mend});
  }
  std::string text = read_whole_file(file, std::size_t{1} << 26);
  return read_document(TomlDocument::from_text(text, file.string()), text, file.parent_path(),
                       changes);
}

Scenario with_pinned_figure(const Scenario& scenario, const PinnedFigure& pin) {
  ScenarioChanges changes = scenario.changes;
  changes.pin = pin;
  return scenario_from_text(scenario.text, scenario.file_name, scenario.folder, changes);
}

}  // namespace faascast
