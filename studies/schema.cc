#include "studies/schema.h"

#include "studies/schema_readers.h"
#include "studies/surroundings.h"
#include "workloads/passes/passes.h"

namespace faascast {

namespace schema {

/// "2 ms", or the name of a measured step.
template <auto Member, auto Profile, class Spec>
void step(Spec& spec, const TomlNode& node) {
  const auto name = node.is_string() ? node.string() : std::nullopt;
  const bool is_name = name && !name->empty() && !(name->front() >= '0' && name->front() <= '9') &&
                       name->front() != '-' && name->front() != '.';
  if (is_name) {
    spec.*Profile = *name;
  } else if (auto value = node.duration()) {
    spec.*Member = *value;
  }
}

std::optional<LawSpec> law(const TomlNode& node) {
  LawSpec spec;
  if (!node.is_table()) {
    const auto value = node.duration();
    if (!value) return std::nullopt;
    spec.mean = *value;
    return spec;
  }
  const auto kind =
      node["kind"].one_of({"constant", "exponential", "lognormal", "gamma", "weibull"});
  const auto mean = node["mean"].duration();
  const auto cv = node["cv"].number(0.0, 100.0);
  if (!node["kind"].exists()) node.require("kind");
  if (!node["mean"].exists()) node.require("mean");
  if (!kind || !mean) return std::nullopt;
  const bool has_cv = *kind == "lognormal" || *kind == "gamma" || *kind == "weibull";
  if (node["cv"].exists() && !has_cv) {
    node["cv"].report("'" + *kind + "' has no cv",
                      "leave it out, or take lognormal, gamma, weibull");
  }
  if (!node["cv"].exists() && has_cv) node.require("cv");
  spec.kind = *kind;
  spec.mean = *mean;
  spec.cv = cv.value_or(1.0);
  return spec;
}

}  // namespace schema

using namespace schema;  // NOLINT: the readers of this file's tables

namespace {

void tokens(ModelSpec& spec, const TomlNode& node) {
  if (node.is_string()) {
    spec.tokens_from = node.string().value_or("");
    return;
  }
  ModelSpec::Tokens value;
  if (auto base = node["base"].duration()) value.base = *base;
  if (auto input = node["per_input"].duration()) value.per_input = *input;
  if (auto output = node["per_output"].duration()) value.per_output = *output;
  if (!node["base"].exists() && !node["per_input"].exists() && !node["per_output"].exists()) {
    node.report("a token model needs at least one of base, per_input, per_output",
                R"(write tokens = { base = "20 ms", per_output = "25 ms" })");
    return;
  }
  spec.tokens = value;
}

void generator(TrafficSpec& spec, const TomlNode& node) {
  if (!node.is_table()) {
    node.report("a generator is a table",
                R"(write generator = { kind = "poisson", rate_per_s = 2, duration = "1 d" })");
    return;
  }
  GeneratorSpec value;
  read_keys(value, node, generator_keys());
  for (const std::string_view key : {"kind", "duration"}) {
    if (!node[key].exists()) node.require(key);
  }
  if (has_rate(value) && !node["rate_per_s"].exists()) node.require("rate_per_s");
  if (!has_rate(value) && node["rate_per_s"].exists()) {
    node["rate_per_s"].report("this kind of generator has no rate_per_s", "leave it out");
  }
  spec.generator = value;
}

void autoscale(DeploymentSpec& spec, const TomlNode& node) {
  Autoscale value;
  value.period = std::chrono::seconds(60);
  value.boot_lag = std::chrono::seconds(120);
  value.cooldown = std::chrono::seconds(300);
  read_keys(value, node, autoscale_keys());
  if (!node["maximum"].exists()) node.require("maximum");
  if (value.minimum > value.maximum) {
    node["minimum"].report("the minimum is above the maximum", "");
  }
  spec.autoscale = value;
}

void horizon(Scenario& spec, const TomlNode& node) {
  if (node.is_string() && node.string() == "drain") {
    spec.horizon_rule = HorizonRule::kDrain;
  } else if (const auto value = node.duration()) {
    spec.horizon_rule = HorizonRule::kAt;
    spec.horizon = *value;
    if (*value == Duration::zero()) node.report("the horizon is zero: nothing would run", "");
  }
}

void package(DeploymentSpec& spec, const TomlNode& node) {
  if (!node.is_table()) {
    if (auto kind = node.one_of({"zip", "image"})) spec.package = *kind;
    return;
  }
  if (auto kind = node["kind"].one_of({"zip", "image"})) spec.package = *kind;
  if (auto size = node["size"].bytes()) spec.package_size = *size;
}


std::vector<SchemaKey<DeploymentSpec>> joined_with(
    const std::vector<SchemaKey<DeploymentSpec>>& more,
    std::vector<SchemaKey<DeploymentSpec>> keys) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

}  // namespace

const std::vector<SchemaKey<Scenario>>& scenario_keys() {
  static const std::vector<SchemaKey<Scenario>> keys = {
      {"name", "text", R"("my service")", "what reports call the scenario", text<&Scenario::name>},
      {"seed", "integer", "1", "seed of all draws; 0 or more", whole<&Scenario::seed, 0, kMax64>},
      {"horizon", "duration or \"drain\"", "",
       "end of the run; default: the generator's duration, or a trace's last completion; \"drain\" "
       "= "
       "the last expiry",
       horizon},
      {"warm_up", "duration", R"("0 s")", "earlier arrivals shape state, not results",
       duration<&Scenario::warm_up>},
      {"measured", "file", "",
       "`breakeven` shows it beside its predictions: CSV with inferences_per_day, usd_per_month and, "
       "where known, p99 (a duration) and deployment",
       text<&Scenario::measured>},
      {"free_tier", "true or false", "false", "subtract the free quotas from monthly bills",
       [](Scenario& spec, const TomlNode& node) {
         if (auto value = node.boolean()) spec.free_tier = *value;
       }},
      {"as_of", "date", "",
       "day of the platforms' rules, such as \"2020-06-30\"; default: today's",
       [](Scenario& spec, const TomlNode& node) { read_day(spec.as_of, node); }},
  };
  return keys;
}

const std::vector<SchemaKey<TrafficSpec>>& traffic_keys() {
  static const std::vector<SchemaKey<TrafficSpec>> keys = {
      {"trace", "file", "", "a trace file, or the name of a shipped trace",
       text<&TrafficSpec::trace>},
      {"format", "name", "", "format of the trace; default: recognised from its content",
       [](TrafficSpec& spec, const TomlNode& node) {
         one_of<&TrafficSpec::format>(spec, node, trace_formats());
       }},
      {"spread", "name", R"("uniform")",
       "where counts fall inside their bin, and requests stamped alike by a coarse clock: uniform, "
       "poisson, equidistant, burst, bursty (as the counts are)",
       [](TrafficSpec& spec, const TomlNode& node) {
         if (auto name = node.one_of(spread_names())) spec.spread = spread_named(*name);
       }},
      {"reorder", "duration", "", "sort rows that are late by at most this",
       duration<&TrafficSpec::reorder>},
      {"bin", "duration", "", "time of one line in a series of plain numbers; default: 1 min",
       duration<&TrafficSpec::bin>},
      {"failed", "name", "",
       "\"count\" (default) or \"drop\" the requests that a log marks as failed",
       [](TrafficSpec& spec, const TomlNode& node) {
         if (auto name = node.one_of({"count", "drop"})) spec.drop_failed = *name == "drop";
       }},
      {"generator", "table", "", "instead of a trace: an arrival process", generator},
      {"scale", "number", "1", "multiplies the rate; above 0", positive<&TrafficSpec::scale>},
      {"scale_by", "name", "",
       "\"thin\" (default for traces: a nested sample, or copies shifted in time) or \"time\" "
       "(default for generators)",
       [](TrafficSpec& spec, const TomlNode& node) {
         if (auto name = node.one_of({"thin", "time"})) {
           spec.scale_by = *name == "thin" ? ScaleBy::kThin : ScaleBy::kTime;
         }
       }},
      {"request_bytes", "bytes", R"("0 B")", "payload of a request",
       bytes<&TrafficSpec::request_bytes>},
      {"response_bytes", "bytes", R"("0 B")", "payload of a response: egress",
       bytes<&TrafficSpec::response_bytes>},
  };
  return keys;
}

const std::vector<SchemaKey<GeneratorSpec>>& generator_keys() {
  static const std::vector<SchemaKey<GeneratorSpec>> keys = {
      {"kind", "name", "",
       "poisson, gamma, weibull, batch (groups at one instant), mmpp (calm and bursts), diurnal, "
       "weekly, flash-crowd, azure-like (many functions called as in Azure Functions 2019), "
       "mlperf-server, mlperf-offline; closed-loop (clients that wait for their answers), "
       "mlperf-single-stream, mlperf-multi-stream",
       [](GeneratorSpec& spec, const TomlNode& node) {
         one_of<&GeneratorSpec::kind>(spec, node, generator_kinds());
       }},
      {"rate_per_s", "number", "",
       "mean requests a second; above 0 (flash-crowd: before the crowd; azure-like, "
       "mlperf-offline and clients that wait have none)",
       positive<&GeneratorSpec::rate_per_s>},
      {"cv", "number", "1", "coefficient of variation of the gaps (gamma, weibull); above 0",
       [](GeneratorSpec& spec, const TomlNode& node) {
         if (auto value = node.number(1e-3, 100.0)) spec.cv = *value;
       }},
      {"duration", "duration", "", "how long requests arrive", duration<&GeneratorSpec::duration>},
      {"amplitude", "number", "0", "diurnal: swing around the mean, 0 to 1",
       share<&GeneratorSpec::amplitude>},
      {"day", "duration", R"("1 d")", "diurnal: length of the cycle",
       duration<&GeneratorSpec::day>},
      {"weekend_factor", "number", "1", "diurnal: rate of days 6 and 7 against the others",
       positive<&GeneratorSpec::weekend_factor>},
      {"batch_size", "number", "8", "batch: mean size of the groups (geometric), 1 or more",
       positive<&GeneratorSpec::batch_size>},
      {"burst_ratio", "number", "8", "mmpp: rate in a burst against the calm rate, 1 or more",
       positive<&GeneratorSpec::burst_ratio>},
      {"calm", "duration", R"("10 min")", "mmpp: mean time between bursts",
       duration<&GeneratorSpec::calm>},
      {"burst", "duration", R"("1 min")", "mmpp: mean length of a burst",
       duration<&GeneratorSpec::burst>},
      {"profile", "list of numbers", "", "weekly: relative rates of equal parts of the week",
       [](GeneratorSpec& spec, const TomlNode& node) {
         for (const TomlNode& part : node.elements()) {
           if (auto value = part.number(0.0, 1e9)) spec.profile.push_back(*value);
         }
       }},
      {"start", "duration", R"("10 min")", "flash-crowd: when it begins",
       duration<&GeneratorSpec::start>},
      {"rise", "duration", R"("2 min")", "flash-crowd: from the base rate to the peak",
       duration<&GeneratorSpec::rise>},
      {"peak", "number", "10", "flash-crowd: highest rate against rate_per_s, 1 or more",
       positive<&GeneratorSpec::peak>},
      {"decay", "duration", R"("20 min")", "flash-crowd: time constant of its end",
       duration<&GeneratorSpec::decay>},
      {"functions", "integer", "1000", "azure-like: number of functions",
       whole<&GeneratorSpec::functions, 1, 1'000'000>},
      {"samples", "integer", "24576", "mlperf-offline: requests at time zero",
       whole<&GeneratorSpec::samples, 1, 1'000'000'000>},
      {"clients", "integer", "1", "closed-loop: how many send, wait, think and send again",
       whole<&GeneratorSpec::clients, 1, 1'000'000>},
      {"think", "duration", R"("1 s")", "closed-loop: mean time before each query",
       duration<&GeneratorSpec::think>},
      {"think_cv", "number", "1",
       "closed-loop: coefficient of variation of that time; 1 exponential, 0 constant, else gamma",
       [](GeneratorSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 100.0)) spec.think_cv = *value;
       }},
      {"samples_per_query", "integer", "1", "closed-loop: requests of a query, at one instant",
       whole<&GeneratorSpec::samples_per_query, 1, 100'000>},
      {"back_off", "duration", R"("1 s")",
       "closed-loop: least wait after a query that was turned away",
       duration<&GeneratorSpec::back_off>},
  };
  return keys;
}

const std::vector<SchemaKey<ModelSpec>>& model_keys() {
  static const std::vector<SchemaKey<ModelSpec>> keys = {
      {"onnx", "file", "", "a shipped model's name or an ONNX file: profiled here on first use",
       text<&ModelSpec::onnx>},
      {"optimise", "passes", "",
       "passes that change `onnx` before it is profiled, joined by '+': conversion, prune=0.5, "
       "prune-channels=0.25, float16-weights, int8-weights, int8",
       [](ModelSpec& spec, const TomlNode& node) {
         const auto value = node.string();
         if (!value) return;
         try {
           static_cast<void>(parse_passes(*value));
           spec.optimise = *value;
         } catch (const InputError& error) {
           for (const Problem& problem : error.problems()) node.report(problem.what, problem.mend);
         }
       }},
      {"profile", "file", "",
       "a stored profile (or a shipped one's name) to use instead of measuring",
       text<&ModelSpec::profile>},
      {"execution", "duration or law", "",
       "instead of a model: final platform time, such as \"350 ms\" or { kind = \"exponential\", "
       "mean = \"1 s\" }; kinds constant, exponential, lognormal, gamma, weibull",
       [](ModelSpec& spec, const TomlNode& node) { spec.execution = law(node); }},
      {"cpu", "duration or law", "", "instead of a model: CPU time, stretched by the CPU law",
       [](ModelSpec& spec, const TomlNode& node) { spec.cpu = law(node); }},
      {"tokens", "table or file", "",
       "for token traces: { base, per_input, per_output }, each a duration of final platform time; "
       "or a shipped model's name or a file of such coefficients with their sources",
       tokens},
      {"memory_used", "memory", "", "memory that a request uses; default: as the profile says",
       memory<&ModelSpec::memory_used>},
      {"weights", "bytes", "",
       "bytes fetched from an object store at a cold start; default: the model is in the package",
       bytes<&ModelSpec::weights>},
      {"load_cpu", "duration", "", "CPU time to load the model; default: as the profile says",
       duration<&ModelSpec::load_cpu>},
      {"batch", "integer", "1",
       "inputs that each request brings: `onnx` is measured with so many, a profile's time is "
       "multiplied by its batch law",
       [](ModelSpec& spec, const TomlNode& node) {
         if (auto value = node.integer(1, 1'000'000)) spec.batch = *value;
       }},
      {"parallel_fraction", "number", "",
       "share of the model's CPU time that whole vCPUs of its instance or worker divide among them, "
       "0 to 1; default: as the profile says, else 0",
       [](ModelSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 1.0)) spec.parallel_fraction = *value;
       }},
  };
  return keys;
}

