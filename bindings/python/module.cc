#include "bindings/python/module.h"

#include <exception>
#include <string>

#include "sim-core/error.h"
#include "studies/run.h"
#include "studies/version.h"

namespace faascast::python {
namespace {

/// Raises a class of faascast._errors, which Python code can pickle and subclass.
void raise(const char* name, const py::object& argument) {
  const py::object type = py::module_::import("faascast._errors").attr(name);
  PyErr_SetObject(type.ptr(), type(argument).ptr());
}

}  // namespace

void bind_errors(py::module_& /*m*/) {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const InputError& error) {
      py::list problems;
      for (const Problem& problem : error.problems()) {
        problems.append(py::make_tuple(problem.where, problem.what, problem.mend));
      }
      raise("InputError", problems);
    } catch (const Interrupted& interrupted) {
      raise("Interrupted", py::str(interrupted.what()));
    }
  });
}

}  // namespace faascast::python

PYBIND11_MODULE(_core, m) {
  namespace fp = faascast::python;
  m.doc() = "The C++ library behind the package faascast; use that.";
  m.attr("version") = std::string(faascast::program_version());
  fp::bind_errors(m);
  fp::bind_columns(m);
  fp::bind_traffic(m);
  fp::bind_profiles(m);
  fp::bind_scenario(m);
  fp::bind_report(m);
  fp::bind_studies(m);
  fp::bind_sweep(m);
  fp::bind_catalogue(m);
  fp::bind_store(m);
  fp::bind_policy(m);
}
