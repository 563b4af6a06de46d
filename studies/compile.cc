#include "studies/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "platforms/compile.h"
#include "studies/batching.h"
#include "studies/function_pool.h"
#include "traces/generators.h"
#include "traces/scale.h"
#include "traces/trace.h"

namespace faascast {

namespace {

Distribution scaled_by(const Distribution& law, double factor) {
  return factor == 1.0 ? law : law.scaled(factor);
}

Duration scaled_by(Duration d, double factor) {
  return Duration(std::llround(static_cast<double>(d.count()) * factor));
}

Work with_state(Work work, const StateSpec& state) {
  if (state.empty()) return work;
  work.state = {.reads = state.reads,
                .writes = state.writes,
                .read_latency = state.read_latency.distribution(),
                .write_latency = state.write_latency.distribution()};
  return work;
}

/// What a request keeps a vCPU busy with.
/// @param host_factor   for CPU time that was measured on the profiling host
/// @param overhead      the platform's own time in each request
/// @param vcpu          that a request has for itself
Work work_of(const Scenario& scenario, const ResolvedModel& model, double host_factor,
             Duration overhead, double vcpu) {
  Work work;
  work.parallel_fraction = model.parallel_fraction;
  work.threads = static_cast<std::uint32_t>(
      std::clamp(vcpu, 1.0, static_cast<double>(model.most_threads)));
  work.is_final = model.is_final;
  const double factor = model.profile_hash.empty() ? 1.0 : host_factor;
  work.handler = scaled_by(scenario.handler.per_request(), factor) +
                 scaled_by(scenario.handler.measured, host_factor);
  if (model.from_trace) return with_state(std::move(work), scenario.state);
  work.execution = scaled_by(model.cpu, factor);
  if (!model.is_final) work.handler += overhead;
  work.uses_tokens = model.uses_tokens;
  work.token_base = model.tokens.base;
  work.per_input_token = model.tokens.per_input;
  work.per_output_token = model.tokens.per_output;
  return with_state(std::move(work), scenario.state);
}

/// Where nothing but the trace says how long a request takes, every row must say it.
/// @throws InputError naming the first that does not
void require_execution(const Scenario& scenario, const Traffic& traffic) {
  const auto source = traffic.open(0, {scenario.seed, 0});
  std::uint64_t before = 0;
  for (ArrivalBlock block = source->fill(); block.size() > 0; block = source->fill()) {
    const auto& times = block.execution_ns;
    const auto absent = std::find(times.begin(), times.end(), ArrivalBlock::kAbsent);
    if (times.empty() || absent != times.end()) {
      const auto number = before + static_cast<std::uint64_t>(absent - times.begin()) + 1;
      throw InputError(Problem{scenario.traffic.trace,
                               fmt::format("request {} (in order of arrival) has no execution time, "
                                           "and no model says how long it takes",
                                           number),
                               "fill in execution_s, or add [model]"});
    }
    before += block.size();
  }
}

bool prices_idle(const PriceList& prices) {
  return std::any_of(prices.lines.begin(), prices.lines.end(), [](const PriceLine& line) {
    return std::any_of(line.measures.begin(), line.measures.end(), [](const Measure& measure) {
      return std::find(measure.meters.begin(), measure.meters.end(), Meter::kIdleMemoryTime) !=
             measure.meters.end();
    });
  });
}

PriceList prices_of_functions(const Scenario& scenario, const DeploymentSpec& deployment) {
  if (deployment.platform_spec->cluster) {
    return price_list_for_servers(*scenario.prices, node_choice(deployment), Purchase::kOnDemand,
                                  deployment.front_door);
  }
  return price_list_for_platform(*scenario.prices,
                                 {.tariff = deployment.platform_spec->tariff,
                                  .region = deployment.region,
                                  .arch = deployment.arch,
                                  .front_door = deployment.front_door,
                                  .purchase = deployment.purchase,
                                  .gpu = deployment.platform_spec->metering.gpu,
                                  .terms = terms_of(scenario, deployment)});
}

DeploymentConfig config_of(const Scenario& scenario, const DeploymentSpec& deployment,
                           const Inputs& inputs) {
  DeploymentConfig config;
  config.memory = deployment.memory;
  config.vcpu = deployment.cpu;
  config.concurrency = deployment.concurrency;
  const auto& tokens = scenario.model.tokens;
  const bool serves_many = deployment.platform_spec->scaling.concurrency_maximum > 1;
  if (!config.concurrency && tokens && tokens->batch > 0 && serves_many)
    config.concurrency =
        std::min<std::int64_t>(tokens->batch, deployment.platform_spec->scaling.concurrency_maximum);
  config.arch = deployment.arch == "arm" ? Architecture::kArm : Architecture::kX86;
  config.package = deployment.package == "image" ? PackageKind::kImage : PackageKind::kZip;
  config.package_bytes = deployment.package_size;
  config.language = scenario.handler.language;
  config.minimum_instances = deployment.minimum_instances.value_or(0);
  config.provisioned = deployment.provisioned;
  config.request_bytes = scenario.traffic.request_bytes;
  config.response_bytes = scenario.traffic.response_bytes;
  config.final_times = inputs.model.is_final || inputs.model.from_trace;
  config.one_function = inputs.traffic->independent() && inputs.traffic->functions() == 1;
  return config;
}

ModelLoad load_of(const Scenario& scenario, const ResolvedModel& model) {
  ModelLoad load;
  load.weights = model.weights;
  load.import_cpu = scenario.handler.import;
  load.load_cpu = model.load_cpu;
  load.first_inference_cpu = model.first_inference_cpu;
  load.memory_used = model.memory_used;
  load.on_profiling_host = !model.profile_hash.empty();
  return load;
}

std::string configuration_of(const PlatformSpec& spec, const CompiledPool& pool,
                             std::uint32_t minimum) {
  std::string text = spec.cpu.share == CpuShare::kFixed ? std::string() : format_memory(pool.memory);
  if (spec.cpu.share == CpuShare::kConfigured) text = fmt::format("{:.3g} vCPU, ", pool.vcpu) + text;
  if (spec.cpu.share == CpuShare::kFixed) text = "as sold";
  if (minimum > 0) text += fmt::format(", {} kept warm", minimum);
  if (pool.pool.warm) text += fmt::format(", {} provisioned", pool.pool.warm->instances);
  return text;
}

CompiledDeployment compile_functions(const Scenario& scenario, const DeploymentSpec& deployment,
                                     const Inputs& inputs) {
  std::vector<Problem> problems;
  PlatformSpec spec = *deployment.platform_spec;
  const std::string probed = apply_probe(inputs.model.probe, spec);
  auto pool = make_pool(spec, config_of(scenario, deployment, inputs),
                        load_of(scenario, inputs.model),
                        deployment.where, problems);
  if (!pool) throw InputError(std::move(problems));
  CompiledDeployment compiled;
  compiled.prices = prices_of_functions(scenario, deployment);
  const std::uint32_t minimum = deployment.minimum_instances.value_or(0);
  if (minimum > 0 && !spec.cluster && !prices_idle(compiled.prices)) {
    throw InputError(Problem{deployment.where + ".minimum_instances",
                             fmt::format("no price is known for idle instances of {}", spec.title),
                             "leave minimum_instances out"});
  }
  compiled.instance_billing = instance_billing_of(scenario, deployment, *pool);
  add_clients(deployment, pool->pool);
  if (deployment.batching) {
    if (deployment.batching->maximum_size > 1 &&
        deployment.batching->maximum_wait <= Duration::zero()) {
      throw InputError(Problem{deployment.where + ".batching",
                               "in front of functions requests are collected only for as long as "
                               "they may wait, and that is 0 s",
                               "give a maximum_wait, such as \"50 ms\""});
    }
    pool->pool.batching = deployment.batching->plan();
  }
  for (const GivenPolicy& policy : scenario.changes.policies) {
    if (policy.deployment == deployment.name) pool->pool.policy = policy.make(pool->pool);
  }
  compiled.surroundings = surroundings_of_functions(deployment);
  compiled.plan.side = pool->pool;
  compiled.plan.work =
      work_of(scenario, inputs.model, pool->cpu_seconds_factor, pool->warm_overhead,
              pool->pool.concurrency > 1 ? 1.0 : pool->vcpu);
  if (!inputs.model.from_trace && !inputs.model.is_final) {
    compiled.plan.network = Distribution::constant(pool->network);
  }
  compiled.plan.noise = pool->noise;
  compiled.configuration = configuration_of(spec, *pool, minimum);
  compiled.notes = pool->notes;
  if (deployment.batching) {
    compiled.configuration += fmt::format(", batches of {}", deployment.batching->maximum_size);
    compiled.notes.push_back(
        "Requests are collected before the functions; a batch is one invocation, and the bill is for "
        "those.");
  }
  if (!probed.empty()) compiled.notes.push_back(probed);
  return compiled;
}

/// The deployment's own law of batches, or else the profile's.
Batching batching_of(const DeploymentSpec& deployment, const ResolvedModel& model) {
  Batching batching = deployment.batching->plan();
  if (deployment.batching->has_law()) return batching;
  if (model.batches.empty()) {
    throw InputError(Problem{
        deployment.where + ".batching", "nothing says how long a batch takes",
        "give one of fixed_share and time_factor, such as time_factor = [1, 1.4, 1.8], or a model "
        "whose profile has a batch law"});
  }
  constexpr double kThousandths = 1000.0;
  const double single = batch_factor(model.batches, model.batch);
  for (std::uint32_t size = 1; size <= batching.maximum_size; ++size) {
    const double all = batch_factor(model.batches, model.batch * size);
    batching.time_factor.push_back(
        static_cast<std::uint32_t>(std::lround(kThousandths * all / single)));
  }
  return batching;
}

Purchase purchase_of(const DeploymentSpec& deployment) {
  return purchase_named(deployment.purchase).value_or(Purchase::kOnDemand);
}

CompiledDeployment compile_servers(const Scenario& scenario, const DeploymentSpec& deployment,
                                   const Inputs& inputs) {
  const ServerType type = server_type_of(*scenario.prices, deployment);
  CompiledDeployment compiled;
  compiled.prices = at_bound(
      price_list_for_servers(*scenario.prices, server_choice(deployment), purchase_of(deployment),
                             deployment.front_door, terms_of(scenario, deployment)),
      deployment.around.bound);
  const ReplicaShape shape = replica_shape(type, deployment);
  ServerPlan servers;
  servers.replicas = deployment.count.value_or(
      deployment.autoscale ? deployment.autoscale->minimum : 1);
  servers.workers_per_replica = deployment.workers.value_or(
      static_cast<std::uint32_t>(std::max<std::int64_t>(1, shape.vcpu.value() / 1000)));
  constexpr std::uint64_t kMostWorkers = 10'000'000;
  const std::uint64_t most = deployment.autoscale ? deployment.autoscale->maximum : servers.replicas;
  if (most * servers.workers_per_replica > kMostWorkers) {
    throw InputError(Problem{deployment.where,
                             fmt::format("{} servers of {} workers: more than {} workers", most,
                                         servers.workers_per_replica, kMostWorkers),
                             "lower count or workers"});
  }
  servers.queue_limit = deployment.queue_limit;
  servers.autoscale = deployment.autoscale;
  if (deployment.patience) servers.patience = deployment.patience->distribution();
  if (deployment.breakdown) {
    servers.breakdown = Breakdown{.up = deployment.breakdown->up.distribution(),
                                  .down = deployment.breakdown->down.distribution(),
                                  .retries = deployment.breakdown->retries};
  }
  if (deployment.batching) servers.batching = batching_of(deployment, inputs.model);
  if (deployment.hyperthread_yield && type.arch == "arm") {
    throw InputError(Problem{deployment.where + ".hyperthread_yield",
                             fmt::format("cores of {} have one thread each", type.id),
                             "leave it out"});
  }
  // Final times are already those of a busy server; a part of a core is not halved once more.
  const bool is_whole = shape.per_machine == 0 && type.vcpu >= MilliVcpu(2000);
  const bool is_usual = is_whole && !inputs.model.is_final && !inputs.model.from_trace;
  const double yield = deployment.hyperthread_yield.value_or(
      is_usual ? deployment.around.usual_yield.value_or(0.0) : 0.0);
  const bool shares_cores = yield > 0.0;
  if (shares_cores) {
    servers.vcpu_share = shape.vcpu;
    servers.hyperthread_yield = static_cast<std::uint32_t>(std::lround(yield * 1000.0));
  }
  compiled.configuration = fleet_text(deployment, type, shape, servers);
  compiled.surroundings = surround_servers(deployment, shape, servers);
  compiled.plan.side = servers;
  compiled.plan.work = work_of(scenario, inputs.model, deployment.host_factor, Duration::zero(),
                               static_cast<double>(shape.vcpu.value()) / 1000.0 /
                                   static_cast<double>(servers.workers_per_replica));
  if (!inputs.model.from_trace && !inputs.model.is_final) {
    compiled.plan.network = Distribution::constant(kServerNetwork);
  }
  if (inputs.model.memory_used > shape.memory) {
    throw InputError(Problem{deployment.where,
                             fmt::format("the model uses {} and {} has {}",
                                         format_memory(inputs.model.memory_used),
                                         shape.per_machine > 0 ? "a pod" : type.id,
                                         format_memory(shape.memory)),
                             shape.per_machine > 0 ? "raise memory" : "choose a larger server"});
  }
  compiled.notes.push_back(fmt::format(
      "{} {} at a time on a server of {} vCPUs ({}).", servers.workers_per_replica,
      servers.batching ? "batches" : "requests", type.vcpu.value() / 1000,
      shares_cores ? fmt::format("hyperthreads: a core does {:g} times as much with both busy", yield)
                   : "hyperthreads; no slowdown when both threads of a core are busy"));
  if (deployment.batching && deployment.batching->maximum_size == kOpenBatchSize) {
    compiled.notes.emplace_back(
        "The size of a batch is left out: requests are taken one by one here; breakeven, hybrid and "
        "optimise choose it.");
  }
  if (!inputs.model.profile_hash.empty()) {
    compiled.notes.push_back(fmt::format(
        "CPU time measured on this host is multiplied by {} for a vCPU of {}.",
        deployment.host_factor, type.id));
  }
  for (std::string& note : notes_of(deployment, type, shape, shares_cores)) {
    compiled.notes.push_back(std::move(note));
  }
  if (type.burst_baseline) {
    compiled.notes.push_back(fmt::format(
        "{} is burstable: above {:.0f} % of a vCPU it runs on credits, which are not simulated.",
        type.id, 100.0 * *type.burst_baseline));
  }
  return compiled;
}

/// A deployment of parts.
CompiledDeployment split_of(Split split, std::vector<CompiledDeployment> parts,
                            const std::string& name) {
  CompiledDeployment compiled = parts.front();
  compiled.parts.clear();
  compiled.plan.parts.clear();
  compiled.plan.weights.clear();
  compiled.plan.name = name;
  compiled.plan.split = split;
  for (CompiledDeployment& part : parts) {
    compiled.plan.parts.push_back(part.plan);
    compiled.parts.push_back(std::move(part));
  }
  return compiled;
}

CompiledDeployment compile_one(const Scenario& scenario, const DeploymentSpec& deployment,
                               const Inputs& inputs);

CompiledDeployment compile_hybrid(const Scenario& scenario, const DeploymentSpec& deployment,
                                  const Inputs& inputs) {
  std::vector<CompiledDeployment> sides;
  sides.push_back(compile_one(scenario, base_of(deployment), inputs));
  sides.push_back(compile_one(scenario, overflow_of(deployment), inputs));
  sides[0].plan.name = "base";
  sides[1].plan.name = "overflow";
  CompiledDeployment compiled = split_of(Split::kOverflow, std::move(sides), deployment.name);
  compiled.configuration = fmt::format("{} + {} of {}", compiled.parts[0].configuration,
                                       compiled.parts[1].configuration, deployment.platform);
  compiled.notes.insert(compiled.notes.end(), compiled.parts[1].notes.begin(),
                        compiled.parts[1].notes.end());
  compiled.notes.push_back(
      deployment.hybrid->queue == 0
          ? "A request that finds all workers busy goes to the functions at once."
          : fmt::format("A request that finds all workers busy and {} waiting goes to the "
                        "functions at once.",
                        deployment.hybrid->queue));
  return compiled;
}

CompiledDeployment compile_one(const Scenario& scenario, const DeploymentSpec& deployment,
                               const Inputs& inputs) {
  CompiledDeployment compiled =
      deployment.hybrid            ? compile_hybrid(scenario, deployment, inputs)
      : deployment.is_serverless() ? compile_functions(scenario, deployment, inputs)
                                   : compile_servers(scenario, deployment, inputs);
  if (!deployment.hybrid) {
    compiled.plan.request_bytes = scenario.traffic.request_bytes;
    compiled.plan.response_bytes = scenario.traffic.response_bytes;
  }
  compiled.plan.name = deployment.name;
  return compiled;
}

}  // namespace

DeploymentSpec base_of(const DeploymentSpec& deployment) {
  DeploymentSpec base = deployment;
  base.hybrid.reset();
  base.platform.clear();
  base.platform_spec.reset();
  base.cpu = deployment.hybrid->cpu;
  base.memory = deployment.hybrid->memory;
  base.queue_limit = deployment.hybrid->queue;
  return base;
}

DeploymentSpec overflow_of(const DeploymentSpec& deployment) {
  DeploymentSpec overflow = deployment;
  overflow.hybrid.reset();
  overflow.server.clear();
  overflow.front_door = "none";  // the base's sees every request
  overflow.batching.reset();  // the servers collect, functions take one at a time
  return overflow;
}

ServerChoice server_choice(const DeploymentSpec& deployment) {
  ServerChoice choice;
  choice.id = deployment.server;
  choice.region = deployment.region;
  choice.arch = deployment.arch;
  if (deployment.cpu) choice.vcpu = MilliVcpu(std::llround(*deployment.cpu * 1000.0));
  if (deployment.memory) choice.memory = *deployment.memory;
  return choice;
}

bool sells_minimum_instances(const Scenario& scenario, const DeploymentSpec& deployment) {
  return prices_idle(prices_of_functions(scenario, deployment));
}

std::vector<Megabytes> memory_candidates(const PlatformSpec& spec, Megabytes memory_used) {
  std::vector<Megabytes> candidates;
  if (!spec.memory.sizes.empty()) {
    for (const MemorySize& size : spec.memory.sizes) candidates.push_back(size.memory);
  } else {
    for (const std::int64_t mb : {128, 256, 512, 1024, 1536, 1769, 2048, 3072, 4096, 8192, 10240}) {
      const Megabytes memory = nearest_memory(spec.memory, Megabytes(mb));
      if (candidates.empty() || candidates.back() < memory) candidates.push_back(memory);
    }
  }
  std::erase_if(candidates, [&](Megabytes memory) { return memory < memory_used; });
  return candidates;
}

const GivenTrace* given_trace(const Scenario& scenario) {
  for (const GivenTrace& given : scenario.changes.traces) {
    if (given.name == scenario.traffic.trace) return &given;
  }
  return nullptr;
}

std::shared_ptr<const Traffic> scaled_traffic(const Scenario& scenario,
                                              std::shared_ptr<const Traffic> unscaled,
                                              double scale) {
  if (scale == 1.0) return unscaled;
  const ScaleBy rule = scenario.traffic.scale_by.value_or(unscaled->default_scale_by());
  return scale_traffic(std::move(unscaled), scale, rule);
}

namespace {

void resolve_own_models(const Scenario& scenario, const StoreOptions& store, Inputs& inputs) {
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (!deployment.model) continue;
    Scenario own = scenario;
    own.model = *deployment.model;
    inputs.own.emplace(deployment.name,
                       resolve_model(own, inputs.unscaled->has_execution(), store));
  }
}

}  // namespace