const std::vector<SchemaKey<HandlerSpec>>& handler_keys() {
  static const std::vector<SchemaKey<HandlerSpec>> keys = {
      {"decode", "duration or name", R"("0 s")", "CPU time to decode a request; or a step that was measured: base64, jpeg-resize, json, tokenise, or "
       "a file of `faascast profile --handler` (these four keys take either)",
       step<&HandlerSpec::decode, &HandlerSpec::decode_profile>},
      {"preprocess", "duration or name", R"("0 s")", "CPU time before the model",
       step<&HandlerSpec::preprocess, &HandlerSpec::preprocess_profile>},
      {"postprocess", "duration or name", R"("0 s")", "CPU time after the model",
       step<&HandlerSpec::postprocess, &HandlerSpec::postprocess_profile>},
      {"runtime", "duration or name", R"("0 s")", "CPU time of the runtime and the HTTP server",
       step<&HandlerSpec::runtime, &HandlerSpec::runtime_profile>},
      {"import", "duration", R"("0 s")", "CPU time of imports, at a cold start",
       duration<&HandlerSpec::import>},
      {"language", "name", R"("python")", "the runtime whose start is paid at a cold start",
       text<&HandlerSpec::language>},
  };
  return keys;
}

const std::vector<SchemaKey<Objective>>& objective_keys() {
  static const std::vector<SchemaKey<Objective>> keys = {
      {"p50", "duration", "", "half of the requests are at most this", duration<&Objective::p50>},
      {"p95", "duration", "", "95 % of the requests are at most this", duration<&Objective::p95>},
      {"p99", "duration", "", "99 % of the requests are at most this", duration<&Objective::p99>},
      {"mean", "duration", "", "the mean latency is at most this", duration<&Objective::mean>},
      {"cold_share", "number", "", "cold starts a completed request, 0 to 1",
       share<&Objective::cold_share>},
      {"throttled", "number", "", "throttled requests a request, 0 to 1",
       share<&Objective::throttled>},
  };
  return keys;
}

