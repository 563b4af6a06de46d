#include "bindings/python/report.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

#include "sim-core/error.h"

namespace faascast::python {
namespace {

constexpr std::pair<const char*, ReportFormat> kFormats[] = {{"text", ReportFormat::kText},
                                                             {"json", ReportFormat::kJson},
                                                             {"csv", ReportFormat::kCsv},
                                                             {"markdown", ReportFormat::kMarkdown},
                                                             {"html", ReportFormat::kHtml}};

std::shared_ptr<Columns> columns_of(const DurationSummary& summary) {
  std::vector<double> value_s;
  std::vector<std::int64_t> requests;
  for (const auto& [value, count] : summary.histogram.buckets()) {
    value_s.push_back(seconds_of(value));
    requests.push_back(static_cast<std::int64_t>(count));
  }
  auto columns = std::make_shared<Columns>();
  columns->add("value_s", std::move(value_s));
  columns->add("requests", std::move(requests));
  return columns;
}

std::shared_ptr<Columns> columns_of(const Timeline& timeline) {
  std::vector<double> start_s;
  std::vector<std::int64_t> completed;
  std::vector<std::int64_t> cold_starts;
  std::vector<std::int64_t> throttled;
  std::vector<double> latency_mean_s;
  std::vector<double> instances;
  for (const TimelineBin& bin : timeline.bins) {
    start_s.push_back(seconds_of(timeline.bin) * static_cast<double>(start_s.size()));
    completed.push_back(static_cast<std::int64_t>(bin.completed));
    cold_starts.push_back(static_cast<std::int64_t>(bin.cold_starts));
    throttled.push_back(static_cast<std::int64_t>(bin.throttled));
    latency_mean_s.push_back(bin.completed == 0 ? std::nan("")
                                                : static_cast<double>(bin.latency_sum_ns) * 1e-9 /
                                                      static_cast<double>(bin.completed));
    instances.push_back(bin.instances);
  }
  auto columns = std::make_shared<Columns>();
  columns->add("start_s", std::move(start_s));
  columns->add("completed", std::move(completed));
  columns->add("cold_starts", std::move(cold_starts));
  columns->add("throttled", std::move(throttled));
  columns->add("latency_mean_s", std::move(latency_mean_s));
  columns->add("instances", std::move(instances));
  return columns;
}

std::shared_ptr<Columns> columns_of(const std::vector<FunctionTotals>& functions) {
  std::vector<std::int64_t> requests;
  std::vector<std::int64_t> cold_starts;
  std::vector<double> latency_sum_s;
  std::vector<double> latency_max_s;
  for (const FunctionTotals& one : functions) {
    requests.push_back(static_cast<std::int64_t>(one.requests));
    cold_starts.push_back(static_cast<std::int64_t>(one.cold_starts));
    latency_sum_s.push_back(static_cast<double>(one.latency_sum_ns) * 1e-9);
    latency_max_s.push_back(static_cast<double>(one.latency_max_ns) * 1e-9);
  }
  auto columns = std::make_shared<Columns>();
  columns->add("requests", std::move(requests));
  columns->add("cold_starts", std::move(cold_starts));
  columns->add("latency_sum_s", std::move(latency_sum_s));
  columns->add("latency_max_s", std::move(latency_max_s));
  return columns;
}

constexpr const char* kTables[] = {"latency_s", "execution_s", "cold_start_s",
                                   "wait_s",    "timeline",    "functions"};

std::shared_ptr<Columns> columns_of(const DeploymentResult& figures, std::string_view table) {
  if (table == "latency_s") return columns_of(figures.latency);
  if (table == "execution_s") return columns_of(figures.execution);
  if (table == "cold_start_s") return columns_of(figures.cold_start);
  if (table == "wait_s") return columns_of(figures.wait);
  if (table == "timeline") return columns_of(figures.timeline);
  return columns_of(figures.functions);
}

/// Every deployment and part by its path: "0", "0.1".
void collect(const std::vector<DeploymentReport>& deployments, const std::string& above,
             std::map<std::string, const DeploymentResult*>& found) {
  for (std::size_t i = 0; i < deployments.size(); ++i) {
    std::string path = above;
    path.append(above.empty() ? "" : ".").append(std::to_string(i));
    found[path] = &deployments[i].figures;
    collect(deployments[i].parts, path, found);
  }
}

}  // namespace

std::string Report::text(const std::string& format) const {
  for (const auto& [name, value] : kFormats) {
    if (name == format) return render_(value);
  }
  throw py::value_error("'" + format + "' is no format: text, json, csv, markdown or html");
}

std::shared_ptr<Columns> Report::columns(const std::string& name) {
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) throw py::key_error(name);
  std::shared_ptr<Columns>& made = made_[name];
  if (!made) made = make_(name);
  return made;
}

