// Keys of [[deployment]] that say what stands around it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/surroundings.h"

namespace faascast {
namespace {

void given_prices(DeploymentSpec& spec, const TomlNode& node) {
  if (!node.is_table()) {
    return node.report("prices are a table", R"(write prices = { control_plane_hour = "0.10" })");
  }
  for (const std::string& name : given_price_names()) {
    const TomlNode price = node[name];
    const auto value = price.pico_usd();
    if (!value) continue;
    if (*value < 0) price.report("the price is negative", "prices are 0 or more");
    constexpr std::int64_t kMost = 10'000'000'000'000'000;
    if (*value > kMost) price.report("over 10,000 dollars a unit");
    if (*value >= 0 && *value <= kMost) spec.around.prices.push_back({name, *value});
  }
}

/// A figure of the catalogue at its value, or at the pinned end of its range; noted where the
/// catalogue has a range.
std::optional<double> catalogue_figure(DeploymentSpec& spec, const PriceBook& book,
                                       const std::string& name, const std::string& path,
                                       const std::optional<Pin>& pin, bool is_time) {
  const auto found = book.servers.figures.find(name);
  if (found == book.servers.figures.end()) return std::nullopt;
  const ServerFigure& figure = found->second;
  const auto text = [&](double value) {
    return is_time ? format_duration(Duration(std::llround(value * 1e9)))
                   : fmt::format("{:g}", value);
  };
  if (figure.low < figure.high) {
    spec.around.figures.push_back(
        {path, text(figure.value), text(figure.low), text(figure.high), figure.source});
  }
  if (!pin || pin->path != path) return figure.value;
  return pin->side == Pin::Side::kLow ? figure.low : figure.high;
}

void fill_start_lag(DeploymentSpec& spec, const TomlNode& table, const PriceBook& book,
                    const ServerType& type, const std::optional<Pin>& pin) {
  if (!spec.autoscale || table["autoscale"]["boot_lag"].exists()) return;
  const bool is_task = type.on_demand_pico_usd > 0 && type.id.ends_with("/fargate");
  const std::string kind = is_task ? "task" : spec.around.service;
  const auto lag = catalogue_figure(spec, book, "start_lag_" + kind, "start_lag", pin, true);
  if (lag) spec.autoscale->boot_lag = Duration(std::llround(*lag * 1e9));
}

void fill_hyperthreads(DeploymentSpec& spec, const PriceBook& book, const ServerType& type,
                       const std::optional<Pin>& pin) {
  // Of a core with one thread nothing is to be said.
  if (spec.hyperthread_yield || type.threads_per_core == 1) return;
  spec.around.usual_yield =
      catalogue_figure(spec, book, "hyperthread_yield", "hyperthread_yield", pin, false);
}

/// Prices that have a range (an assumed ratio) move together.
void fill_price_range(DeploymentSpec& spec, const PriceBook& book, const ServerType& type,
                      const std::optional<Pin>& pin) {
  const auto purchase = purchase_named(spec.purchase);
  if (!purchase || has_own_price(spec)) return;
  const HourlyPrice hour = hourly_price(book.servers, type, *purchase);
  if (hour.low_pico_usd == hour.high_pico_usd) return;
  const auto text = [](std::int64_t pico) {
    return format_usd(static_cast<double>(pico) / 1e12) + " an hour";
  };
  spec.around.figures.push_back({"prices", text(hour.pico_usd), text(hour.low_pico_usd),
                                 text(hour.high_pico_usd), hour.source});
  if (!pin || pin->path != "prices") return;
  spec.around.bound = pin->side == Pin::Side::kLow ? PriceBound::kLow : PriceBound::kHigh;
}

void check_zones(DeploymentSpec& spec, const TomlNode& table) {
  const std::uint32_t zones = spec.around.zones;
  if (spec.count && *spec.count < zones) {
    table["count"].report(fmt::format("{} servers in {} zones", *spec.count, zones),
                          "each zone needs one: raise count, or lower zones");
  }
  if (!spec.autoscale) return;
  const TomlNode minimum = table["autoscale"]["minimum"];
  if (minimum.exists() && spec.autoscale->minimum < zones) {
    minimum.report(fmt::format("at least {} servers in {} zones", spec.autoscale->minimum, zones),
                   "each zone needs one: raise minimum, or lower zones");
  }
  spec.autoscale->minimum = std::max(spec.autoscale->minimum, zones);
  if (spec.autoscale->maximum < zones) {
    table["autoscale"]["maximum"].report(fmt::format("fewer servers than the {} zones", zones),
                                         "raise maximum, or lower zones");
  }
}

}  // namespace

void fill_from_catalogue(DeploymentSpec& deployment, const TomlNode& table, const PriceBook& book,
                         const ServerType& type, const std::optional<Pin>& pin) {
  check_zones(deployment, table);
  fill_start_lag(deployment, table, book, type, pin);
  fill_hyperthreads(deployment, book, type, pin);
  fill_price_range(deployment, book, type, pin);
}

const std::vector<SchemaKey<DeploymentSpec>>& surroundings_keys() {
  using Spec = DeploymentSpec;
  static const std::vector<SchemaKey<Spec>> keys = {
      {"service", "name", R"("vm")",
       "who runs the servers: vm (you), kubernetes (each replica a pod of cpu and memory, packed "
       "on "
       "nodes), endpoint (SageMaker, Vertex), lambda-managed-instances",
       [](Spec& spec, const TomlNode& node) {
         if (auto name = node.one_of(service_names())) spec.around.service = *name;
       }},
      {"zones", "integer", "1",
       "zones that replicas are spread over; each has one at least, and payloads cross between "
       "them",
       [](Spec& spec, const TomlNode& node) {
         if (auto zones = node.integer(1, 100)) {
           spec.around.zones = static_cast<std::uint32_t>(*zones);
         }
       }},
      {"disk", "memory", "", "disk of each server beyond what its price includes",
       [](Spec& spec, const TomlNode& node) {
         if (auto disk = node.memory()) spec.around.disk = *disk;
       }},
      {"log_bytes", "bytes", R"("0 B")", "log that each request writes",
       [](Spec& spec, const TomlNode& node) {
         if (auto bytes = node.bytes()) spec.around.log_bytes = *bytes;
       }},
      {"nat", "true or false", "false", "servers reach out through a gateway in each zone",
       [](Spec& spec, const TomlNode& node) {
         if (auto nat = node.boolean()) spec.around.nat = *nat;
       }},
      {"nat_bytes", "bytes", R"("0 B")", "bytes of each request through such a gateway",
       [](Spec& spec, const TomlNode& node) {
         if (auto bytes = node.bytes()) spec.around.nat_bytes = *bytes;
       }},
      {"node_reserved_cpu", "number", "0", "vCPUs of a Kubernetes node that pods cannot have",
       [](Spec& spec, const TomlNode& node) {
         if (auto value = node.number(0.0, 1024.0)) spec.around.reserved_cpu = *value;
       }},
      {"node_reserved_memory", "memory", "", "memory of a Kubernetes node that pods cannot have",
       [](Spec& spec, const TomlNode& node) {
         if (auto value = node.memory()) spec.around.reserved_memory = *value;
       }},
      {"prices", "table", "",
       "your own prices in dollars, such as { control_plane_hour = \"0.10\" }: server_hour, "
       "disk_gb_month, logs_gb, nat_hour, nat_gb, cross_zone_gb, control_plane_hour, state_read, "
       "state_write",
       given_prices},
  };
  return keys;
}

}  // namespace faascast
