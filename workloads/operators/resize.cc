// Resize and Upsample: each axis by itself, as weighted sums of neighbours along it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workloads/operators/resampling.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

constexpr std::int64_t kMostTaps = 4;

/// One axis: what each place of the output is made of.
struct ResizedAxis {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t inner = 1;  ///< elements between neighbours
  std::int64_t taps = 1;   ///< for each place
  std::vector<std::int64_t> from{};
  std::vector<float> weight{};
  std::vector<bool> is_outside{};  ///< of the input: takes the extrapolation value
};

struct Settings {
  std::string mode{};
  std::string coordinates{};
  std::string nearest{};
  float cubic_a = -0.75F;
  bool exclude_outside = false;
  float extrapolation = 0.0F;
};

Settings read_settings(const PlanRequest& request) {
  const Node& node = request.node();
  const bool old = node.op == "Upsample" || request.graph.opset < 11;
  Settings s{.mode = node.text("mode", "nearest"),
             .coordinates = node.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel"),
             .nearest = node.text("nearest_mode", old ? "floor" : "round_prefer_floor"),
             .cubic_a = node.number("cubic_coeff_a", -0.75F),
             .exclude_outside = node.integer("exclude_outside", 0) != 0,
             .extrapolation = node.number("extrapolation_value", 0.0F)};
  if (s.mode == "bilinear") s.mode = "linear";
  if (s.mode != "nearest" && s.mode != "linear" && s.mode != "cubic") {
    request.fail(fmt::format("the mode '{}' is not supported (opset {})", s.mode, request.graph.opset));
  }
  if (node.integer("antialias", 0) != 0) request.fail("antialias is not supported");
  if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch") {
    request.fail("only the policy 'stretch' is supported");
  }
  return s;
}

/// Place in the input that a place of the output stands for.
double original(const PlanRequest& request, const Settings& s, const ResizedAxis& axis, double scale,
                std::int64_t place, double start, double end) {
  const auto x = static_cast<double>(place);
  const auto in = static_cast<double>(axis.in);
  const double out = in * scale;  // as the definition has it: not rounded to whole elements
  const std::string& rule = s.coordinates;
  if (rule == "half_pixel") return (x + 0.5) / scale - 0.5;
  if (rule == "half_pixel_symmetric") {
    const double adjusted = static_cast<double>(axis.out) / out;
    const double centre = in / 2.0;
    return centre * (1.0 - adjusted) + (x + 0.5) / scale - 0.5;
  }
  if (rule == "pytorch_half_pixel") return axis.out > 1 ? (x + 0.5) / scale - 0.5 : 0.0;
  if (rule == "align_corners") return axis.out > 1 ? x * (in - 1.0) / (out - 1.0) : 0.0;
  if (rule == "asymmetric") return x / scale;
  if (rule == "tf_half_pixel_for_nn") return (x + 0.5) / scale;
  if (rule == "tf_crop_and_resize") {
    return axis.out > 1 ? start * (in - 1.0) + x * (end - start) * (in - 1.0) / (out - 1.0)
                        : 0.5 * (start + end) * (in - 1.0);
  }
  request.fail(fmt::format("the coordinates '{}' are not supported", rule));
}

double nearest(const PlanRequest& request, const std::string& rule, double x) {
  if (rule == "round_prefer_floor") return std::ceil(x - 0.5);
  if (rule == "round_prefer_ceil") return std::floor(x + 0.5);
  if (rule == "floor") return std::floor(x);
  if (rule == "ceil") return std::ceil(x);
  request.fail(fmt::format("the nearest mode '{}' is not supported", rule));
}

/// Weights of the places floor(x) - 1 to floor(x) + 2 (Keys' cubic convolution).
void cubic_weights(double fraction, double a, double* weights) {
  for (int i = 0; i < 4; ++i) {
    const double d = std::fabs(fraction + 1.0 - i);
    weights[i] = d <= 1.0 ? ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0
                          : ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  }
}

