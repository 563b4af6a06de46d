#include "workloads/passes/quantise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "sim-core/error.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/graph_edit.h"

namespace faascast {
namespace {

struct Range {
  float low = 0.0F;  ///< zero is always inside: padding and Relu need it exact
  float high = 0.0F;
};

/// Scale and zero point of a uint8 value.
struct Scale {
  float scale = 1.0F;
  std::uint8_t zero = 0;
};

Scale scale_of(const Range& range) {
  const float scale = (range.high - range.low) / 255.0F;
  if (!(scale > 0.0F)) return {};
  return {.scale = scale,
          .zero = static_cast<std::uint8_t>(std::clamp(std::nearbyint(-range.low / scale), 0.0F, 255.0F))};
}

/// Least and largest content of values over the calibration runs.
std::vector<Range> observe(const Graph& graph, const std::vector<int>& values,
                           const PassOptions& options) {
  Graph watched = graph;
  watched.outputs = values;
  Executor executor(watched, options.executor);
  std::vector<Range> ranges(values.size());
  const std::vector<RunInputs> runs = options.calibration.empty()
                                          ? made_up_inputs(graph, options.executor, 8)
                                          : options.calibration;
  for (const RunInputs& inputs : runs) {
    const std::vector<Tensor> seen = executor.run_on(inputs);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      for (const float x : seen[i].as<float>()) {
        if (!std::isfinite(x)) {
          throw InputError(Problem{
              .where = graph.name,
              .what = fmt::format("value '{}' is not finite on the calibration data",
                                  graph.values[static_cast<std::size_t>(values[i])].name),
              .mend = "calibrate with inputs as the model was trained on"});
        }
        ranges[i].low = std::min(ranges[i].low, x);
        ranges[i].high = std::max(ranges[i].high, x);
      }
    }
  }
  return ranges;
}

/// Operators that move values, or choose among them: the same on uint8.
bool moves_values(const Node& node) {
  constexpr std::array<std::string_view, 7> kOps{"MaxPool", "Flatten", "Reshape", "Squeeze",
                                                 "Unsqueeze", "Transpose", "Identity"};
  return node.domain.empty() && node.outputs.size() == 1 &&
         std::find(kOps.begin(), kOps.end(), node.op) != kOps.end();
}

class Quantiser {
 public:
  Quantiser(Graph graph, const PassOptions& options)
      : graph_(std::move(graph)), options_(options), links_(graph_) {}

  PassResult quantised() {
    const std::vector<int> order = execution_order(graph_);
    watch(order);
    bytes_.assign(graph_.values.size(), Node::kAbsent);
    for (const int n : order) rewrite(static_cast<std::size_t>(n));
    if (convs_ + products_ == 0) {
      throw InputError(Problem{.where = graph_.name,
                               .what = "has no convolution or product with known weights to quantise",
                               .mend = "store its weights as int8 with the pass 'int8-weights'"});
    }
    return {.graph = tidied(graph_),
            .note = fmt::format("{} convolution{} and {} product{} in int8", convs_,
                                convs_ == 1 ? "" : "s", products_, products_ == 1 ? "" : "s")};
  }

 private:
  [[nodiscard]] bool has_weights(const Node& node, std::size_t rank) const {
    const Tensor* weights = constant_of(graph_, input_of(node, 1));
    const int bias = input_of(node, 2);
    return node.domain.empty() && weights != nullptr && weights->type == ElementType::kFloat32 &&
           (rank == 0 || weights->shape.size() == rank) && constant_of(graph_, input_of(node, 0)) == nullptr &&
           (bias == Node::kAbsent || constant_of(graph_, bias) != nullptr);
  }
  [[nodiscard]] bool is_conv(const Node& node) const {
    return node.op == "Conv" && has_weights(node, 0) && constant_of(graph_, input_of(node, 1))->shape.size() >= 3;
  }
  [[nodiscard]] bool is_product(const Node& node) const {
    if (node.op == "MatMul") return has_weights(node, 2);
    return node.op == "Gemm" && has_weights(node, 2) && node.integer("transA", 0) == 0 &&
           node.number("alpha", 1.0F) == 1.0F && node.number("beta", 1.0F) == 1.0F;
  }

  /// What a convolution's range is taken from: itself, or the Relu that alone reads it.
  [[nodiscard]] int result_of(const Node& conv) const {
    const int reader = links_.only_reader(conv.outputs[0]);
    if (reader < 0) return conv.outputs[0];
    const Node& next = graph_.nodes[static_cast<std::size_t>(reader)];
    return next.op == "Relu" && next.domain.empty() ? next.outputs[0] : conv.outputs[0];
  }