Inputs resolve_inputs(const Scenario& scenario, const StoreOptions& store) {
  Inputs inputs;
  const TrafficSpec& spec = scenario.traffic;
  if (spec.generator) {
    inputs.unscaled = make_generator(*spec.generator);
  } else if (const GivenTrace* given = given_trace(scenario)) {
    inputs.unscaled = given->traffic;
  } else {
    std::filesystem::path file = spec.trace;
    if (const auto beside = scenario.folder / file; std::filesystem::exists(beside)) file = beside;
    inputs.unscaled = open_trace(
        file, {spec.format, spec.spread, spec.reorder, spec.bin, spec.drop_failed});
  }
  inputs.traffic = scaled_traffic(scenario, inputs.unscaled, spec.scale);
  resolve_own_models(scenario, store, inputs);
  const bool all_own = !inputs.own.empty() && inputs.own.size() == scenario.deployments.size();
  inputs.model = all_own ? inputs.own.begin()->second
                         : resolve_model(scenario, inputs.unscaled->has_execution(), store);
  for (const VersionSpec& version : scenario.versions) {
    if (version.model) {
      Scenario own = scenario;
      own.model = *version.model;
      inputs.versions.push_back(resolve_model(own, inputs.unscaled->has_execution(), store));
    } else {
      inputs.versions.push_back(inputs.model);
    }
  }
  if (inputs.model.from_trace && !inputs.unscaled->independent()) {
    require_execution(scenario, *inputs.unscaled);
  }
  return inputs;
}

