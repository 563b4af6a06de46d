#include <fmt/format.h>

#include "input/quantity.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"
#include "studies/report/run_tables.h"

namespace faascast {
namespace {

std::string head_of(const RunReport& report) {
  std::string out = paragraph("", report.scenario);
  if (report.interrupted) {
    out += paragraph("", "INTERRUPTED: the figures cover what was replayed until then.");
  }
  out += paragraph("  traffic  ", report.traffic);
  if (!report.model.empty()) out += paragraph("  model    ", report.model);
  return out + paragraph("  span     ",
                         fmt::format("{}, {} inferences a day, seed {}",
                                     duration_text(seconds_of(report.span)),
                                     three_digits_text(report.inferences_per_day), report.seed));
}

/// "43,200 requests: 43,190 completed, 10 throttled; 120 cold starts"
std::string counts_of(const DeploymentResult& figures) {
  struct Outcome {
    std::uint64_t count;
    std::string_view name;
  };
  std::string out = fmt::format("{} requests: {} completed", format_count(figures.requests),
                                format_count(figures.completed));
  for (const auto& [count, name] :
       {Outcome{figures.throttled, "throttled"}, Outcome{figures.timed_out, "timed out"},
        Outcome{figures.failed, "failed"}, Outcome{figures.in_flight, "in flight"}}) {
    if (count > 0) out += fmt::format(", {} {}", format_count(count), name);
  }
  if (figures.abandoned > 0) {
    out += fmt::format(" ({} of them gave up waiting)", format_count(figures.abandoned));
  }
  if (figures.retries > 0) out += fmt::format("; {} retries", format_count(figures.retries));
  if (figures.cold_starts > 0) {
    out += fmt::format("; {} cold starts", format_count(figures.cold_starts));
    if (figures.cold_affected > figures.cold_starts)
      out += fmt::format(" that {} requests waited for", format_count(figures.cold_affected));
  }
  return out;
}

std::string times_of(const DeploymentResult& figures) {
  std::string out = fmt::format(
      "latency mean {}, max {}; execution mean {}", duration_text(figures.latency.mean_s()),
      duration_text(figures.latency.max_s()), duration_text(figures.execution.mean_s()));
  if (figures.cold_start.count > 0) {
    out += fmt::format("; a cold start adds {} in the mean, {} at p99",
                       duration_text(figures.cold_start.mean_s()),
                       duration_text(figures.cold_start.quantile_s(0.99)));
  }
  if (figures.contention_ns > 0 && figures.completed > 0) {
    out += fmt::format("; sharing an instance's CPUs adds {} in the mean",
                       duration_text(static_cast<double>(figures.contention_ns) * 1e-9 /
                                     static_cast<double>(figures.completed)));
  }
  if (figures.wait.max_ns > 0) {
    out += fmt::format("; wait in the queue mean {}, p99 {}", duration_text(figures.wait.mean_s()),
                       duration_text(figures.wait.quantile_s(0.99)));
  }
  return out;
}

std::string instances_of(const DeploymentReport& report) {
  const InstanceFigures& figures = report.figures.instances;
  std::string out =
      fmt::format("{}: {} in the mean ({} busy, {} idle), at most {}",
                  report.kind == "servers" ? "servers" : "instances",
                  three_digits_text(figures.mean), three_digits_text(figures.busy_mean),
                  three_digits_text(figures.idle_mean), format_count(figures.peak));
  if (figures.expired > 0) out += fmt::format("; {} expired", format_count(figures.expired));
  return out;
}

std::string section_of(const DeploymentReport& report) {
  const std::string head = report.configuration.empty() || report.configuration == report.name
                               ? report.name
                               : fmt::format("{} ({})", report.name, report.configuration);
  std::string out = paragraph("", head);
  for (const std::string& miss : report.misses) {
    out += paragraph("  misses the objective: ", miss);
  }
  out += paragraph("  ", counts_of(report.figures));
  if (report.figures.completed > 0) out += paragraph("  ", times_of(report.figures));
  out += paragraph("  ", instances_of(report));
  out += paragraph("  ", fmt::format("bill of the replayed span: {}",
                                     usd_text(usd_number(report.bill.total()))));
  if (!report.parts.empty()) out += fmt::format("\n{}\n", parts_table(report).text(2));
  return out + bill_table(report.bill_month).text(2);
}

}  // namespace

std::string text_of(const RunReport& report) {
  std::string out = head_of(report);
  if (report.workflow) out += paragraph("  workflow ", workflow_text(*report.workflow));
  out += '\n';
  out += overview_table(report).text();
  if (report.replications > 1) {
    out.append("\n");
    out += paragraph("", fmt::format("Means of {} replications with 95 % intervals:",
                                     report.replications));
    out += intervals_table(report).text();
    if (report.deployments.size() > 1) {
      out += paragraph("", "Differences, on the same draws:") + differences_table(report).text();
    }
  }
  const std::vector<std::string> general = general_notes(report);
  if (!general.empty()) out += '\n';
  for (const std::string& note : general) out += paragraph("", note);
  for (const DeploymentReport& deployment : report.deployments) {
    out += '\n';
    out += section_of(deployment);
  }
  const std::vector<std::string> notes = deployment_notes(report);
  if (!notes.empty()) out += "\nNotes\n";
  for (const std::string& note : notes) out += paragraph("  - ", note);
  return out;
}

}  // namespace faascast
