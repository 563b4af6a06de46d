#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
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

bool is_supported(const ExecutionProfile& profile, double q) {
  return q == kQuantiles[0] || profile.samples_ns.size() >= samples_needed(q);
}

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
  json["quantiles"] = nlohmann::ordered_json::array();
  for (const double q : kQuantiles) {
    json["quantiles"].push_back({{"quantile", q},
                                 {"samples_needed", samples_needed(q)},
                                 {"supported", is_supported(profile, q)}});
  }
  json["highest_quantile"] = highest_quantile(profile.samples_ns.size());
  json["drift"] = drift_of(profile.samples_ns);
  json["preempted_samples"] = profile.preempted_samples;
  json["batches"] = nlohmann::ordered_json::array();
  for (const ScalingPoint& point : profile.batches) {
    json["batches"].push_back({{"batch", point.count}, {"cpu_s", seconds_of(Duration(point.ns))}});
  }
  json["threads"] = nlohmann::ordered_json::array();
  for (const ScalingPoint& point : profile.threads) {
    json["threads"].push_back({{"threads", point.count}, {"wall_s", seconds_of(Duration(point.ns))}});
  }
  json["threads_batch"] = profile.threads_batch;
  json["parallel_fraction"] = parallel_fraction(profile);
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

/// "2: 1.6x, 4: 2.9x" of the time of one.
std::string batches_text(const ExecutionProfile& profile) {
  std::vector<std::string> sizes;
  for (const ScalingPoint& point : profile.batches) {
    if (point.count == 1) continue;
    sizes.push_back(fmt::format("{}: {:.2f}x", point.count,
                                batch_factor(profile.batches, point.count)));
  }
  return fmt::format("{} the CPU time of one", fmt::join(sizes, ", "));
}

std::string threads_text(const ExecutionProfile& profile) {
  std::vector<std::string> counts;
  for (const ScalingPoint& point : profile.threads) {
    counts.push_back(fmt::format("{}: {}", point.count, format_duration(Duration(point.ns))));
  }
  return fmt::format("{}; {} % parallel ({})", fmt::join(counts, ", "),
                     std::lround(100.0 * parallel_fraction(profile)),
                     profile.threads_batch == 1
                         ? "one input"
                         : fmt::format("a batch of {}, split among copies; one input runs on one "
                                       "thread",
                                       profile.threads_batch));
}

std::string text_of(const ExecutionProfile& profile) {
  const Distribution law = execution_distribution(profile);
  std::string out = paragraph("", profile.model);
  const auto line = [&out](const std::string& name, const std::string& value) {
    out += paragraph(fmt::format("  {:<18}", name), value);
  };
  line("execution", fmt::format("mean {}, CPU time of one thread", format_duration(law.mean())));
  for (const double q : kQuantiles) {
    line(quantile_name(q),
         is_supported(profile, q)
             ? format_duration(law.quantile(q))
             : fmt::format("{}, of too few samples: {} support it",
                           format_duration(law.quantile(q)), format_count(samples_needed(q))));
  }
  line("samples", fmt::format("{} of {} runs each, {} dropped; they support up to p{:g}",
                              format_count(profile.samples_ns.size()), profile.runs_per_sample,
                              format_count(profile.dropped_samples),
                              100.0 * highest_quantile(profile.samples_ns.size())));
  if (profile.preempted_samples > 0) {
    line("", fmt::format("{} of them preempted: the machine is too busy, times are pessimistic",
                         format_count(profile.preempted_samples)));
  }
  const double drift = drift_of(profile.samples_ns);
  line("drift", fmt::format("{:+.1f} % from the first third to the last{}", 100.0 * drift,
                            std::abs(drift) > kMuchDrift ? ": much, better measure again" : ""));
  if (!profile.batches.empty()) line("batches", batches_text(profile));
  if (!profile.threads.empty()) line("threads", threads_text(profile));
  if (!profile.model_sha256.empty()) {
    line("load", format_duration(profile.load));
    line("first inference", format_duration(profile.first_inference));
    line("weights", megabytes_text(profile.weight_bytes));
    line("peak memory", megabytes_text(profile.peak_memory_bytes));
    if (profile.flops > 0.0) {
      line("arithmetic", fmt::format("{:.3g} million operations", profile.flops / 1e6));
    }
    line("host", fmt::format("{}, {}{}", profile.host.cpu, profile.host.isa,
                             profile.host.isa.starts_with("x86") ? " kernels" : ""));
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
