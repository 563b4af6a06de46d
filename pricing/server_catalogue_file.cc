// Reading server rows from TOML; see pricing/data/servers.toml.

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "pricing/server_catalogue.h"

namespace faascast {
namespace {

using Sources = std::map<std::string, SourceNote>;

std::int64_t per_million(double share) { return std::llround(share * 1e6); }

std::string required_string(const TomlNode& table, std::string_view key) {
  table.require(key);
  return table[key].string().value_or("");
}

/// Keys of a table that may be absent.
std::vector<std::string> keys_of(const TomlNode& node) {
  if (node.exists() && !node.is_table()) node.report("is not a table");
  return node.keys();
}

/// Dollars an hour. The bound keeps every product with vCPU, memory and ratios within 64 bits.
std::optional<std::int64_t> hourly_pico_usd(const TomlNode& node) {
  constexpr std::int64_t kMost = 10'000'000'000'000'000;
  const auto price = node.pico_usd();
  if (price && *price > kMost) node.report("over 10,000 dollars an hour");
  return price && *price <= kMost ? price : std::nullopt;
}

Sources read_sources(const TomlNode& root) {
  Sources sources;
  for (const std::string& name : keys_of(root["source"])) {
    sources[name] = root["source"][name].source_note().value_or(SourceNote{});
  }
  return sources;
}

/// A row's source: a name of the file's [source] tables, or a note of its own.
SourceNote source_for(const TomlNode& row, const Sources& sources) {
  const TomlNode node = row["source"];
  if (!node.is_string()) return node.source_note().value_or(SourceNote{});
  std::vector<std::string> names;
  for (const auto& [name, note] : sources) names.push_back(name);
  const auto name = node.one_of(names);
  return name ? sources.at(*name) : SourceNote{};
}

/// What stands before the slash of "aws/c6i.large".
std::string provider_of(const TomlNode& id_node, const std::string& id) {
  const auto slash = id.find('/');
  if (id.empty()) return {};
  if (slash == std::string::npos || slash == 0 || slash + 1 == id.size()) {
    id_node.report(fmt::format("'{}' is not a server id", id),
                   "write provider/type: \"aws/c6i.large\"");
    return {};
  }
  return id.substr(0, slash);
}

std::optional<PriceRatio> read_ratio(const TomlNode& node, const Sources& sources) {
  if (!node.exists()) return std::nullopt;
  node.require("ratio");
  const double ratio = node["ratio"].number(0.0, 2.0).value_or(1.0);
  const double low = node["low"].number(0.0, 2.0).value_or(ratio);
  const double high = node["high"].number(0.0, 2.0).value_or(ratio);
  if (low > ratio) node["low"].report("is above the ratio");
  if (high < ratio) node["high"].report("is below the ratio");
  return PriceRatio{.per_million = per_million(ratio),
                    .low_per_million = per_million(low),
                    .high_per_million = per_million(high),
                    .source = source_for(node, sources)};
}

Provider read_provider(const TomlNode& node, const Sources& sources) {
  Provider provider;
  provider.default_region = required_string(node, "default_region");
  node.require("minimum_billing");
  provider.minimum_billing = node["minimum_billing"].duration().value_or(Duration{});
  provider.egress = node["egress"].string().value_or("");
  for (const std::string& door : keys_of(node["front_doors"])) {
    provider.front_doors[door] = node["front_doors"][door].string().value_or("");
  }
  provider.reserved_1y = read_ratio(node["reserved_1y"], sources);
  provider.reserved_3y = read_ratio(node["reserved_3y"], sources);
  provider.spot = read_ratio(node["spot"], sources);
  provider.savings_plan = read_ratio(node["savings_plan"], sources);
  return provider;
}

ServerType read_type(const TomlNode& row, const Sources& sources,
                     const std::map<std::string, Provider>& providers) {
  ServerType type;
  type.id = required_string(row, "id");
  type.provider = provider_of(row["id"], type.id);
  type.region = required_string(row, "region");
  type.arch = row["arch"].one_of({"x86", "arm"}).value_or("x86");
  row.require("vcpu");
  type.vcpu = MilliVcpu(std::llround(row["vcpu"].number(0.001, 1e5).value_or(1.0) * 1e3));
  row.require("memory");
  type.memory = row["memory"].memory().value_or(Megabytes{});
  type.accelerator = row["accelerator"].string().value_or("");
  row.require("on_demand");
  type.on_demand_pico_usd = hourly_pico_usd(row["on_demand"]).value_or(0);
  type.spot_pico_usd = hourly_pico_usd(row["spot"]);
  type.reserved_1y_pico_usd = hourly_pico_usd(row["reserved_1y"]);
  type.reserved_3y_pico_usd = hourly_pico_usd(row["reserved_3y"]);
  type.savings_plan_pico_usd = hourly_pico_usd(row["savings_plan"]);
  type.threads_per_core = static_cast<std::uint32_t>(
      row["threads_per_core"].integer(1, 2).value_or(type.arch == "arm" ? 1 : 2));
  type.sustained_use_discount = row["sustained_use_discount"].number(0.0, 1.0).value_or(0.0);
  type.burst_baseline = row["burst_baseline"].number(0.0, 1.0);
  const auto provider = providers.find(type.provider);
  if (!type.provider.empty() && provider == providers.end()) {
    row["id"].report(fmt::format("unknown provider '{}'", type.provider),
                     fmt::format("describe it in a table [provider.{}]", type.provider));
  }
  type.minimum_billing = row["minimum_billing"].duration().value_or(
      provider == providers.end() ? Duration{} : provider->second.minimum_billing);
  type.note = row["note"].string().value_or("");
  type.source = source_for(row, sources);
  return type;
}

ResourcePrice read_resource_price(const TomlNode& row, const Sources& sources) {
  ResourcePrice price;
  price.id = required_string(row, "id");
  [[maybe_unused]] const std::string checked = provider_of(row["id"], price.id);
  price.region = required_string(row, "region");
  price.arch = row["arch"].one_of({"x86", "arm"}).value_or("x86");
  row.require("vcpu_hour");
  price.vcpu_hour_pico_usd = hourly_pico_usd(row["vcpu_hour"]).value_or(0);
  row.require("gb_hour");
  price.gb_hour_pico_usd = hourly_pico_usd(row["gb_hour"]).value_or(0);
  price.source = source_for(row, sources);
  return price;
}

/// A number, or a duration as seconds.
std::optional<double> number_or_seconds(const TomlNode& node) {
  if (node.is_string()) {
    const auto time = node.duration();
    return time ? std::optional(seconds_of(*time)) : std::nullopt;
  }
  return node.number(0.0, 1e6);
}

ServerFigure read_figure(const TomlNode& node, const Sources& sources) {
  node.require("value");
  ServerFigure figure;
  figure.value = number_or_seconds(node["value"]).value_or(0.0);
  figure.low = number_or_seconds(node["low"]).value_or(figure.value);
  figure.high = number_or_seconds(node["high"]).value_or(figure.value);
  if (figure.low > figure.value) node["low"].report("is above the value");
  if (figure.high < figure.value) node["high"].report("is below the value");
  figure.source = source_for(node, sources);
  return figure;
}

template <class Row, class Same>
void put(std::vector<Row>& rows, Row row, const Same& same) {
  const auto found = std::find_if(rows.begin(), rows.end(), same);
  if (found == rows.end()) {
    rows.push_back(std::move(row));
  } else {
    *found = std::move(row);
  }
}

}  // namespace

void add_servers(ServerCatalogue& catalogue, const TomlDocument& document) {
  const TomlNode root = document.root();
  const Sources sources = read_sources(root);
  ServerCatalogue grown = catalogue;
  for (const std::string& name : keys_of(root["provider"])) {
    grown.providers[name] = read_provider(root["provider"][name], sources);
  }
  for (const std::string& name : keys_of(root["figure"])) {
    grown.figures[name] = read_figure(root["figure"][name], sources);
  }
  for (const TomlNode& row : root["server"].elements()) {
    ServerType type = read_type(row, sources, grown.providers);
    put(grown.types, type, [&](const ServerType& other) {
      return other.id == type.id && other.region == type.region;
    });
  }
  for (const TomlNode& row : root["by_resource"].elements()) {
    ResourcePrice price = read_resource_price(row, sources);
    put(grown.by_resource, price, [&](const ResourcePrice& other) {
      return other.id == price.id && other.region == price.region && other.arch == price.arch;
    });
  }
  document.finish();
  catalogue = std::move(grown);
}

}  // namespace faascast
