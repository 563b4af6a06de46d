#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/python/module.h"
#include "studies/model_source.h"
#include "studies/result_store.h"
#include "studies/run_diff.h"

namespace faascast::python {
namespace {

py::dict dict_of(const StoredRun& run) {
  py::dict dict;
  dict["id"] = run.id;
  dict["created"] = run.created;
  dict["kind"] = run.record.kind;
  dict["scenario"] = run.record.scenario_name;
  dict["seed"] = run.record.seed;
  dict["version"] = run.version;
  dict["host"] = run.host;
  dict["profile_hash"] = run.record.profile_hash;
  dict["fingerprint"] = run.record.fingerprint;
  return dict;
}

py::list listed(const std::string& store) {
  py::list runs;
  for (const StoredRun& run : list_runs(store_path({store}))) runs.append(dict_of(run));
  return runs;
}

py::dict loaded(const std::string& store, std::int64_t id) {
  const StoredRun run = load_run(store_path({store}), id);
  py::dict dict = dict_of(run);
  dict["scenario_text"] = run.record.scenario_text;
  dict["json"] = run.record.json;
  return dict;
}

py::list different(const std::string& before, const std::string& after) {
  py::list rows;
  for (const ResultDifference& one : differences(before, after)) {
    py::dict row;
    row["figure"] = one.figure;
    row["before"] = one.before;
    row["after"] = one.after;
    row["change"] = one.change;
    rows.append(row);
  }
  return rows;
}

}  // namespace

void bind_store(py::module_& m) {
  using py::arg;
  m.def("store_path", [](const std::string& store) { return store_path({store}).string(); },
        arg("store"));
  m.def("check_store", [](const std::string& store) { check_store(store_path({store})); },
        arg("store"));
  m.def("list_runs", &listed, arg("store"));
  m.def("load_run", &loaded, arg("store"), arg("id"));
  m.def("delete_runs",
        [](const std::string& store, const std::vector<std::int64_t>& ids) {
          delete_runs(store_path({store}), ids);
        },
        arg("store"), arg("ids"));
  m.def("delete_points", [](const std::string& store) { delete_points(store_path({store})); },
        arg("store"));
  m.def("differences", &different, arg("before"), arg("after"));
}

}  // namespace faascast::python
