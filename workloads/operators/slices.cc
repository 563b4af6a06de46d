// Operators that pick, repeat or spread out parts of one tensor, for every element type.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "workloads/operators/operators.h"
#include "workloads/operators/broadcast.h"
#include "workloads/operators/strided.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

struct SliceSpec {
  std::vector<std::int64_t> starts{};
  std::vector<std::int64_t> ends{};
  std::vector<std::int64_t> axes{};
  std::vector<std::int64_t> steps{};
};

SliceSpec read_slice(const PlanRequest& request) {
  SliceSpec spec;
  if (request.graph.opset < 10) {
    spec = {.starts = request.node().integers("starts"),
            .ends = request.node().integers("ends"),
            .axes = request.node().integers("axes")};
  } else {
    spec = {.starts = request.known_integers(1), .ends = request.known_integers(2)};
    if (request.has_input(3)) spec.axes = request.known_integers(3);
    if (request.has_input(4)) spec.steps = request.known_integers(4);
  }
  if (spec.axes.empty()) {
    spec.axes.resize(spec.starts.size());
    std::iota(spec.axes.begin(), spec.axes.end(), std::int64_t{0});
  }
  if (spec.steps.empty()) spec.steps.assign(spec.starts.size(), 1);
  if (spec.ends.size() != spec.starts.size() || spec.axes.size() != spec.starts.size() ||
      spec.steps.size() != spec.starts.size()) {
    request.fail("starts, ends, axes and steps have different lengths");
  }
  return spec;
}

/// Where an index counted from either end lies, within [low, high].
std::int64_t clamped(std::int64_t index, std::int64_t size, std::int64_t low, std::int64_t high) {
  return std::clamp(index < 0 ? index + size : index, low, high);
}

/// Sizes of the parts along the axis.
std::vector<std::int64_t> split_sizes(const PlanRequest& request, std::int64_t size) {
  const auto parts = static_cast<std::int64_t>(request.node().outputs.size());
  std::vector<std::int64_t> sizes;
  if (request.graph.opset < 13) {
    sizes = request.node().integers("split");
  } else if (request.has_input(1)) {
    sizes = request.known_integers(1);
  }
  if (sizes.empty()) {
    const std::int64_t wanted = request.node().integer("num_outputs", parts);
    if (wanted != parts || parts < 1) request.fail("num_outputs contradicts its outputs");
    if (request.graph.opset < 18 && size % parts != 0) {
      request.fail(fmt::format("{} cannot be split into {} equal parts", size, parts));
    }
    const std::int64_t part = (size + parts - 1) / parts;
    for (std::int64_t i = 0; i < parts; ++i) {
      sizes.push_back(std::clamp<std::int64_t>(size - i * part, 0, part));
    }
  }
  const bool negative = std::any_of(sizes.begin(), sizes.end(), [&](auto s) { return s < 0 || s > size; });
  if (negative || static_cast<std::int64_t>(sizes.size()) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != size) {
    request.fail(fmt::format("parts {} do not make up {}", shape_text(sizes), size));
  }
  return sizes;
}

/// For each position of a padded axis, the position it is copied from; -1 = the constant.
std::vector<std::int64_t> pad_map(const PlanRequest& request, const std::string& mode,
                                  std::int64_t size, std::int64_t before, std::int64_t after) {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  if (std::abs(before) > kMost || std::abs(after) > kMost || size > kMost) {
    request.fail("a padding is too large");
  }
  const std::int64_t out = size + before + after;
  if (out < 0) request.fail("a negative padding is larger than the axis");
  std::vector<std::int64_t> map;
  for (std::int64_t i = 0; i < out; ++i) {
    std::int64_t at = i - before;
    if (mode == "constant") {
      if (at < 0 || at >= size) at = -1;
    } else if (size == 0) {
      request.fail("pads an empty axis with its own values");
    } else if (mode == "edge") {
      at = std::clamp<std::int64_t>(at, 0, size - 1);
    } else if (mode == "wrap") {
      at = (at % size + size) % size;
    } else {  // reflect
      const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);
      at = (at % period + period) % period;
      if (at >= size) at = period - at;
    }
    map.push_back(at);
  }
  return map;
}