void fill_axis(const PlanRequest& request, const Settings& s, double scale, double start, double end,
               ResizedAxis& axis) {
  axis.taps = s.mode == "nearest" ? 1 : s.mode == "linear" ? 2 : kMostTaps;
  const bool crops = s.coordinates == "tf_crop_and_resize";
  for (std::int64_t place = 0; place < axis.out; ++place) {
    const double x = original(request, s, axis, scale, place, start, end);
    axis.is_outside.push_back(crops && (x < 0.0 || x > static_cast<double>(axis.in - 1)));
    double weights[kMostTaps] = {1.0, 0.0, 0.0, 0.0};
    const double base = s.mode == "nearest" ? nearest(request, s.nearest, x) : std::floor(x);
    std::int64_t first = static_cast<std::int64_t>(base);
    if (s.mode == "linear") {
      weights[1] = x - base;
      weights[0] = 1.0 - weights[1];
    } else if (s.mode == "cubic") {
      cubic_weights(x - base, static_cast<double>(s.cubic_a), weights);
      --first;
    }
    double sum = 0.0;
    for (std::int64_t t = 0; t < axis.taps; ++t) {
      const bool inside = first + t >= 0 && first + t < axis.in;
      if (!inside && s.exclude_outside) weights[t] = 0.0;
      sum += weights[t];
    }
    for (std::int64_t t = 0; t < axis.taps; ++t) {
      axis.from.push_back(std::clamp<std::int64_t>(first + t, 0, axis.in - 1));
      const double weight = s.exclude_outside && sum != 0.0 ? weights[t] / sum : weights[t];
      axis.weight.push_back(static_cast<float>(weight));
    }
  }
}

/// Elements moved or summed along one axis.
template <class T>
void resize_axis(const ResizedAxis& axis, std::int64_t outer, const T* in, T* out) {
  for (std::int64_t o = 0; o < outer; ++o, in += axis.in * axis.inner) {
    for (std::int64_t place = 0; place < axis.out; ++place, out += axis.inner) {
      const std::int64_t* from = axis.from.data() + place * axis.taps;
      const float* weight = axis.weight.data() + place * axis.taps;
      if constexpr (std::is_same_v<T, float>) {
        const float* first = in + from[0] * axis.inner;
        for (std::int64_t i = 0; i < axis.inner; ++i) out[i] = weight[0] * first[i];
        for (std::int64_t t = 1; t < axis.taps; ++t) {
          const float* next = in + from[t] * axis.inner;
          for (std::int64_t i = 0; i < axis.inner; ++i) out[i] += weight[t] * next[i];
        }
      } else {
        std::copy_n(in + from[0] * axis.inner, axis.inner, out);
      }
    }
  }
}

struct Resized {
  std::vector<ResizedAxis> axes{};  ///< that change, the last first
  Shape in{};
  Shape out{};
  float extrapolation = 0.0F;
  bool has_outside = false;
  std::int64_t most = 1;  ///< elements of the largest tensor between two axes
};

template <class T>
void run_resize(const Resized& r, const KernelCall& call) {
  const std::int64_t count = *element_count(r.out);
  const T* from = call.in<T>(0);
  T* halves[2] = {reinterpret_cast<T*>(call.scratch), reinterpret_cast<T*>(call.scratch) + r.most};
  std::int64_t elements = *element_count(r.in);
  for (std::size_t i = 0; i < r.axes.size(); ++i) {
    const ResizedAxis& axis = r.axes[i];
    const std::int64_t outer = elements / (axis.in * axis.inner);
    T* to = i + 1 == r.axes.size() ? call.out<T>(0) : halves[i % 2];
    resize_axis<T>(axis, outer, from, to);
    elements = outer * axis.out * axis.inner;
    from = to;
  }
  if (r.axes.empty()) std::copy_n(from, count, call.out<T>(0));
  if (!r.has_outside) return;
  for (const ResizedAxis& axis : r.axes) {
    const std::int64_t outer = count / (axis.out * axis.inner);
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t place = 0; place < axis.out; ++place) {
        if (!axis.is_outside[static_cast<std::size_t>(place)]) continue;
        std::fill_n(call.out<T>(0) + (o * axis.out + place) * axis.inner, axis.inner,
                    static_cast<T>(r.extrapolation));
      }
    }
  }
}

std::vector<float> known_floats(const PlanRequest& request, std::size_t i) {
  const ValueSpec& spec = request.float_input(i);
  if (spec.constant == nullptr) {
    request.fail(fmt::format("input {} depends on the model's input; it must be constant", i),
                 "export the model with fixed shapes");
  }
  const auto values = spec.constant->as<float>();
  return {values.begin(), values.end()};
}

/// What is asked for: scales or sizes of some axes.
struct Target {
  std::vector<double> scales{};
  std::optional<Shape> sizes{};
  std::vector<std::int64_t> axes{};
  std::vector<float> region{};
};