  void watch(const std::vector<int>& order) {
    std::vector<int> values;
    for (const int n : order) {
      const Node& node = graph_.nodes[static_cast<std::size_t>(n)];
      if (!is_conv(node) && !is_product(node)) continue;
      values.push_back(node.inputs[0]);
      if (is_conv(node)) values.push_back(result_of(node));
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const std::vector<Range> ranges = observe(graph_, values, options_);
    for (std::size_t i = 0; i < values.size(); ++i) scales_[values[i]] = scale_of(ranges[i]);
  }

  [[nodiscard]] std::string name_of_value(int value) const {
    return graph_.values[static_cast<std::size_t>(value)].name;
  }
  int constant_float(float value, const std::string& name) {
    return add_constant(graph_, name, float_tensor({}, std::vector<float>{value}));
  }
  int constant_byte(std::uint8_t value, const std::string& name) {
    Tensor tensor = make_tensor(ElementType::kUint8, {});
    tensor.as<std::uint8_t>()[0] = value;
    return add_constant(graph_, name, std::move(tensor));
  }

  struct Parameters {
    int scale = 0;
    int zero = 0;
  };
  /// The constants that hold a value's scale; those of a uint8 value that it was moved from.
  Parameters parameters_of(int value) {
    const auto found = parameters_.find(value);
    if (found != parameters_.end()) return found->second;
    const Scale scale = scales_.at(value);
    const Parameters made{constant_float(scale.scale, name_of_value(value).append(".scale")),
                          constant_byte(scale.zero, name_of_value(value).append(".zero"))};
    parameters_.emplace(value, made);
    return made;
  }

  /// The value in uint8, made here where it is only known in float.
  int bytes_of(int value) {
    int& known = bytes_[static_cast<std::size_t>(value)];
    if (known != Node::kAbsent) return known;
    const Parameters p = parameters_of(value);
    const int made = new_byte_value(value);
    graph_.nodes.push_back({.op = "QuantizeLinear",
                            .name = std::string("quantise ").append(name_of_value(value)),
                            .inputs = {value, p.scale, p.zero},
                            .outputs = {made}});
    bytes_[static_cast<std::size_t>(value)] = made;
    return made;
  }

  int new_byte_value(int value) {
    const int made =
        add_value(graph_, name_of_value(value).append(".uint8"), ElementType::kUint8);
    bytes_.resize(graph_.values.size(), Node::kAbsent);
    return made;
  }

  /// `value` is now made in uint8; a float form is made for those who read that (or dropped later).
  void made_in_bytes(int value, int bytes, const Parameters& p) {
    bytes_[static_cast<std::size_t>(value)] = bytes;
    parameters_.insert_or_assign(value, p);
    graph_.nodes.push_back({.op = "DequantizeLinear",
                            .name = std::string("dequantise ").append(name_of_value(value)),
                            .inputs = {bytes, p.scale, p.zero},
                            .outputs = {value}});
  }

  void rewrite(std::size_t n) {
    const Node node = graph_.nodes[n];
    if (is_conv(node)) return quantise_conv(n);
    if (is_product(node)) return quantise_product(n);
    if (moves_values(node) && !node.inputs.empty() &&
        bytes_[static_cast<std::size_t>(node.inputs[0])] != Node::kAbsent) {
      const int value = node.outputs[0];
      const Parameters p = parameters_of(node.inputs[0]);
      graph_.nodes[n].inputs[0] = bytes_[static_cast<std::size_t>(node.inputs[0])];
      const int made = new_byte_value(value);
      graph_.nodes[n].outputs[0] = made;
      made_in_bytes(value, made, p);
    }
  }

  void quantise_conv(std::size_t n) {
    const Node conv = graph_.nodes[n];
    const int result = result_of(conv);
    const int x = bytes_of(conv.inputs[0]);
    const Parameters in = parameters_of(conv.inputs[0]);
    const Parameters out = parameters_of(result);
    const std::string name = name_of_value(conv.inputs[1]);
    Int8Weights weights =
        to_int8(*constant_of(graph_, conv.inputs[1]), options_.per_channel ? 0 : -1);
    const float in_scale = constant_of(graph_, in.scale)->as<float>()[0];
    const int bias = bias_of(conv, weights.scales, in_scale);
    const auto channels = static_cast<std::int64_t>(weights.scales.size());
    Node made{.op = "QLinearConv", .name = conv.name, .attributes = conv.attributes};
    made.inputs = {x, in.scale, in.zero,
                   add_constant(graph_, std::string(name).append(".int8"), std::move(weights.values)),
                   add_constant(graph_, std::string(name).append(".scale"),
                                float_tensor(channels == 1 ? Shape{} : Shape{channels}, weights.scales)),
                   add_constant(graph_, std::string(name).append(".zero"),
                                make_tensor(ElementType::kInt8, channels == 1 ? Shape{} : Shape{channels})),
                   out.scale, out.zero};
    if (bias != Node::kAbsent) made.inputs.push_back(bias);
    const int bytes = new_byte_value(result);
    made.outputs = {bytes};
    graph_.nodes[n] = std::move(made);
    if (result != conv.outputs[0]) {  // the Relu: the range's end at zero does its work
      Node& relu = graph_.nodes[static_cast<std::size_t>(links_.only_reader(conv.outputs[0]))];
      relu.inputs.clear();
      relu.outputs.clear();
    }
    made_in_bytes(result, bytes, out);
    ++convs_;
  }

  /// int32, with the scale of what it is added to.
  int bias_of(const Node& conv, const std::vector<float>& scales, float in_scale) {
    const Tensor* bias = constant_of(graph_, input_of(conv, 2));
    if (bias == nullptr) return Node::kAbsent;
    Tensor sums = make_tensor(ElementType::kInt32, bias->shape);
    const auto to = sums.as<std::int32_t>();
    for (std::size_t c = 0; c < to.size(); ++c) {
      const double scale = static_cast<double>(in_scale) *
                           static_cast<double>(scales[scales.size() == 1 ? 0 : c]);
      constexpr double kMost = 1 << 30;
      to[c] = static_cast<std::int32_t>(std::clamp(
          std::nearbyint(static_cast<double>(bias->as<float>()[c]) / scale), -kMost, kMost));
    }
    return add_constant(graph_, name_of_value(conv.inputs[2]).append(".int32"), std::move(sums));
  }

  static Tensor transposed(const Tensor& from) {
    Tensor to = make_tensor(from.type, {from.shape[1], from.shape[0]});
    const auto rows = static_cast<std::size_t>(from.shape[0]);
    const auto columns = static_cast<std::size_t>(from.shape[1]);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        to.as<float>()[c * rows + r] = from.as<float>()[r * columns + c];
      }
    }
    return to;
  }