Horizon horizon_of(const Scenario& scenario, const Traffic& traffic) {
  switch (scenario.horizon_rule) {
    case HorizonRule::kAt: return {Horizon::Kind::kAt, Instant(scenario.horizon)};
    case HorizonRule::kDrain: return {Horizon::Kind::kDrain, {}};
    case HorizonRule::kDefault: break;
  }
  if (scenario.traffic.generator) {
    return {Horizon::Kind::kAt, Instant(traffic.duration())};
  }
  return {Horizon::Kind::kLastCompletion, {}};
}

CompiledDeployment compile_deployment(const Scenario& scenario, const DeploymentSpec& deployment,
                                      const Inputs& inputs) {
  if (const auto found = inputs.own.find(deployment.name); found != inputs.own.end()) {
    Inputs own = inputs;
    own.model = found->second;
    return compile_one(scenario, deployment, own);
  }
  if (scenario.versions.empty()) return compile_one(scenario, deployment, inputs);
  std::vector<CompiledDeployment> versions;
  for (std::size_t i = 0; i < scenario.versions.size(); ++i) {
    Inputs own = inputs;
    own.model = inputs.versions.at(i);
    versions.push_back(compile_one(scenario, deployment, own));
    versions.back().plan.name = scenario.versions[i].name;
  }
  CompiledDeployment compiled = split_of(Split::kVersions, std::move(versions), deployment.name);
  for (const VersionSpec& version : scenario.versions) {
    compiled.plan.weights.push_back(version.weight);
  }
  return compiled;
}

