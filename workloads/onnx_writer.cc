#include "workloads/onnx_writer.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

#include "sim-core/error.h"
#include "workloads/half.h"

namespace faascast {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

int onnx_type(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return TensorProto::FLOAT;
    case ElementType::kFloat64:
      return TensorProto::DOUBLE;
    case ElementType::kInt8:
      return TensorProto::INT8;
    case ElementType::kUint8:
      return TensorProto::UINT8;
    case ElementType::kInt16:
      return TensorProto::INT16;
    case ElementType::kUint16:
      return TensorProto::UINT16;
    case ElementType::kInt32:
      return TensorProto::INT32;
    case ElementType::kUint32:
      return TensorProto::UINT32;
    case ElementType::kInt64:
      return TensorProto::INT64;
    case ElementType::kUint64:
      return TensorProto::UINT64;
    case ElementType::kBool:
      break;
  }
  return TensorProto::BOOL;
}

void write_tensor(const Tensor& tensor, TensorProto& to) {
  to.set_data_type(onnx_type(tensor.type));
  for (const std::int64_t size : tensor.shape) to.add_dims(size);
  to.set_raw_data(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
}

void write_half(const Tensor& tensor, TensorProto& to) {
  to.set_data_type(TensorProto::FLOAT16);
  for (const std::int64_t size : tensor.shape) to.add_dims(size);
  std::string raw;
  raw.reserve(tensor.bytes.size() / 2);
  for (const float value : tensor.as<float>()) {
    const std::uint16_t half = narrow_half(value);
    raw += static_cast<char>(half & 0xFFU);
    raw += static_cast<char>(half >> 8);
  }
  to.set_raw_data(std::move(raw));
}

void write_info(const Value& value, onnx::ValueInfoProto& to) {
  to.set_name(value.name);
  if (!value.type) return;
  auto& type = *to.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx_type(*value.type));
  if (!value.shape) return;
  type.mutable_shape();
  for (const Dimension& dim : *value.shape) {
    auto& axis = *type.mutable_shape()->add_dim();
    if (dim.size >= 0) {
      axis.set_dim_value(dim.size);
    } else if (!dim.name.empty()) {
      axis.set_dim_param(dim.name);
    }
  }
}

class GraphWriter {
 public:
  GraphWriter(const Graph& graph, onnx::GraphProto& to) : graph_(graph), to_(to) {}

  /// @param is_branch its inputs are captured by name, so they are not listed
  void write(bool is_branch) {
    to_.set_name(graph_.name.empty() ? "model" : graph_.name);
    if (!is_branch) {
      for (const int input : graph_.inputs) write_info(value(input), *to_.add_input());
    }
    write_weights();
    for (const int n : execution_order(graph_)) write_node(graph_.nodes[static_cast<std::size_t>(n)]);
    for (const int output : graph_.outputs) write_info(value(output), *to_.add_output());
  }

 private:
  [[nodiscard]] const Value& value(int index) const {
    return graph_.values[static_cast<std::size_t>(index)];
  }

  /// All its readers widen it themselves, as in a model that was stored so before.
  [[nodiscard]] bool is_widened(int index) const {
    constexpr std::int64_t kFloat = TensorProto::FLOAT;
    bool widened = false;
    for (const Node& node : graph_.nodes) {
      if (std::find(node.inputs.begin(), node.inputs.end(), index) == node.inputs.end()) continue;
      if (node.op != "Cast" || node.integer("to", 0) != kFloat) return false;
      widened = true;
    }
    return widened;
  }

  void write_weights() {
    for (std::size_t v = 0; v < graph_.values.size(); ++v) {
      const Value& weight = graph_.values[v];
      if (!weight.constant) continue;
      TensorProto& tensor = *to_.add_initializer();
      tensor.set_name(weight.name);
      if (!weight.is_half || weight.constant->type != ElementType::kFloat32) {
        write_tensor(*weight.constant, tensor);
        continue;
      }
      write_half(*weight.constant, tensor);
      if (is_widened(static_cast<int>(v))) continue;
      tensor.set_name(std::string(weight.name).append(".half"));
      onnx::NodeProto& cast = *to_.add_node();
      cast.set_op_type("Cast");
      cast.set_name(std::string("widen ").append(weight.name));
      cast.add_input(tensor.name());
      cast.add_output(weight.name);
      AttributeProto& to = *cast.add_attribute();
      to.set_name("to");
      to.set_type(AttributeProto::INT);
      to.set_i(TensorProto::FLOAT);
    }
  }