const std::vector<SchemaKey<DeploymentSpec>>& deployment_keys() {
  static const std::vector<SchemaKey<DeploymentSpec>> keys = joined_with(
      surroundings_keys(), joined_with(function_keys(), {
      {"model", "table", "", "as [model], for this deployment alone; default: the scenario's",
       [](DeploymentSpec& spec, const TomlNode& node) {
         ModelSpec model;
         read_keys(model, node, model_keys());
         spec.model = model;
       }},
      {"name", "text", "", "what reports call it; default: the platform or server",
       text<&DeploymentSpec::name>},
      {"platform", "name", "", "a serverless platform, or a platform file",
       text<&DeploymentSpec::platform>},
      {"server", "name", "", "a server type, such as \"aws/c6i.large\"",
       text<&DeploymentSpec::server>},
      {"region", "name", "", "region of the prices; default: the tariff's first",
       text<&DeploymentSpec::region>},
      {"memory", "memory", "",
       "configured memory; default: the platform's; `breakeven` searches it where it is not given",
       memory<&DeploymentSpec::memory>},
      {"cpu", "number", "", "vCPUs of an instance, where the platform lets one choose",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.01, 1024.0)) spec.cpu = *value;
       }},
      {"concurrency", "integer", "",
       "requests that an instance takes at a time; default: the platform's",
       whole<&DeploymentSpec::concurrency, 1, 1000>},
      {"arch", "name", R"("x86")", "x86 or arm",
       [](DeploymentSpec& spec, const TomlNode& node) {
         one_of<&DeploymentSpec::arch>(spec, node, {"x86", "arm"});
       }},
      {"package", "name or table", R"("zip")", "\"zip\", \"image\" or { kind, size }", package},
      {"front_door", "name", R"("none")",
       "function-url, http-api, rest-api, load-balancer, none: its fee is part of the bill",
       [](DeploymentSpec& spec, const TomlNode& node) {
         one_of<&DeploymentSpec::front_door>(spec, node, front_door_names());
       }},
      {"minimum_instances", "integer", "", "instances that never expire",
       whole<&DeploymentSpec::minimum_instances, 0, kMax32>},
      {"count", "integer", "", "servers; default 1; `breakeven` searches it where it is not given",
       whole<&DeploymentSpec::count, 1, 100'000>},
      {"workers", "integer", "", "requests that a server runs at a time; default: its vCPUs",
       whole<&DeploymentSpec::workers, 1, 4096>},
      {"autoscale", "table", "", "servers that follow the load", autoscale},
      {"queue_limit", "integer", "", "waiting requests of a function or fleet; more are throttled",
       whole<&DeploymentSpec::queue_limit, 0, kMax64>},
      {"patience", "duration or law", "", "longest wait in a fleet's queue; then the client gives up",
       [](DeploymentSpec& spec, const TomlNode& node) { spec.patience = law(node); }},
      {"hyperthread_yield", "number", "",
       "what a core does with both its threads busy against one, 1 to 2 (1.3 is usual for x86); "
       "default: busy workers do not slow one another",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (auto value = node.number(1.0, 2.0)) spec.hyperthread_yield = *value;
       }},
      {"breakdown", "table", "", "servers that break down and come back", breakdown},
      {"batching", "table", "",
       "servers that execute requests together; functions that are invoked with several", batching},
      {"hybrid", "table", "", "servers for the base load, functions for what they cannot take",
       hybrid},
      {"purchase", "name", R"("on-demand")",
       "on-demand, reserved-1y, reserved-3y, spot, sustained-use",
       [](DeploymentSpec& spec, const TomlNode& node) {
         one_of<&DeploymentSpec::purchase>(spec, node, purchase_names());
       }},
      {"host_factor", "number", "1",
       "CPU time on a server's vCPU against that on the profiling host; 0.01 to 100. No measurement "
       "stands behind 1",
       [](DeploymentSpec& spec, const TomlNode& node) {
         if (auto value = node.number(0.01, 100.0)) spec.host_factor = *value;
       }},
      {"redundancy", "integer", "1",
       "`breakeven` sizes fleets so that the objective holds with this many servers lost",
       whole<&DeploymentSpec::redundancy, 0, 1000>},
  }));
  return keys;
}