namespace {

/// Price lists know nothing of [state], where a scenario gives its prices.
Problem in_words_of_the_scenario(Problem problem) {
  for (const std::string_view operation : {"read", "write"}) {
    if (problem.mend.find(fmt::format("prices = {{ state_{} ", operation)) == std::string::npos) {
      continue;
    }
    problem.mend = fmt::format(
        "write usd_per_million_{}s in [state] (0 where it costs nothing), or add a tariff with "
        "--prices",
        operation);
  }
  return problem;
}

}  // namespace

CompiledScenario compile(const Scenario& scenario, const Inputs& inputs) {
  CompiledScenario compiled;
  std::vector<Problem> problems;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    try {
      compiled.deployments.push_back(compile_deployment(scenario, deployment, inputs));
      compiled.plan.deployments.push_back(compiled.deployments.back().plan);
    } catch (const InputError& error) {
      for (Problem problem : error.problems()) {
        if (problem.where.empty()) problem.where = deployment.where;
        problems.push_back(in_words_of_the_scenario(std::move(problem)));
      }
    }
  }
  const Horizon horizon = horizon_of(scenario, *inputs.traffic);
  if (horizon.kind == Horizon::Kind::kAt && Instant(scenario.warm_up) >= horizon.at) {
    problems.push_back({scenario.file_name + ": warm_up",
                        "the warm-up lasts until the end of the run: nothing would be measured",
                        "make warm_up shorter than the horizon"});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  compiled.plan.traffic = inputs.traffic;
  compiled.plan.horizon = horizon;
  compiled.plan.warm_up = Instant(scenario.warm_up);
  return compiled;
}

}  // namespace faascast