/// pads as [begin of each axis, end of each axis], whichever way the opset gives them.
std::vector<std::int64_t> read_pads(const PlanRequest& request) {
  const auto rank = static_cast<std::size_t>(request.input(0).rank());
  if (request.graph.opset < 11) {
    return request.node().integers(request.node().has("paddings") ? "paddings" : "pads");
  }
  std::vector<std::int64_t> pads = request.known_integers(1);
  if (!request.has_input(3)) return pads;
  std::vector<std::int64_t> axes = request.known_integers(3);
  for (std::int64_t& axis : axes) axis = request.axis(axis, request.input(0).rank());
  if (pads.size() != 2 * axes.size()) request.fail("pads and axes have different lengths");
  std::vector<std::int64_t> all(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    all[static_cast<std::size_t>(axes[i])] = pads[i];
    all[static_cast<std::size_t>(axes[i]) + rank] = pads[i + axes.size()];
  }
  return all;
}

/// Copies by one position map an axis; the last axis runs innermost.
template <class T>
struct PadWalk {
  std::vector<std::vector<std::int64_t>> maps{};
  std::vector<std::int64_t> strides{};

  T* walk(std::size_t axis, const T* from, bool outside, T fill, T* to) const {
    const bool innermost = axis + 1 == maps.size();
    for (const std::int64_t at : maps[axis]) {
      const bool constant = outside || at < 0;
      if (innermost) {
        *to++ = constant ? fill : from[at];
      } else {
        to = walk(axis + 1, constant ? from : from + at * strides[axis], constant, fill, to);
      }
    }
    return to;
  }
};

PlannedNode rearranged_blocks(const PlanRequest& request, const Shape& split,
                              const std::vector<std::size_t>& order, const Shape& out) {
  const auto strides = dense_strides(split);
  Shape sizes;
  std::vector<std::int64_t> moved;
  for (const std::size_t axis : order) {
    sizes.push_back(split[axis]);
    moved.push_back(strides[axis]);
  }
  PlannedNode planned = strided(request, request.input(0).type, sizes, moved, 0);
  planned.outputs[0].shape = out;
  return planned;
}

std::int64_t block_size(const PlanRequest& request) {
  const std::int64_t block = request.node().integer("blocksize", 0);
  if (block < 1 || block > 1 << 16 || request.input(0).rank() != 4) {
    request.fail("needs a positive blocksize and four axes");
  }
  return block;
}

}  // namespace

PlannedNode plan_slice(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  SliceSpec spec = read_slice(request);
  for (std::int64_t& axis : spec.axes) axis = request.axis(axis, in.rank());
  static_cast<void>(normal_axes(request, spec.axes, in.rank()));
  Shape out = in.shape;
  std::vector<std::int64_t> strides = dense_strides(in.shape);
  std::int64_t start = 0;
  for (std::size_t i = 0; i < spec.axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(spec.axes[i]);
    const std::int64_t size = in.shape[axis];
    const std::int64_t step = std::clamp<std::int64_t>(spec.steps[i], -(1LL << 40), 1LL << 40);
    if (step == 0) request.fail("a step of 0");
    const std::int64_t first = step > 0 ? clamped(spec.starts[i], size, 0, size)
                                        : clamped(spec.starts[i], size, -1, size - 1);
    const std::int64_t last = step > 0 ? clamped(spec.ends[i], size, 0, size)
                                       : clamped(spec.ends[i], size, -1, size - 1);
    const std::int64_t distance = step > 0 ? last - first : first - last;
    const std::int64_t pace = std::abs(step);
    out[axis] = distance <= 0 ? 0 : (distance + pace - 1) / pace;
    if (out[axis] == 0) continue;
    start += first * strides[axis];
    strides[axis] = out[axis] == 1 ? 0 : strides[axis] * step;
  }
  return strided(request, in.type, std::move(out), strides, start);
}

PlannedNode plan_split(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", 0), in.rank());
  const std::int64_t rows = elements_between(in.shape, 0, axis);
  const std::int64_t below = elements_between(in.shape, axis + 1, in.rank());
  std::vector<std::size_t> widths;
  PlannedNode planned;
  for (const std::int64_t size : split_sizes(request, in.dim(axis))) {
    Shape out = in.shape;
    out[static_cast<std::size_t>(axis)] = size;
    planned.outputs.push_back({.type = in.type, .shape = std::move(out)});
    widths.push_back(static_cast<std::size_t>(size * below) * size_of(in.type));
  }
  if (widths.size() > 12) {  // a kernel may look at so many outputs only where they are given
    for (const int output : request.node().outputs) {
      if (output == Node::kAbsent) request.fail("more than 12 outputs, some absent");
    }
  }
  planned.kernel = [rows, widths = std::move(widths)](const KernelCall& call) {
    const std::byte* from = call.inputs[0];
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::size_t i = 0; i < widths.size(); from += widths[i], ++i) {
        if (call.outputs[i] == nullptr || widths[i] == 0) continue;
        std::memcpy(call.outputs[i] + static_cast<std::size_t>(r) * widths[i], from, widths[i]);
      }
    }
  };
  return planned;
}