  int add_node(const std::string& op, const Node& like, std::vector<int> inputs, ElementType type) {
    const int made = add_value(graph_, name_of_value(like.outputs[0]).append(".").append(op), type);
    bytes_.resize(graph_.values.size(), Node::kAbsent);
    graph_.nodes.push_back({.op = op,
                            .name = std::string(like.name).append(like.name.empty() ? "" : ".").append(op),
                            .inputs = std::move(inputs),
                            .outputs = {made}});
    return made;
  }

  /// MatMulInteger, then float again: Cast, Mul by the scales, Add of the bias.
  void quantise_product(std::size_t n) {
    const Node product = graph_.nodes[n];
    const int x = bytes_of(product.inputs[0]);
    const Parameters in = parameters_of(product.inputs[0]);
    const std::string name = name_of_value(product.inputs[1]);
    const Tensor& given = *constant_of(graph_, product.inputs[1]);
    Int8Weights weights = to_int8(product.integer("transB", 0) != 0 ? transposed(given) : given,
                                  options_.per_channel ? 1 : -1);
    const float in_scale = constant_of(graph_, in.scale)->as<float>()[0];
    for (float& scale : weights.scales) scale *= in_scale;
    const auto columns = static_cast<std::int64_t>(weights.scales.size());
    const int w = add_constant(graph_, std::string(name).append(".int8"), std::move(weights.values));
    const int scale = add_constant(graph_, std::string(name).append(".scale"),
                                   float_tensor(columns == 1 ? Shape{} : Shape{columns}, weights.scales));
    const int sums = add_node("MatMulInteger", product, {x, w, in.zero}, ElementType::kInt32);
    const int cast = add_node("Cast", product, {sums}, ElementType::kFloat32);
    constexpr std::int64_t kFloat = 1;
    graph_.nodes.back().attributes["to"] = kFloat;
    const int bias = input_of(product, 2);
    const int scaled = bias == Node::kAbsent
                           ? product.outputs[0]
                           : add_node("Mul", product, {cast, scale}, ElementType::kFloat32);
    // The node itself becomes the last of the chain.
    graph_.nodes[n] = {.op = bias == Node::kAbsent ? "Mul" : "Add",
                       .name = product.name,
                       .inputs = {bias == Node::kAbsent ? cast : scaled,
                                  bias == Node::kAbsent ? scale : bias},
                       .outputs = product.outputs};
    ++products_;
  }

  Graph graph_;
  const PassOptions& options_;
  const GraphLinks links_;
  std::map<int, Scale> scales_{};            ///< of values that were watched
  std::map<int, Parameters> parameters_{};   ///< of values that are held in uint8
  std::vector<int> bytes_{};                 ///< of each value: its uint8 form
  int convs_ = 0;
  int products_ = 0;
};

}  // namespace

PassResult quantised(const Graph& graph, const PassOptions& options) {
  const Graph plain = with_plain_activations(graph);
  const PassResult base = converted(plain, options.executor, false);
  PassResult result =
      Quantiser(raised_opset(base.graph, options.executor), options).quantised();
  // What still computes in float, such as a recurrent network, at least stores its weights small.
  try {
    result.graph = with_int8_weights(result.graph, options).graph;
  } catch (const InputError&) {
    // Nothing is left in float.
  }
  return result;
}

}  // namespace faascast
