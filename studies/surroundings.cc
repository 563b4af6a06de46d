#include "studies/surroundings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "pricing/money.h"
#include "studies/compile.h"

namespace faascast {
namespace {

std::uint32_t divided_up(std::uint32_t count, std::uint32_t per) {
  return count / per + (count % per > 0 ? 1 : 0);
}

bool on_kubernetes(const DeploymentSpec& deployment) {
  return deployment.around.service == "kubernetes";
}

/// Machines that carry a fixed fleet: each zone has one at least.
std::uint32_t machines_of(const DeploymentSpec& deployment, const ReplicaShape& shape,
                          std::uint32_t replicas) {
  return std::max(divided_up(replicas, shape.per_machine), deployment.around.zones);
}

Surroundings common(const DeploymentSpec& deployment) {
  const SurroundingsSpec& spec = deployment.around;
  Surroundings around;
  around.control_plane = on_kubernetes(deployment);
  around.zones = spec.zones;
  around.gateways = spec.nat || spec.nat_bytes.value() > 0 ? spec.zones : 0;
  around.nat_bytes = spec.nat_bytes;
  around.log_bytes = spec.log_bytes;
  around.disk = spec.disk;
  return around;
}

/// Reads and writes of external state, at the user's own price where one is given.
void add_state(const StateSpec& state, Terms& terms) {
  constexpr double kPicoPerMicro = 1e6;  // USD a million in 1e-12 USD each
  const auto add = [&](std::uint16_t count, Extra extra, const char* name,
                       const std::optional<double>& usd_per_million) {
    if (count == 0) return;
    terms.extras.push_back(extra);
    if (usd_per_million) {
      terms.given.push_back({name, std::llround(*usd_per_million * kPicoPerMicro)});
    }
  };
  add(state.reads, Extra::kStateReads, "state_read", state.usd_per_million_reads);
  add(state.writes, Extra::kStateWrites, "state_write", state.usd_per_million_writes);
}

double vcpus(MilliVcpu vcpu) { return static_cast<double>(vcpu.value()) / 1e3; }

}  // namespace

void meter_surroundings(const Surroundings& around, Duration span, Usage& usage) {
  Int128& servers = usage[Meter::kServerTime];
  if (around.replicas > 0) servers = scaled(servers, around.machines, around.replicas);
  if (around.control_plane) usage[Meter::kClusterTime] = span.count();
  usage[Meter::kDiskTime] = servers * around.disk.value();
  usage[Meter::kNatTime] = Int128{around.gateways} * span.count();
  const Int128 requests = usage[Meter::kConnections];
  usage[Meter::kNatBytes] = requests * around.nat_bytes.value();
  usage[Meter::kLogBytes] = requests * around.log_bytes.value();
  // A request lands in any zone alike: one in `zones` stays where it came in.
  usage[Meter::kCrossZoneBytes] =
      scaled(usage[Meter::kBytesIn] + usage[Meter::kBytesOut], around.zones - 1, around.zones);
}

ReplicaShape replica_shape(const ServerType& type, const DeploymentSpec& deployment) {
  if (!on_kubernetes(deployment)) return {.vcpu = type.vcpu, .memory = type.memory};
  if (!deployment.cpu || !deployment.memory) {
    throw InputError(
        Problem{deployment.where, "the size of a pod is missing",
                "write cpu and memory of a pod, such as cpu = 1 and memory = \"2 GB\""});
  }
  ReplicaShape pod;
  pod.vcpu = MilliVcpu(std::llround(*deployment.cpu * 1e3));
  pod.memory = *deployment.memory;
  const std::int64_t cpu_left =
      type.vcpu.value() - std::llround(deployment.around.reserved_cpu * 1e3);
  const std::int64_t memory_left = type.memory.value() - deployment.around.reserved_memory.value();
  const std::int64_t fit = std::min(cpu_left / pod.vcpu.value(), memory_left / pod.memory.value());
  if (fit < 1) {
    throw InputError(
        Problem{deployment.where,
                fmt::format("a pod of {:g} vCPU and {} does not fit a node of {:g} vCPU and {}",
                            vcpus(pod.vcpu), format_memory(pod.memory), vcpus(type.vcpu),
                            format_memory(type.memory)),
                "choose a larger server, or lower cpu, memory or what is reserved"});
  }
  pod.per_machine = static_cast<std::uint32_t>(fit);
  return pod;
}

Surroundings surround_servers(const DeploymentSpec& deployment, const ReplicaShape& shape,
                              ServerPlan& plan) {
  Surroundings around = common(deployment);
  if (shape.per_machine == 0) return around;
  if (plan.autoscale) {
    plan.autoscale->minimum =
        std::max(divided_up(plan.autoscale->minimum, shape.per_machine), deployment.around.zones);
    plan.autoscale->maximum =
        std::max(divided_up(plan.autoscale->maximum, shape.per_machine), plan.autoscale->minimum);
    plan.replicas = std::max(divided_up(plan.replicas, shape.per_machine), deployment.around.zones);
    plan.workers_per_replica *= shape.per_machine;
    return around;
  }
  around.replicas = plan.replicas;
  around.machines = machines_of(deployment, shape, plan.replicas);
  return around;
}

Surroundings surroundings_of_functions(const DeploymentSpec& deployment) {
  return common(deployment);
}

std::string fleet_text(const DeploymentSpec& deployment, const ServerType& type,
                       const ReplicaShape& shape, const ServerPlan& plan) {
  std::string text;
  const std::string count =
      plan.autoscale ? fmt::format("{} to {}", plan.autoscale->minimum, plan.autoscale->maximum)
                     : fmt::format("{}", plan.replicas);
  if (shape.per_machine == 0) {
    text = fmt::format("{} x {}", count, type.id);
  } else if (plan.autoscale) {
    text = fmt::format("{} pods, {} a node of {}", count, shape.per_machine, type.id);
  } else {
    text = fmt::format("{} pods on {} x {}", count, machines_of(deployment, shape, plan.replicas),
                       type.id);
  }
  if (deployment.around.zones > 1) text += fmt::format(" in {} zones", deployment.around.zones);
  return text;
}

std::vector<std::string> notes_of(const DeploymentSpec& deployment, const ServerType& type,
                                  const ReplicaShape& shape, bool shares_cores) {
  const SurroundingsSpec& spec = deployment.around;
  std::vector<std::string> notes;
  if (shape.per_machine > 0) {
    notes.push_back(
        fmt::format("{} pods of {:g} vCPU and {} fit a node{}. Whole nodes are billed{}.",
                    shape.per_machine, vcpus(shape.vcpu), format_memory(shape.memory),
                    spec.reserved_cpu == 0.0 && spec.reserved_memory.value() == 0
                        ? "; nothing of it is reserved for the system"
                        : "",
                    deployment.autoscale ? ", and come and go as a whole" : ""));
  }
  if (spec.service == "lambda-managed-instances") {
    notes.emplace_back(
        "The management fee is 15 % of the on-demand price, however the instances "
        "are bought.");
  }
  if (deployment.purchase == "spot" && !deployment.breakdown) {
    notes.emplace_back(
        "Spot servers may be taken back at any time; interruptions are not "
        "simulated unless breakdown says how often.");
  }
  if (deployment.purchase == "sustained-use") {
    notes.emplace_back("Sustained use: the discount of a machine that runs the whole month.");
  }
  for (const Figure& figure : spec.figures) {
    if (figure.path == "prices") continue;
    if (figure.path == "hyperthread_yield" && !shares_cores) continue;
    notes.push_back(fmt::format(
        "{} {} ({} to {}; {}, {}).", figure.path == "start_lag" ? "Start lag" : "Hyperthread yield",
        figure.value, figure.low, figure.high, figure.note.kind, figure.note.as_of));
  }
  if (spec.service == "endpoint") {
    notes.push_back(
        fmt::format("A managed endpoint on {}: priced like a server of its own.", type.id));
  }
  return notes;
}

Terms terms_of(const Scenario& scenario, const DeploymentSpec& deployment) {
  const SurroundingsSpec& spec = deployment.around;
  Terms terms;
  terms.service = spec.service;
  terms.given = spec.prices;
  if (spec.log_bytes.value() > 0) terms.extras.push_back(Extra::kLogs);
  if (spec.disk.value() > 0) terms.extras.push_back(Extra::kDisk);
  if (spec.nat || spec.nat_bytes.value() > 0) terms.extras.push_back(Extra::kNat);
  const bool has_payload =
      scenario.traffic.request_bytes.value() > 0 || scenario.traffic.response_bytes.value() > 0;
  if (spec.zones > 1 && has_payload) terms.extras.push_back(Extra::kCrossZone);
  if (spec.service == "kubernetes") terms.extras.push_back(Extra::kControlPlane);
  add_state(scenario.state, terms);
  return terms;
}

ServerType server_type_of(const PriceBook& book, const DeploymentSpec& deployment) {
  ServerChoice choice = server_choice(deployment);
  Terms terms;
  terms.service = deployment.around.service;
  terms.given = deployment.around.prices;
  if (on_kubernetes(deployment)) choice.vcpu = {};  // of a pod, not of the node
  return server_of(book, choice, terms);
}

bool has_own_price(const DeploymentSpec& deployment) {
  const auto& prices = deployment.around.prices;
  return std::any_of(prices.begin(), prices.end(),
                     [](const GivenPrice& price) { return price.name == "server_hour"; });
}

}  // namespace faascast