PlannedNode plan_expand(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const auto out = broadcast_shape(in.shape, request.known_integers(1));
  if (!out || !element_count(*out)) {
    request.fail(fmt::format("{} cannot be expanded to {}", shape_text(in.shape),
                             shape_text(request.known_integers(1))));
  }
  const auto own = dense_strides(in.shape);
  std::vector<std::int64_t> strides(out->size(), 0);
  const std::size_t offset = out->size() - in.shape.size();
  for (std::size_t i = 0; i < own.size(); ++i) strides[offset + i] = in.shape[i] == 1 ? 0 : own[i];
  return strided(request, in.type, *out, strides, 0);
}

PlannedNode plan_tile(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const auto repeats = request.known_integers(1);
  if (repeats.size() != in.shape.size()) request.fail("repeats do not fit the rank");
  const auto own = dense_strides(in.shape);
  Shape sizes;
  Shape out;
  std::vector<std::int64_t> strides;
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (repeats[i] < 0 || !element_count({repeats[i], in.shape[i]})) {
      request.fail(fmt::format("{} repeats", repeats[i]));
    }
    out.push_back(repeats[i] * in.shape[i]);
    if (repeats[i] != 1) {
      sizes.push_back(repeats[i]);
      strides.push_back(0);
    }
    sizes.push_back(in.shape[i]);
    strides.push_back(own[i]);
  }
  PlannedNode planned = strided(request, in.type, std::move(sizes), strides, 0);
  planned.outputs[0].shape = std::move(out);
  return planned;
}

PlannedNode plan_pad(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::string mode = request.node().text("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap") {
    request.fail(fmt::format("mode '{}' does not exist", mode));
  }
  const std::vector<std::int64_t> pads = read_pads(request);
  if (pads.size() != 2 * in.shape.size() || in.rank() == 0) {
    request.fail(fmt::format("{} paddings for {} axes", pads.size(), in.rank()));
  }
  const bool has_value = request.graph.opset >= 11 && request.has_input(2);
  if (has_value && (request.input(2).type != in.type || request.input(2).elements() != 1)) {
    request.fail("the constant must be a scalar of the input's type");
  }
  Shape out;
  std::vector<std::vector<std::int64_t>> maps;
  for (std::size_t i = 0; i < in.shape.size(); ++i) {
    maps.push_back(pad_map(request, mode, in.shape[i], pads[i], pads[i + in.shape.size()]));
    out.push_back(static_cast<std::int64_t>(maps.back().size()));
  }
  const float given = request.node().number("value", 0.0F);
  if (given != 0.0F) static_cast<void>(request.float_input(0));
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = out}};
  planned.kernel = visit_type(in.type, [&]<class T>(T) -> Kernel {
    auto walk = std::make_shared<const PadWalk<T>>(
        PadWalk<T>{.maps = std::move(maps), .strides = dense_strides(in.shape)});
    return [walk = std::move(walk), has_value, given](const KernelCall& call) {
      const T fill = has_value ? *call.in<T>(2) : static_cast<T>(given);
      walk->walk(0, call.in<T>(0), false, fill, call.out<T>(0));
    };
  });
  return planned;
}

PlannedNode plan_depth_to_space(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::int64_t b = block_size(request);
  const std::string mode = request.node().text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") request.fail(fmt::format("mode '{}' does not exist", mode));
  if (in.dim(1) % (b * b) != 0) request.fail("its channels do not fill the blocks");
  const std::int64_t c = in.dim(1) / (b * b);
  const Shape out{in.dim(0), c, in.dim(2) * b, in.dim(3) * b};
  if (mode == "DCR") {
    return rearranged_blocks(request, {in.dim(0), b, b, c, in.dim(2), in.dim(3)},
                             {0, 3, 4, 1, 5, 2}, out);
  }
  return rearranged_blocks(request, {in.dim(0), c, b, b, in.dim(2), in.dim(3)}, {0, 1, 4, 2, 5, 3},
                           out);
}

PlannedNode plan_space_to_depth(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  const std::int64_t b = block_size(request);
  if (in.dim(2) % b != 0 || in.dim(3) % b != 0) request.fail("its planes are no whole blocks");
  const Shape out{in.dim(0), in.dim(1) * b * b, in.dim(2) / b, in.dim(3) / b};
  return rearranged_blocks(request, {in.dim(0), in.dim(1), in.dim(2) / b, b, in.dim(3) / b, b},
                           {0, 3, 5, 1, 2, 4}, out);
}

}  // namespace faascast