Target read_target(const PlanRequest& request, std::int64_t rank) {
  const Node& node = request.node();
  Target target;
  if (node.op == "Upsample" || request.graph.opset < 11) {
    std::vector<float> scales;
    if (const auto found = node.attributes.find("scales"); found != node.attributes.end()) {
      if (const auto* given = std::get_if<std::vector<float>>(&found->second)) scales = *given;
    } else {
      scales = known_floats(request, 1);
    }
    target.scales.assign(scales.begin(), scales.end());
  } else {
    if (request.has_input(1)) {
      if (node.text("coordinate_transformation_mode", "") == "tf_crop_and_resize") {
        target.region = known_floats(request, 1);
      }
    }
    if (request.has_input(3) && request.input(3).elements() > 0) {
      target.sizes = request.known_integers(3);
    } else if (request.has_input(2)) {
      const auto scales = known_floats(request, 2);
      target.scales.assign(scales.begin(), scales.end());
    }
  }
  target.axes = node.integers("axes");
  if (target.axes.empty()) {
    for (std::int64_t a = 0; a < rank; ++a) target.axes.push_back(a);
  }
  for (std::int64_t& axis : target.axes) axis = request.axis(axis, rank);
  const std::size_t given = target.sizes ? target.sizes->size() : target.scales.size();
  if (given != target.axes.size()) {
    request.fail(fmt::format("{} scales or sizes for {} axes", given, target.axes.size()));
  }
  if (!target.region.empty() && target.region.size() != 2 * target.axes.size()) {
    request.fail("its region of interest does not fit the axes");
  }
  return target;
}

}  // namespace

PlannedNode plan_resize(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const Settings settings = read_settings(request);
  if (settings.mode != "nearest") static_cast<void>(request.float_input(0));
  const Target target = read_target(request, in.rank());
  auto resized = std::make_shared<Resized>();
  resized->in = in.shape;
  resized->out = in.shape;
  resized->extrapolation = settings.extrapolation;
  std::vector<double> scales(target.axes.size(), 1.0);
  for (std::size_t i = 0; i < target.axes.size(); ++i) {
    std::int64_t& size = resized->out[static_cast<std::size_t>(target.axes[i])];
    if (target.sizes) {
      const std::int64_t before = size;
      size = (*target.sizes)[i];
      scales[i] = before > 0 ? static_cast<double>(size) / static_cast<double>(before) : 1.0;
    } else {
      scales[i] = target.scales[i];
      if (!(scales[i] > 0.0) || !std::isfinite(scales[i])) request.fail("a scale is not above 0");
      const double length = std::floor(static_cast<double>(size) * scales[i]);
      if (length > 1e9) request.fail("the output is too large");
      size = static_cast<std::int64_t>(length);
    }
    if (size < 0) request.fail("a size is negative");
  }
  const auto count = element_count(resized->out);
  if (!count) request.fail(fmt::format("the output {} is too large", shape_text(resized->out)));
  // Inner axes first: the rows that outer axes add up are then already as long as they will be.
  std::vector<std::size_t> order(target.axes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return target.axes[a] > target.axes[b]; });
  Shape now = in.shape;
  double flops = 0.0;
  for (const std::size_t i : order) {
    const auto a = static_cast<std::size_t>(target.axes[i]);
    const bool crops = !target.region.empty();
    const double start = crops ? static_cast<double>(target.region[i]) : 0.0;
    const double end = crops ? static_cast<double>(target.region[i + target.axes.size()]) : 1.0;
    if (now[a] == resized->out[a] && scales[i] == 1.0 && start == 0.0 && end == 1.0) continue;
    if (now[a] == 0 && resized->out[a] > 0) request.fail("an empty axis cannot grow");
    ResizedAxis axis{.in = now[a], .out = resized->out[a]};
    axis.inner = elements_between(now, static_cast<std::int64_t>(a) + 1, in.rank());
    fill_axis(request, settings, scales[i], start, end, axis);
    now[a] = axis.out;
    const auto elements = element_count(now);
    if (!elements) request.fail("the output is too large");
    resized->most = std::max(resized->most, *elements);
    flops += 2.0 * static_cast<double>(*elements * axis.taps);
    resized->has_outside = resized->has_outside || std::find(axis.is_outside.begin(), axis.is_outside.end(),
                                                             true) != axis.is_outside.end();
    resized->axes.push_back(std::move(axis));
  }
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = resized->out}};
  planned.flops = settings.mode == "nearest" ? 0.0 : flops;
  if (*count == 0) {
    planned.kernel = [](const KernelCall&) {};
    return planned;
  }
  planned.scratch_bytes = 2 * static_cast<std::size_t>(resized->most) * size_of(in.type);
  if (in.type == ElementType::kFloat32) {
    planned.kernel = [resized](const KernelCall& call) { run_resize<float>(*resized, call); };
  } else {
    if (resized->has_outside) static_cast<void>(request.float_input(0));
    planned.kernel = visit_size(size_of(in.type), [&]<class T>(T) -> Kernel {
      return [resized](const KernelCall& call) { run_resize<T>(*resized, call); };
    });
  }
  return planned;
}

}  // namespace faascast
