#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "studies/model_source.h"
#include "workloads/profile.h"
#include "workloads/profile_store.h"

namespace faascast {
namespace {

constexpr double kQuantiles[] = {0.50, 0.90, 0.95, 0.99};

std::string quantile_name(double q) { return fmt::format("p{:.0f}", 100.0 * q); }

std::string json_of(const ExecutionProfile& profile) {
  const Distribution law = execution_distribution(profile);
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["model"] = profile.model;
  json["model_sha256"] = profile.model_sha256;
  json["profile_hash"] = profile_hash(profile);
  json["host"] = {
      {"cpu", profile.host.cpu}, {"isa", profile.host.isa}, {"cores", profile.host.cores}};
  json["samples"] = profile.samples_ns.size();
  json["runs_per_sample"] = profile.runs_per_sample;
  json["dropped_samples"] = profile.dropped_samples;
  json["execution_s"]["mean"] = seconds_of(law.mean());
  for (const double q : kQuantiles) {
    json["execution_s"][quantile_name(q)] = seconds_of(law.quantile(q));
  }
  json["highest_quantile"] = highest_quantile(profile.samples_ns.size());
  json["load_s"] = seconds_of(profile.load);
  json["first_inference_s"] = seconds_of(profile.first_inference);
  json["flops"] = profile.flops;
  json["weight_bytes"] = profile.weight_bytes;
  json["peak_memory_bytes"] = profile.peak_memory_bytes;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string megabytes_text(std::uint64_t bytes) {
  return fmt::format("{:.3g} MB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

std::string text_of(const ExecutionProfile& profile) {
  const Distribution law = execution_distribution(profile);
  std::string out = paragraph("", profile.model);
  const auto line = [&out](const std::string& name, const std::string& value) {
    out += paragraph(fmt::format("  {:<18}", name), value);
  };
  line("execution", fmt::format("mean {}, CPU time of one thread", format_duration(law.mean())));
  for (const double q : kQuantiles) line(quantile_name(q), format_duration(law.quantile(q)));
  line("samples", fmt::format("{} of {} runs each, {} dropped; they support up to p{:g}",
                              format_count(profile.samples_ns.size()), profile.runs_per_sample,
                              format_count(profile.dropped_samples),
                              100.0 * highest_quantile(profile.samples_ns.size())));
  if (!profile.model_sha256.empty()) {
    line("load", format_duration(profile.load));
    line("first inference", format_duration(profile.first_inference));
    line("weights", megabytes_text(profile.weight_bytes));
    line("peak memory", megabytes_text(profile.peak_memory_bytes));
    line("arithmetic", fmt::format("{:.3g} million operations", profile.flops / 1e6));
    line("host", fmt::format("{}, {} kernels", profile.host.cpu, profile.host.isa));
  }
  line("profile hash", profile_hash(profile));
  return out;
}

}  // namespace

ExitCode profile_command(const ProfileArguments& arguments) {
  const int ways = (arguments.model.empty() ? 0 : 1) + (arguments.samples.empty() ? 0 : 1) +
                   (arguments.handler.empty() ? 0 : 1) + (arguments.host_factor ? 1 : 0);
  if (ways == 1 && !arguments.handler.empty()) return handler_profile_command(arguments);
  if (ways == 1 && arguments.host_factor) return host_factor_command(arguments);
  if (ways != 1) {
    throw InputError(Problem{"faascast profile", "needs one of a model, --from SAMPLES, --handler NAME, --host-factor",
                             "such as: faascast profile logreg-mnist-odd"});
  }
  if (!arguments.result.empty()) {
    check_output({.files = {arguments.result}});
    if (report_format_of(arguments.result) != ReportFormat::kJson) {
      throw InputError(Problem{arguments.result, "a profile is a JSON file", "end it with .json"});
    }
  }
  ExecutionProfile profile;
  if (arguments.samples.empty()) {
    ProfileStore store(store_path({arguments.store}));
    profile = profile_model(arguments.model, arguments.options);
    store.put(profile);
  } else {
    profile = profile_from_samples(arguments.samples);
  }
  if (!arguments.result.empty()) save_profile(profile, arguments.result);
  print(arguments.json ? json_of(profile) : text_of(profile));
  return kDone;
}

}  // namespace faascast