  void write_node(const Node& node) {
    onnx::NodeProto& to = *to_.add_node();
    to.set_op_type(node.op);
    if (!node.domain.empty()) to.set_domain(node.domain);
    if (!node.name.empty()) to.set_name(node.name);
    std::size_t own_inputs = node.inputs.size();
    for (const auto& [key, attribute] : node.attributes) {
      if (const auto* branch = std::get_if<std::shared_ptr<const Graph>>(&attribute)) {
        own_inputs -= (*branch)->inputs.size();
      }
    }
    for (std::size_t i = 0; i < own_inputs; ++i) {
      to.add_input(node.inputs[i] == Node::kAbsent ? std::string() : value(node.inputs[i]).name);
    }
    for (const int output : node.outputs) {
      to.add_output(output == Node::kAbsent ? std::string() : value(output).name);
    }
    write_branches(node, own_inputs, to);
    for (const auto& [key, attribute] : node.attributes) write_attribute(key, attribute, to);
  }

  /// then_branch's captured values come first, whatever the order of the attributes' names.
  void write_branches(const Node& node, std::size_t first, onnx::NodeProto& to) {
    for (const char* key : {"then_branch", "else_branch"}) {
      const auto branch = node.subgraph(key);
      if (!branch) continue;
      Graph named = *branch;
      for (const int input : named.inputs) {
        named.values[static_cast<std::size_t>(input)].name = value(node.inputs[first++]).name;
      }
      AttributeProto& attribute = *to.add_attribute();
      attribute.set_name(key);
      attribute.set_type(AttributeProto::GRAPH);
      GraphWriter(named, *attribute.mutable_g()).write(true);
    }
  }

  static void write_attribute(const std::string& key, const Attribute& from, onnx::NodeProto& node) {
    if (std::holds_alternative<std::shared_ptr<const Graph>>(from) ||
        std::holds_alternative<std::monostate>(from)) {
      return;
    }
    AttributeProto& to = *node.add_attribute();
    to.set_name(key);
    if (const auto* integer = std::get_if<std::int64_t>(&from)) {
      to.set_type(AttributeProto::INT);
      to.set_i(*integer);
    } else if (const auto* number = std::get_if<float>(&from)) {
      to.set_type(AttributeProto::FLOAT);
      to.set_f(*number);
    } else if (const auto* text = std::get_if<std::string>(&from)) {
      to.set_type(AttributeProto::STRING);
      to.set_s(*text);
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&from)) {
      to.set_type(AttributeProto::INTS);
      for (const std::int64_t i : *integers) to.add_ints(i);
    } else if (const auto* numbers = std::get_if<std::vector<float>>(&from)) {
      to.set_type(AttributeProto::FLOATS);
      for (const float x : *numbers) to.add_floats(x);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&from)) {
      to.set_type(AttributeProto::STRINGS);
      for (const std::string& t : *texts) to.add_strings(t);
    } else if (const auto* tensor = std::get_if<Tensor>(&from)) {
      to.set_type(AttributeProto::TENSOR);
      write_tensor(*tensor, *to.mutable_t());
    }
  }

  const Graph& graph_;
  onnx::GraphProto& to_;
};

}  // namespace

std::string write_onnx(const Graph& graph) {
  constexpr std::int64_t kIrOfOpset17 = 8;
  constexpr std::int64_t kIrOfOpset21 = 10;
  onnx::ModelProto model;
  model.set_ir_version(
      std::max(graph.ir_version, graph.opset > 17 ? kIrOfOpset21 : kIrOfOpset17));
  model.set_producer_name("faascast");
  model.add_opset_import()->set_version(graph.opset);
  std::set<std::string> domains;
  for (const Node& node : graph.nodes) {
    if (!node.domain.empty()) domains.insert(node.domain);
  }
  for (const std::string& domain : domains) {
    auto& import = *model.add_opset_import();
    import.set_domain(domain);
    import.set_version(1);
  }
  GraphWriter(graph, *model.mutable_graph()).write(false);
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    model.SerializeToCodedStream(&coded);
  }
  return bytes;
}

void write_onnx_file(const Graph& graph, const std::filesystem::path& file) {
  const std::string bytes = write_onnx(graph);
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    throw InputError(Problem{.where = file.string(),
                             .what = "cannot be written",
                             .mend = "choose a folder that exists and a disk with room"});
  }
}

}  // namespace faascast
