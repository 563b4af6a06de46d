#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bindings/python/columns.h"
#include "bindings/python/handles.h"
#include "bindings/python/module.h"
#include "bindings/python/watch.h"
#include "studies/schema.h"
#include "traces/array_traffic.h"
#include "traces/binary_trace.h"
#include "traces/info.h"
#include "traces/plot.h"
#include "traces/scale.h"
#include "traces/tools.h"
#include "traces/trace.h"

namespace faascast::python {
namespace {

using SharedTraffic = std::shared_ptr<const Traffic>;
template <class Number>
using Input = py::array_t<Number, py::array::c_style | py::array::forcecast>;

using Handle = TrafficHandle;

template <class Number>
std::vector<Number> column_of(const std::optional<Input<Number>>& array) {
  if (!array) return {};
  return {array->data(), array->data() + array->size()};
}

Handle from_arrays(const Input<std::int64_t>& at_ns,
                   const std::optional<Input<std::uint32_t>>& function,
                   const std::optional<Input<std::int64_t>>& execution_ns,
                   const std::optional<Input<std::int64_t>>& cold_execution_ns,
                   const std::optional<Input<std::int64_t>>& memory_mb,
                   const std::optional<Input<std::int64_t>>& input_tokens,
                   const std::optional<Input<std::int64_t>>& output_tokens) {
  ArrivalArrays arrays;
  arrays.at_ns.assign(at_ns.data(), at_ns.data() + at_ns.size());
  arrays.function = column_of(function);
  arrays.execution_ns = column_of(execution_ns);
  arrays.cold_execution_ns = column_of(cold_execution_ns);
  arrays.memory_mb = column_of(memory_mb);
  arrays.input_tokens = column_of(input_tokens);
  arrays.output_tokens = column_of(output_tokens);
  const py::gil_scoped_release no_gil;
  std::string hash = hash_of(arrays);
  return {array_traffic(std::move(arrays)), std::move(hash)};
}

Handle from_file(const std::string& file, const std::string& format, const std::string& spread,
                 std::optional<double> reorder_s, std::optional<double> bin_s, bool drop_failed) {
  TraceOptions options;
  options.format = format;
  if (!spread.empty()) {
    const std::vector<std::string> names = spread_names();
    if (std::find(names.begin(), names.end(), spread) == names.end()) {
      throw InputError(Problem{"spread", "'" + spread + "' is no rule of spreading counts",
                               "uniform, poisson, equidistant, burst or bursty"});
    }
    options.spread = spread_named(spread);
  }
  options.reorder = duration_of(reorder_s);
  options.bin = duration_of(bin_s);
  options.drop_failed = drop_failed;
  const py::gil_scoped_release no_gil;
  return {open_trace(file, options), {}};
}

/// @param text  a generator's keys as TOML, as in a scenario's traffic.generator
Handle from_generator(const std::string& text) {
  const TomlDocument document = TomlDocument::from_text(text, "generator");
  GeneratorSpec spec;
  read_keys(spec, document.root(), generator_keys());
  document.finish();
  return {make_generator(spec), {}};
}

std::shared_ptr<Columns> columns_of(const Handle& handle, std::uint64_t seed,
                                    const py::object& progress) {
  ArrivalArrays arrays =
      watched(progress, [&](Watch&) { return arrays_of(*handle.traffic, {seed, 0}); });
  auto columns = std::make_shared<Columns>();
  columns->add("at_ns", std::move(arrays.at_ns));
  if (!arrays.function.empty()) {
    columns->add("function",
                 std::vector<std::int64_t>(arrays.function.begin(), arrays.function.end()));
  }
  const auto add = [&](const char* name, std::vector<std::int64_t>& column) {
    if (!column.empty()) columns->add(name, std::move(column));
  };
  add("execution_ns", arrays.execution_ns);
  add("cold_execution_ns", arrays.cold_execution_ns);
  add("memory_mb", arrays.memory_mb);
  add("input_tokens", arrays.input_tokens);
  add("output_tokens", arrays.output_tokens);
  return columns;
}

py::dict info_of(const Handle& handle, std::uint64_t seed) {
  const TrafficInfo info =
      watched(py::none(), [&](Watch&) { return describe(*handle.traffic, {seed, 0}); });
  py::dict popularity;
  popularity["busiest_share"] = info.busiest_share;
  popularity["busiest_1_percent_share"] = info.busiest_1_percent_share;
  popularity["busiest_10_percent_share"] = info.busiest_10_percent_share;
  popularity["functions_for_90_percent"] = info.functions_for_90_percent;
  py::dict dict;
  dict["description"] = handle.traffic->description();
  dict["requests"] = info.requests;
  dict["functions"] = info.functions;
  dict["span_s"] = seconds_of(info.span);
  dict["first_s"] = seconds_of(info.first);
  dict["last_s"] = seconds_of(info.last);
  dict["mean_rate_per_s"] = info.mean_rate_per_s;
  dict["interarrival_cv"] = info.interarrival_cv;
  dict["peak_minute"] = info.peak_minute;
  dict["mean_minute"] = info.mean_minute;
  dict["dispersion"] = info.dispersion;
  dict["popularity"] = popularity;
  return dict;
}

py::array_t<double> rates_of(const Handle& handle, std::uint64_t seed, double span_s,
                             std::size_t parts) {
  const Duration span = std::max(duration_of(span_s), Duration(1));
  const std::vector<double> rates = watched(py::none(), [&](Watch&) {
    return rates_over_time(*handle.traffic, {seed, 0}, span, parts);
  });
  return py::array_t<double>(static_cast<py::ssize_t>(rates.size()), rates.data());
}

bool write(const Handle& handle, const std::string& name, std::uint64_t seed) {
  const std::filesystem::path file(name);
  return watched(py::none(), [&](Watch& watch) {
    const Monitor monitor = watch.monitor();
    const auto goes_on = [&] { return monitor(Progress{}); };
    return file.extension() == ".fct"
               ? write_binary_trace(*handle.traffic, {seed, 0}, file, goes_on)
               : write_plain_csv(*handle.traffic, {seed, 0}, file, goes_on);
  });
}

Handle scaled(const Handle& handle, double factor, const std::string& by) {
  ScaleBy rule = handle.traffic->default_scale_by();
  if (by == "thin") {
    rule = ScaleBy::kThin;
  } else if (by == "time") {
    rule = ScaleBy::kTime;
  } else if (!by.empty()) {
    throw InputError(Problem{"by", "'" + by + "' is no rule of scaling", "thin or time"});
  }
  const py::gil_scoped_release no_gil;
  return {scale_traffic(handle.traffic, factor, rule), {}};
}

Handle merged(const std::vector<Handle>& parts) {
  std::vector<SharedTraffic> all;
  for (const Handle& part : parts) all.push_back(part.traffic);
  return {merge_traffic(std::move(all)), {}};
}

}  // namespace

void bind_traffic(py::module_& m) {
  py::class_<Handle>(m, "Traffic", "Arrivals that can be replayed any number of times.")
      .def_property_readonly("description",
                             [](const Handle& handle) { return handle.traffic->description(); })
      .def_property_readonly("sha256", [](const Handle& handle) { return handle.sha256; })
      .def_property_readonly("has_execution",
                             [](const Handle& handle) { return handle.traffic->has_execution(); })
      .def_property_readonly(
          "duration_s", [](const Handle& handle) { return seconds_of(handle.traffic->duration()); })
      .def("columns", &columns_of, py::arg("seed"), py::arg("progress"))
      .def("info", &info_of, py::arg("seed"))
      .def("rates", &rates_of, py::arg("seed"), py::arg("span_s"), py::arg("parts"))
      .def("write", &write, py::arg("file"), py::arg("seed"))
      .def("scaled", &scaled, py::arg("factor"), py::arg("by"))
      .def(
          "cut",
          [](const Handle& handle, double from_s, double to_s) {
            return Handle{cut_traffic(handle.traffic, duration_of(from_s), duration_of(to_s)), {}};
          },
          py::arg("from_s"), py::arg("to_s"))
      .def(
          "anonymised",
          [](const Handle& handle, double step_s) {
            return Handle{anonymise_traffic(handle.traffic, duration_of(step_s)), {}};
          },
          py::arg("step_s"));
  m.def("trace_from_arrays", &from_arrays, py::arg("at_ns"), py::arg("function"),
        py::arg("execution_ns"), py::arg("cold_execution_ns"), py::arg("memory_mb"),
        py::arg("input_tokens"), py::arg("output_tokens"));
  m.def("trace_from_file", &from_file, py::arg("file"), py::arg("format"), py::arg("spread"),
        py::arg("reorder_s"), py::arg("bin_s"), py::arg("drop_failed"));
  m.def("trace_from_generator", &from_generator, py::arg("text"));
  m.def("merge_traces", &merged, py::arg("parts"));
  m.def("trace_formats", &trace_formats);
  m.def("generator_kinds", &generator_kinds);
}

}  // namespace faascast::python
