#include "studies/scenario.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <memory>
#include <string>
#include <vector>

#include "bindings/python/handles.h"
#include "bindings/python/module.h"
#include "bindings/python/policy.h"
#include "bindings/python/watch.h"
#include "studies/compile.h"
#include "studies/data.h"
#include "studies/question.h"
#include "studies/schema.h"

namespace faascast::python {
namespace {

Scenario read(const std::string& file, const ScenarioChanges& changes) {
  return read_scenario(file, changes);
}

/// The document with its changes, as TOML: keys sorted, without comments.
std::string toml_of(const Scenario& scenario) {
  TomlDocument document = TomlDocument::from_text(scenario.text, scenario.file_name);
  for (const std::string& assignment : scenario.changes.set) document.set(assignment);
  return document.canonical_text();
}

/// What reading alone does not find: traffic, model and every deployment ready to run.
void check(const Scenario& scenario, const std::string& store) {
  watched(py::none(), [&](Watch&) {
    (void)compile(scenario, resolve_inputs(scenario, {store}));
    return true;
  });
}

std::vector<std::tuple<std::string, std::string, std::string, std::string>> rows_of_schema() {
  std::vector<std::tuple<std::string, std::string, std::string, std::string>> rows;
  for (const SchemaRow& row : schema_rows()) {
    rows.emplace_back(row.key, row.type, row.initial, row.text);
  }
  return rows;
}

std::string question_text(const std::string& model, const std::string& log,
                          const std::string& format, std::optional<double> p99_s) {
  Question question{model, log, format, duration_of(p99_s)};
  return scenario_text_of(question);
}

}  // namespace

void bind_scenario(py::module_& m) {
  py::class_<ScenarioChanges>(m, "Changes", "What changes a scenario from outside.")
      .def(py::init<>())
      .def_readwrite("set", &ScenarioChanges::set)
      .def_readwrite("platform_files", &ScenarioChanges::platform_files)
      .def_readwrite("price_files", &ScenarioChanges::price_files)
      .def_readwrite("calibration", &ScenarioChanges::calibration)
      .def(
          "add_trace",
          [](ScenarioChanges& changes, const std::string& name, const std::string& sha256,
             const TrafficHandle& traffic) {
            changes.traces.push_back({name, sha256, traffic.traffic});
          },
          py::arg("name"), py::arg("sha256"), py::arg("traffic"))
      .def(
          "add_profile",
          [](ScenarioChanges& changes, const std::string& name, const ProfileHandle& profile) {
            changes.profiles.push_back({name, profile.profile});
          },
          py::arg("name"), py::arg("profile"))
      .def(
          "add_policy",
          [](ScenarioChanges& changes, const std::string& deployment, py::object factory) {
            changes.policies.push_back({deployment, policy_maker(std::move(factory))});
          },
          py::arg("deployment"), py::arg("factory"));
  py::class_<Scenario>(m, "Scenario", "A checked scenario.")
      .def_readonly("name", &Scenario::name)
      .def_readonly("file_name", &Scenario::file_name)
      .def_readonly("text", &Scenario::text)
      .def_readonly("seed", &Scenario::seed)
      .def_property_readonly("folder", [](const Scenario& s) { return s.folder.string(); })
      .def_property_readonly("has_objective",
                             [](const Scenario& s) { return !s.objective.empty(); })
      .def_property_readonly("deployments",
                             [](const Scenario& s) {
                               std::vector<std::string> names;
                               for (const auto& one : s.deployments) names.push_back(one.name);
                               return names;
                             })
      .def("toml", &toml_of)
      .def("check", &check, py::arg("store"));
  m.def("read_scenario", &read, py::arg("file"), py::arg("changes"));
  m.def(
      "scenario_from_text",
      [](const std::string& text, const std::string& name, const std::string& folder,
         const ScenarioChanges& changes) { return scenario_from_text(text, name, folder, changes); },
      py::arg("text"), py::arg("name"), py::arg("folder"), py::arg("changes"));
  m.def("scenario_template", &scenario_template);
  m.def("question_text", &question_text, py::arg("model"), py::arg("log"), py::arg("format"),
        py::arg("p99_s"));
  m.def("shipped_scenarios", &shipped_scenario_names);
  m.def("schema", &rows_of_schema);
}

}  // namespace faascast::python