py::tuple Report::state() {
  py::dict texts;
  for (const auto& [name, value] : kFormats) texts[name] = py::bytes(render_(value));
  py::dict tables;
  for (const std::string& name : names_) tables[py::str(name)] = state_of(*columns(name));
  return py::make_tuple(interrupted_, record_.kind, record_.scenario_name, record_.scenario_text,
                        record_.seed, record_.profile_hash, record_.fingerprint, texts, tables);
}

std::shared_ptr<Report> Report::from(const py::tuple& state) {
  RunRecord record;
  record.kind = state[1].cast<std::string>();
  record.scenario_name = state[2].cast<std::string>();
  record.scenario_text = state[3].cast<std::string>();
  record.seed = state[4].cast<std::uint64_t>();
  record.profile_hash = state[5].cast<std::string>();
  record.fingerprint = state[6].cast<std::string>();
  std::map<ReportFormat, std::string> texts;
  const py::dict given = state[7].cast<py::dict>();
  for (const auto& [name, format] : kFormats) texts[format] = given[name].cast<std::string>();
  record.json = texts[ReportFormat::kJson];
  auto report = std::make_shared<Report>(std::move(record), state[0].cast<bool>(),
                                         [texts = std::move(texts)](ReportFormat format) {
                                           return texts.at(format);
                                         });
  std::vector<std::string> names;
  for (const auto& [name, columns] : state[8].cast<py::dict>()) {
    names.push_back(name.cast<std::string>());
    report->made_[names.back()] =
        std::make_shared<Columns>(columns_from(columns.cast<py::tuple>()));
  }
  report->set_columns(std::move(names), {});
  return report;
}

std::shared_ptr<Report> report_of(const Scenario& scenario, RunReport run) {
  RunRecord record = record_of(scenario, run);
  const auto shared = std::make_shared<const RunReport>(std::move(run));
  auto report = std::make_shared<Report>(
      std::move(record), shared->interrupted,
      [shared](ReportFormat format) { return render(*shared, format); });
  std::map<std::string, const DeploymentResult*> results;
  collect(shared->deployments, {}, results);
  std::vector<std::string> names;
  for (const auto& [path, figures] : results) {
    for (const char* table : kTables) names.push_back(std::string(path).append("/").append(table));
  }
  report->set_columns(std::move(names), [shared, results](const std::string& name) {
    const std::size_t slash = name.find('/');
    return columns_of(*results.at(name.substr(0, slash)), std::string_view(name).substr(slash + 1));
  });
  return report;
}

void bind_report(py::module_& m) {
  py::class_<Report, std::shared_ptr<Report>>(m, "Report", "The answer of a study.")
      .def_property_readonly("kind", [](const Report& r) { return r.record().kind; })
      .def_property_readonly("scenario_text",
                             [](const Report& r) { return r.record().scenario_text; })
      .def_property_readonly("interrupted", &Report::interrupted)
      .def("render", &Report::text, py::arg("format"))
      .def("names", &Report::names)
      .def("columns", &Report::columns, py::arg("name"))
      .def(
          "keep",
          [](const Report& report, const std::string& store) {
            const py::gil_scoped_release no_gil;
            return save_run(store_path({store}), report.record());
          },
          py::arg("store"))
      .def(py::pickle([](Report& report) { return report.state(); },
                      [](const py::tuple& state) { return Report::from(state); }));
}

}  // namespace faascast::python
