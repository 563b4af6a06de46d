#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bindings/python/handles.h"
#include "bindings/python/module.h"
#include "bindings/python/report.h"
#include "bindings/python/watch.h"
#include "input/quantity.h"
#include "platforms/platform_spec.h"
#include "studies/assumptions.h"
#include "studies/model_source.h"
#include "studies/price_view.h"
#include "studies/quote.h"
#include "workloads/models.h"
#include "workloads/profile.h"
#include "workloads/profiler.h"

namespace faascast::python {
namespace {

using Path = std::filesystem::path;

py::dict dict_of(const FigureRow& row) {
  const SourceNote& note = row.figure.note;
  py::dict dict;
  dict["figure"] = row.figure.path;
  dict["value"] = row.figure.value;
  dict["low"] = row.figure.low;
  dict["high"] = row.figure.high;
  dict["kind"] = note.kind;
  dict["source"] = note.source;
  dict["as_of"] = note.as_of;
  dict["confidence"] = note.confidence;
  dict["old"] = row.old;
  return dict;
}

const char* name_of(KeepAliveRule rule) {
  switch (rule) {
    case KeepAliveRule::kFixed: return "fixed-window";
    case KeepAliveRule::kDrawn: return "survival";
    case KeepAliveRule::kHalving: return "halving";
    case KeepAliveRule::kHistogram: break;
  }
  return "histogram";
}

/// Quantiles of a law at the middles of equal parts of (0, 1), in seconds.
py::array_t<double> lives_of(const Distribution& law) {
  constexpr py::ssize_t kParts = 1000;
  py::array_t<double> lives(kParts);
  for (py::ssize_t i = 0; i < kParts; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(kParts);
    lives.mutable_at(i) = seconds_of(law.quantile(u));
  }
  return lives;
}

py::dict platform(const std::string& name, const std::string& as_of,
                  const std::vector<std::string>& variants) {
  if (!as_of.empty() && !is_iso_day(as_of)) {
    throw InputError(Problem{"as_of", "'" + as_of + "' is not a day",
                             "write year-month-day, such as 2020-06-30"});
  }
  PlatformFace face;
  face.as_of = as_of;
  face.variants = variants;
  const PlatformSpec spec = load_platform(name, face);
  py::list figures;
  for (const FigureRow& row : describe(spec, today())) figures.append(dict_of(row));
  py::dict keep_alive;
  keep_alive["rule"] = name_of(spec.keep_alive.rule);
  keep_alive["window_s"] = seconds_of(spec.keep_alive.window);
  if (spec.keep_alive.rule == KeepAliveRule::kDrawn) {
    keep_alive["life_s"] = lives_of(spec.keep_alive.idle_life);
  }
  py::dict dict;
  dict["name"] = spec.name;
  dict["title"] = spec.title;
  dict["tariff"] = spec.tariff;
  dict["as_of"] = spec.as_of;
  dict["variants"] = spec.variants;
  dict["rules_changed"] = spec.dates;
  dict["notes"] = spec.notes;
  dict["figures"] = figures;
  dict["keep_alive"] = keep_alive;
  return dict;
}

py::dict dict_of(const PriceView& view) {
  py::list rows;
  for (const PriceRow& row : view.rows) {
    py::dict dict;
    dict["name"] = row.name;
    dict["region"] = row.region;
    dict["variant"] = row.variant;
    dict["unit"] = row.unit;
    dict["price"] = row.price;
    dict["range"] = row.range;
    dict["free"] = row.free;
    dict["source"] = row.source;
    dict["as_of"] = row.as_of;
    dict["confidence"] = row.confidence;
    rows.append(dict);
  }
  py::dict dict;
  dict["name"] = view.name;
  dict["title"] = view.title;
  dict["rows"] = rows;
  return dict;
}

py::dict prices(const std::string& name, const std::string& region, const std::string& as_of,
                const std::vector<Path>& files) {
  const PriceViewRequest request{name, region, as_of, files};
  return dict_of(name.empty() ? list_prices(request) : view_prices(request));
}

/// A quantity as a person writes it. @throws InputError
template <class Parse>
auto quantity(const char* where, const std::string& text, Parse parse) {
  std::string why;
  const auto value = parse(text, why);
  if (!value) throw InputError(Problem{where, why, "a number with its unit"});
  return *value;
}

std::shared_ptr<Report> quoted(const std::string& platform_name, const std::string& server,
                               const std::string& region, const std::string& arch,
                               const std::string& front_door, const std::string& purchase,
                               const std::string& as_of, std::int64_t count,
                               const std::string& memory, std::optional<double> cpu,
                               std::int64_t requests, const std::string& duration,
                               const std::string& request_bytes, const std::string& response_bytes,
                               bool free_tier, const std::vector<Path>& files) {
  QuoteRequest request;
  request.platform = platform_name;
  request.server = server;
  request.region = region;
  request.arch = arch;
  request.front_door = front_door;
  request.purchase = purchase;
  request.date = as_of;
  request.servers = count;
  if (!memory.empty()) request.memory = quantity("memory", memory, parse_memory);
  request.cpu = cpu;
  request.requests = requests;
  if (!duration.empty()) request.duration = quantity("duration", duration, parse_duration);
  if (!request_bytes.empty()) {
    request.request_bytes = quantity("request_bytes", request_bytes, parse_bytes);
  }
  if (!response_bytes.empty()) {
    request.response_bytes = quantity("response_bytes", response_bytes, parse_bytes);
  }
  request.free_tier = free_tier;
  request.price_files = files;
  return passing_report_of("quote", quote(request));
}

ProfileHandle held(ExecutionProfile profile) {
  return {std::make_shared<const ExecutionProfile>(std::move(profile))};
}

ProfileHandle measured(const std::string& model, std::uint64_t samples, double max_seconds,
                       std::int64_t batch, const std::string& store) {
  return watched(py::none(), [&](Watch&) {
    ProfileOptions options;
    options.min_samples = samples;
    options.max_seconds = max_seconds;
    options.batch = batch;
    return held(profile_here(model, options, {store}));
  });
}

py::array samples_of(const py::object& self) {
  const std::vector<std::int64_t>& samples = self.cast<const ProfileHandle&>().profile->samples_ns;
  py::array_t<std::int64_t> array({static_cast<py::ssize_t>(samples.size())},
                                  {static_cast<py::ssize_t>(sizeof(std::int64_t))}, samples.data(),
                                  self);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

}  // namespace

void bind_profiles(py::module_& m) {
  using py::arg;
  py::class_<ProfileHandle>(m, "Profile", "What running a model costs, measured.")
      .def_property_readonly("model", [](const ProfileHandle& h) { return h.profile->model; })
      .def_property_readonly("sha256", [](const ProfileHandle& h) { return profile_hash(*h.profile); })
      .def_property_readonly("text", [](const ProfileHandle& h) { return profile_text(*h.profile); })
      .def_property_readonly("samples_ns", &samples_of)
      .def(
          "save",
          [](const ProfileHandle& h, const std::string& file) { save_profile(*h.profile, file); },
          arg("file"));
  m.def("find_profile", [](const std::string& name) { return held(find_profile(name)); },
        arg("name"));
  m.def("profile_from_file",
        [](const std::string& file) { return held(profile_from_samples(file)); }, arg("file"));
  m.def("profile_from_text",
        [](const std::string& text, const std::string& name) {
          return held(parse_profile(text, name));
        },
        arg("text"), arg("name"));
  m.def("measure_profile", &measured, arg("model"), arg("samples"), arg("max_seconds"),
        arg("batch"), arg("store"));
  m.def("shipped_models", &shipped_models);
  m.def("shipped_profiles", &shipped_profiles);
}

void bind_catalogue(py::module_& m) {
  using py::arg;
  m.def("platform_names", &platform_names);
  m.def("platform", &platform, arg("name"), arg("as_of"), arg("variants"));
  m.def("prices", &prices, arg("name"), arg("region"), arg("as_of"), arg("files"));
  m.def("quote", &quoted, arg("platform"), arg("server"), arg("region"), arg("arch"),
        arg("front_door"), arg("purchase"), arg("as_of"), arg("count"), arg("memory"), arg("cpu"),
        arg("requests"), arg("duration"), arg("request_bytes"), arg("response_bytes"),
        arg("free_tier"), arg("files"));
}

}  // namespace faascast::python