const std::vector<SchemaKey<Autoscale>>& autoscale_keys() {
  static const std::vector<SchemaKey<Autoscale>> keys = {
      {"target_utilisation", "number", "0.6", "busy share that the fleet is sized for, 0.01 to 1",
       [](Autoscale& spec, const TomlNode& node) {
         if (auto value = node.number(0.01, 1.0)) spec.target_utilisation = *value;
       }},
      {"minimum", "integer", "1", "fewest servers", whole<&Autoscale::minimum, 1, 100'000>},
      {"maximum", "integer", "", "most servers", whole<&Autoscale::maximum, 1, 100'000>},
      {"period", "duration", R"("60 s")", "time between decisions",
       [](Autoscale& spec, const TomlNode& node) {
         const auto value = node.duration();
         if (!value) return;
         spec.period = *value;
         if (*value <= Duration::zero()) node.report("the period is zero", R"(such as "60 s")");
       }},
      {"boot_lag", "duration", R"("120 s")", "from the decision until a new server takes requests",
       duration<&Autoscale::boot_lag>},
      {"cooldown", "duration", R"("300 s")", "no scale-in within this time after any change",
       duration<&Autoscale::cooldown>},
  };
  return keys;
}

const std::vector<SchemaKey<SweepSpec>>& sweep_keys() {
  static const std::vector<SchemaKey<SweepSpec>> keys = {
      {"design", "name", R"("grid")", "grid (every combination) or latin-hypercube",
       [](SweepSpec& spec, const TomlNode& node) {
         one_of<&SweepSpec::design>(spec, node, {"grid", "latin-hypercube"});
       }},
      {"points", "integer", "", "latin-hypercube: how many",
       whole<&SweepSpec::points, 1, 1'000'000>},
      {"vary", "list of texts", "",
       "keys and their values: \"traffic.scale=0.1:10:log:7\", \"deployment[0].memory=1 GB,2 GB\"",
       [](SweepSpec& spec, const TomlNode& node) {
         for (const TomlNode& part : node.elements()) {
           if (auto value = part.string()) spec.vary.push_back(*value);
         }
       }},
      {"list", "file", "", "instead: a CSV or JSON file with a point in each row",
       text<&SweepSpec::list>},
  };
  return keys;
}

namespace {

template <class Spec>
void add_rows(std::vector<SchemaRow>& rows, const std::string& prefix,
              const std::vector<SchemaKey<Spec>>& keys) {
  for (const SchemaKey<Spec>& key : keys) {
    rows.push_back({prefix + std::string(key.name), std::string(key.type), std::string(key.initial),
                    std::string(key.text)});
  }
}

template <class Spec>
void add_section(std::string& text, const std::string& head,
                 const std::vector<SchemaKey<Spec>>& keys) {
  text.append("\n").append(head).append("\n");
  for (const SchemaKey<Spec>& key : keys) {
    text.append("# ").append(key.name).append(" = ");
    if (key.initial.empty()) {
      text.append("<").append(key.type).append(">");
    } else {
      text.append(key.initial);
    }
    text.append("    # ").append(key.text).append("\n");
  }
}

}  // namespace

std::vector<SchemaRow> schema_rows() {
  std::vector<SchemaRow> rows;
  add_rows(rows, "", scenario_keys());
  add_rows(rows, "traffic.", traffic_keys());
  add_rows(rows, "traffic.generator.", generator_keys());
  add_rows(rows, "model.", model_keys());
  add_rows(rows, "handler.", handler_keys());
  add_rows(rows, "objective.", objective_keys());
  add_rows(rows, "deployment.", deployment_keys());
  add_rows(rows, "deployment.autoscale.", autoscale_keys());
  add_rows(rows, "deployment.breakdown.", breakdown_keys());
  add_rows(rows, "deployment.batching.", batching_keys());
  add_rows(rows, "deployment.hybrid.", hybrid_keys());
  add_rows(rows, "state.", state_keys());
  add_rows(rows, "version.", version_keys());
  add_rows(rows, "step.", step_keys());
  add_rows(rows, "sweep.", sweep_keys());
  add_rows(rows, "deployment.retry.", retry_keys());
  return rows;
}

std::string scenario_template() {
  std::string text =
      "# A faascast scenario. Lines that start with # show every key with its default and "
      "meaning;\n"
      "# the others make a complete scenario that runs as it is.\n";
  add_section(text, "name = \"my service\"", scenario_keys());
  add_section(text,
              "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 2, duration = \"6 h\" }",
              traffic_keys());
  text += "#\n# generator: a table with\n";
  for (const auto& key : generator_keys()) {
    text += "#   " + std::string(key.name) + ": " + std::string(key.text) + "\n";
  }
  add_section(text, "[model]\nprofile = \"logreg-mnist-odd\"", model_keys());
  add_section(text, "[handler]\ndecode = \"2 ms\"\nruntime = \"1 ms\"", handler_keys());
  add_section(text, "[objective]\np99 = \"1 s\"", objective_keys());
  add_section(text, "[[deployment]]\nplatform = \"aws-lambda\"\nmemory = \"512 MB\"",
              deployment_keys());
  text +=
      "#\n# Any field of the platform may be given too: `faascast platforms show aws-lambda`.\n"
      "\n[[deployment]]\nserver = \"aws/c6i.large\"\ncount = 2\nfront_door = \"load-balancer\"\n"
      "# autoscale: a table with\n";
  const auto add_table = [&text](const auto& keys) {
    for (const auto& key : keys) {
      text += "#   " + std::string(key.name) + ": " + std::string(key.text) + "\n";
    }
  };
  add_table(autoscale_keys());
  text += "# breakdown: a table with\n";
  add_table(breakdown_keys());
  text += "# batching: a table with\n";
  add_table(batching_keys());
  text += "# hybrid, instead of server and platform: a table with\n";
  add_table(hybrid_keys());
  text += "#\n# [state]: what every request reads and writes outside\n";
  add_table(state_keys());
  text += "#\n# [[version]]: a share of every deployment's requests, in pools of its own\n";
  add_table(version_keys());
  text += "#\n# [[step]]: a workflow, in which deployments follow one another\n";
  add_table(step_keys());
  add_section(text, "# [sweep]: the points of `faascast sweep`", sweep_keys());
  return text;
}

}  // namespace faascast
