#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "studies/host_factor.h"
#include "studies/model_source.h"

namespace faascast {
namespace {

std::string json_of(const HostProbe& probe) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["cpu"] = probe.cpu;
  json["created"] = probe.created;
  json["events_per_s"] = probe.events_per_s;
  json["host_factors"] = nlohmann::ordered_json::array();
  for (const HostFactor& factor : host_factors(probe)) {
    json["host_factors"].push_back({{"platform", factor.platform},
                                    {"loop_ratio", factor.loop_ratio},
                                    {"value", factor.value},
                                    {"low", factor.low},
                                    {"high", factor.high},
                                    {"source", factor.source}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string text_of(const HostProbe& probe) {
  std::string out = paragraph("", fmt::format("{}: {:.0f} events a second of CPU time, {}",
                                              probe.cpu, probe.events_per_s, probe.created));
  Table table({{"platform", Table::Align::kLeft}, {"vCPU, events/s"}, {"loop ratio"}, {"host factor"}, {"low"},
               {"high"}});
  const auto& speeds = vcpu_speeds();
  const std::vector<HostFactor> factors = host_factors(probe);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    table.add({factors[i].platform, fmt::format("{:.0f}", speeds[i].events_per_s),
               fmt::format("{:.2f}", factors[i].loop_ratio), fmt::format("{:.2f}", factors[i].value), fmt::format("{:.2f}", factors[i].low),
               fmt::format("{:.2f}", factors[i].high)});
  }
  out += table.text(2);
  return out + paragraph("  ",
                         "Runs multiply CPU time that was measured on this processor by these, "
                         "where the platform's own factor is only assumed. One thread of trial "
                         "divisions: newer processors gain more there than in a model's kernels, so "
                         "the range reaches from 1 to the loop's ratio, and its geometric middle is "
                         "used.");
}

}  // namespace

ExitCode host_factor_command(const ProfileArguments& arguments) {
  const HostProbe probe = probe_host(arguments.options.max_seconds);
  save_host_probe(store_path({arguments.store}), probe);
  if (!arguments.result.empty()) write_file(arguments.result, json_of(probe));
  print(arguments.json ? json_of(probe) : text_of(probe));
  return kDone;
}

}  // namespace faascast
