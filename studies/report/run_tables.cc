#include "studies/report/run_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/quantity.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"

namespace faascast {
namespace {

using Align = Table::Align;

struct NamedSummary {
  std::string_view name;
  DurationSummary DeploymentResult::*summary;
};
constexpr NamedSummary kSummaries[] = {{"latency", &DeploymentResult::latency},
                                       {"execution", &DeploymentResult::execution},
                                       {"cold_start", &DeploymentResult::cold_start},
                                       {"wait", &DeploymentResult::wait}};
constexpr std::string_view kSummaryColumns[] = {"mean", "p50", "p90", "p95", "p99", "max"};

std::vector<Table::Column> csv_columns() {
  std::vector<Table::Column> columns;
  const auto add = [&columns](std::string head) { columns.push_back({std::move(head), {}}); };
  for (const char* head : {"name", "kind", "configuration", "requests", "completed", "throttled",
                           "timed_out", "failed", "in_flight", "cold_starts"}) {
    add(head);
  }
  for (const NamedSummary& summary : kSummaries) {
    for (const std::string_view figure : kSummaryColumns) {
      add(fmt::format("{}_{}_s", summary.name, figure));
    }
  }
  for (const char* head : {"instances_mean", "instances_busy_mean", "instances_idle_mean",
                           "instances_peak", "instances_expired"}) {
    add(head);
  }
  for (const NaturalAmount& natural : natural_amounts(Usage{})) {
    add(fmt::format("usage_{}", natural.name));
  }
  for (const char* head :
       {"bill_usd", "bill_month_usd", "usd_per_million", "meets_objective", "fingerprint"}) {
    add(head);
  }
  return columns;
}

std::vector<std::string> csv_row(const DeploymentReport& report) {
  const DeploymentResult& figures = report.figures;
  std::vector<std::string> row = {report.name, report.kind, report.configuration};
  for (const std::uint64_t count :
       {figures.requests, figures.completed, figures.throttled, figures.timed_out, figures.failed,
        figures.in_flight, figures.cold_starts}) {
    row.push_back(std::to_string(count));
  }
  for (const NamedSummary& named : kSummaries) {
    const DurationSummary& summary = figures.*named.summary;
    for (const std::optional<double> value :
         {summary.mean_s(), summary.quantile_s(0.50), summary.quantile_s(0.90),
          summary.quantile_s(0.95), summary.quantile_s(0.99), summary.max_s()}) {
      row.push_back(exact_text(value));
    }
  }
  const InstanceFigures& instances = figures.instances;
  for (const double mean : {instances.mean, instances.busy_mean, instances.idle_mean}) {
    row.push_back(exact_text(mean));
  }
  row.push_back(std::to_string(instances.peak));
  row.push_back(std::to_string(instances.expired));
  for (const NaturalAmount& natural : natural_amounts(figures.usage)) {
    row.push_back(natural.is_whole ? fmt::format("{:.0f}", natural.amount)
                                   : exact_text(natural.amount));
  }
  row.push_back(fmt::format("{:.6f}", usd_number(report.bill.total())));
  row.push_back(fmt::format("{:.6f}", usd_number(report.bill_month.total())));
  row.push_back(report.usd_per_million ? fmt::format("{:.6f}", *report.usd_per_million) : "");
  row.push_back(report.meets_objective ? (*report.meets_objective ? "true" : "false") : "");
  row.push_back(fmt::format("{:016x}", figures.fingerprint));
  return row;
}

}  // namespace

Table overview_table(const RunReport& report) {
  const auto& deployments = report.deployments;
  const bool throttles = std::any_of(deployments.begin(), deployments.end(),
                                     [](const auto& d) { return d.figures.throttled > 0; });
  const bool has_objective = std::any_of(deployments.begin(), deployments.end(), [](const auto& d) {
    return d.meets_objective.has_value();
  });
  std::vector<Table::Column> columns = {
      {"deployment", Align::kLeft}, {"p50"}, {"p95"}, {"p99"}, {"cold"}};
  if (throttles) columns.push_back({"throttled"});
  columns.push_back({"$/month"});
  columns.push_back({"$/million"});
  if (has_objective) columns.push_back({"ok"});
  Table table(std::move(columns));
  for (const DeploymentReport& deployment : deployments) {
    const DeploymentResult& figures = deployment.figures;
    std::vector<std::string> row = {deployment.name,
                                    duration_text(figures.latency.quantile_s(0.50)),
                                    duration_text(figures.latency.quantile_s(0.95)),
                                    duration_text(figures.latency.quantile_s(0.99)),
                                    share_text(figures.cold_starts,
                                               figures.completed + figures.timed_out)};
    if (throttles) row.push_back(share_text(figures.throttled, figures.requests));
    row.push_back(usd_text(usd_number(deployment.bill_month.total())));
    row.push_back(usd_text(deployment.usd_per_million));
    if (has_objective) row.push_back(yes_no_text(deployment.meets_objective));
    table.add(std::move(row));
  }
  return table;
}

std::string workflow_text(const WorkflowReport& report) {
  std::string text = fmt::format(
      "{} requests, {} completed all steps", format_count(report.requests),
      format_count(report.completed));
  if (report.failed > 0) text += fmt::format(", {} failed in one", format_count(report.failed));
  text += fmt::format("; end to end p50 {}, p95 {}, p99 {}, max {}; {} a month for all steps",
                      duration_text(report.latency.quantile_s(0.50)),
                      duration_text(report.latency.quantile_s(0.95)),
                      duration_text(report.latency.quantile_s(0.99)),
                      duration_text(report.latency.max_s()), usd_text(report.usd_month));
  if (report.meets_objective) {
    text += *report.meets_objective ? "; it meets the objective" : "; it misses the objective";
  }
  for (const std::string& miss : report.misses) text += ", " + miss;
  return text;
}

Table parts_table(const DeploymentReport& report) {
  Table table({{"part", Align::kLeft},
               {"requests"},
               {"p50"},
               {"p99"},
               {"in the mean"},
               {"$/month"}});
  const auto add = [&](const auto& self, const DeploymentReport& part,
                       const std::string& name) -> void {
    const DeploymentResult& figures = part.figures;
    table.add({name, share_text(figures.requests, report.figures.requests),
               duration_text(figures.latency.quantile_s(0.50)),
               duration_text(figures.latency.quantile_s(0.99)),
               three_digits_text(figures.instances.mean),
               usd_text(usd_number(part.bill_month.total()))});
    for (const DeploymentReport& inner : part.parts) self(self, inner, name + ", " + inner.name);
  };
  for (const DeploymentReport& part : report.parts) add(add, part, part.name);
  return table;
}

Table bill_table(const Bill& bill) {
  Table table({{"a month", Align::kLeft}, {"quantity"}, {"unit", Align::kLeft}, {"cost"}});
  for (const BillLine& line : bill.lines) {
    std::string name = line.name;
    if (line.free > 0.0) name += fmt::format(" ({} free)", quantity_text(line.free));
    table.add({name, quantity_text(line.quantity), line.unit, usd_text(usd_number(line.usd))});
  }
  table.add({"total", "", "", usd_text(usd_number(bill.total()))});
  return table;
}

std::string csv_of(const RunReport& report) {
  Table table(csv_columns());
  const auto add = [&table](const auto& self, DeploymentReport row) -> void {
    table.add(csv_row(row));
    for (DeploymentReport part : row.parts) {
      part.name = row.name + "/" + part.name;
      self(self, std::move(part));
    }
  };
  for (const DeploymentReport& deployment : report.deployments) add(add, deployment);
  return table.csv();
}

std::string markdown_of(const RunReport& report) {
  std::string out = fmt::format("# {}\n\n", report.scenario);
  if (report.interrupted) out += "**Interrupted:** the figures cover what was replayed.\n\n";
  out += fmt::format("- Traffic: {}\n", report.traffic);
  if (!report.model.empty()) out += fmt::format("- Model: {}\n", report.model);
  out += fmt::format("- Span: {}, {} inferences a day, seed {}\n\n",
                     duration_text(seconds_of(report.span)),
                     three_digits_text(report.inferences_per_day), report.seed);
  if (report.workflow) out += fmt::format("**Workflow:** {}\n\n", workflow_text(*report.workflow));
  out += overview_table(report).markdown();
  if (report.replications > 1) {
    out += fmt::format("\nMeans of {} replications with 95 % intervals:\n\n{}", report.replications,
                       intervals_table(report).markdown());
    if (report.deployments.size() > 1) out.append("\n").append(differences_table(report).markdown());
  }
  for (const std::string& note : general_notes(report)) out += fmt::format("\n{}\n", note);
  for (const DeploymentReport& deployment : report.deployments) {
    out += fmt::format("\n## {}\n\n{}\n\n", deployment.name, deployment.configuration);
    for (const std::string& miss : deployment.misses) {
      out += fmt::format("- misses the objective: {}\n", miss);
    }
    if (!deployment.misses.empty()) out += '\n';
    if (!deployment.parts.empty()) out += parts_table(deployment).markdown() + "\n";
    out += bill_table(deployment.bill_month).markdown();
  }
  const std::vector<std::string> notes = deployment_notes(report);
  if (!notes.empty()) out += "\n## Notes\n\n";
  for (const std::string& note : notes) out += fmt::format("- {}\n", note);
  return out;
}

}  // namespace faascast
