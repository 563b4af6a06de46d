#include "workloads/onnx_reader.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "workloads/half.h"

namespace faascast {
namespace {

using onnx::TensorProto;

[[noreturn]] void refuse(const std::string& where, std::string what, std::string mend = {}) {
  throw InputError(Problem{.where = where, .what = std::move(what), .mend = std::move(mend)});
}

std::optional<ElementType> element_type(int onnx_type) {
  switch (onnx_type) {
    case TensorProto::FLOAT:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return ElementType::kFloat32;
    case TensorProto::DOUBLE:
      return ElementType::kFloat64;
    case TensorProto::INT8:
      return ElementType::kInt8;
    case TensorProto::UINT8:
      return ElementType::kUint8;
    case TensorProto::INT16:
      return ElementType::kInt16;
    case TensorProto::UINT16:
      return ElementType::kUint16;
    case TensorProto::INT32:
      return ElementType::kInt32;
    case TensorProto::UINT32:
      return ElementType::kUint32;
    case TensorProto::INT64:
      return ElementType::kInt64;
    case TensorProto::UINT64:
      return ElementType::kUint64;
    case TensorProto::BOOL:
      return ElementType::kBool;
    default:
      return std::nullopt;
  }
}

float widen_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Decodes the elements of one TensorProto into a Tensor of the same number of elements.
class TensorReader {
 public:
  TensorReader(const TensorProto& proto, const std::string& where) : proto_(proto), where_(where) {}

  [[nodiscard]] Tensor read() {
    if (proto_.data_location() == TensorProto::EXTERNAL || proto_.external_data_size() > 0) {
      fail("is kept in an external file", "save the model with its weights inside the .onnx file");
    }
    const auto type = element_type(proto_.data_type());
    if (!type) {
      fail(fmt::format("has elements of ONNX type {}, which is not supported", proto_.data_type()),
           "numbers and booleans are supported; strings and complex numbers are not");
    }
    Shape shape(proto_.dims().begin(), proto_.dims().end());
    const auto count = element_count(shape);
    if (!count) fail(fmt::format("has the impossible shape {}", shape_text(shape)));
    count_ = static_cast<std::size_t>(*count);
    check_size(*type);
    Tensor tensor = make_tensor(*type, std::move(shape));
    fill(tensor);
    return tensor;
  }

 private:
  [[noreturn]] void fail(const std::string& what, std::string mend = {}) const {
    refuse(where_, fmt::format("tensor '{}' {}", proto_.name(), what), std::move(mend));
  }

  [[nodiscard]] bool is_half() const { return proto_.data_type() == TensorProto::FLOAT16; }
  [[nodiscard]] bool is_bfloat() const { return proto_.data_type() == TensorProto::BFLOAT16; }

  /// Before anything is allocated: the data that is there must fill the shape exactly.
  void check_size(ElementType type) const {
    std::size_t have = 0;
    std::size_t need = count_;
    if (proto_.has_raw_data()) {
      have = proto_.raw_data().size();
      need = count_ * (is_half() || is_bfloat() ? 2 : size_of(type));
    } else {
      have = typed_elements(type);
    }
    if (have != need) {
      fail(fmt::format("of shape {} holds {} {} instead of {}",
                       shape_text(Shape(proto_.dims().begin(), proto_.dims().end())), have,
                       proto_.has_raw_data() ? "bytes" : "elements", need));
    }
  }

  [[nodiscard]] std::size_t typed_elements(ElementType type) const {
    const auto size = [&] {
      if (is_half() || is_bfloat()) return proto_.int32_data_size();
      switch (type) {
        case ElementType::kFloat32:
          return proto_.float_data_size();
        case ElementType::kFloat64:
          return proto_.double_data_size();
        case ElementType::kInt64:
          return proto_.int64_data_size();
        case ElementType::kUint32:
        case ElementType::kUint64:
          return proto_.uint64_data_size();
        default:
          return proto_.int32_data_size();
      }
    }();
    return static_cast<std::size_t>(size);
  }

  template <class To, class Source>
  static void copy_from(Tensor& tensor, const Source& source) {
    const auto target = tensor.as<To>();
    for (std::size_t i = 0; i < target.size(); ++i) {
      target[i] = static_cast<To>(source[static_cast<int>(i)]);
    }
  }

  void fill(Tensor& tensor) const {
    if (is_half() || is_bfloat()) {
      fill_half(tensor.as<float>());
    } else if (proto_.has_raw_data()) {
      if (count_ > 0) std::memcpy(tensor.bytes.data(), proto_.raw_data().data(), tensor.bytes.size());
    } else {
      fill_typed(tensor);
    }
  }

  void fill_half(std::span<float> target) const {
    const char* raw = proto_.has_raw_data() ? proto_.raw_data().data() : nullptr;
    for (std::size_t i = 0; i < target.size(); ++i) {
      std::uint16_t bits = 0;
      if (raw != nullptr) {
        std::memcpy(&bits, raw + 2 * i, 2);
      } else {
        bits = static_cast<std::uint16_t>(proto_.int32_data(static_cast<int>(i)));
      }
      target[i] = is_half() ? widen_half(bits) : widen_bfloat(bits);
    }
  }

  void fill_typed(Tensor& tensor) const {
    switch (tensor.type) {
      case ElementType::kFloat32:
        return copy_from<float>(tensor, proto_.float_data());
      case ElementType::kFloat64:
        return copy_from<double>(tensor, proto_.double_data());
      case ElementType::kInt64:
        return copy_from<std::int64_t>(tensor, proto_.int64_data());
      case ElementType::kUint64:
        return copy_from<std::uint64_t>(tensor, proto_.uint64_data());
      case ElementType::kUint32:
        return copy_from<std::uint32_t>(tensor, proto_.uint64_data());
      case ElementType::kInt32:
        return copy_from<std::int32_t>(tensor, proto_.int32_data());
      case ElementType::kInt16:
        return copy_from<std::int16_t>(tensor, proto_.int32_data());
      case ElementType::kUint16:
        return copy_from<std::uint16_t>(tensor, proto_.int32_data());
      case ElementType::kInt8:
        return copy_from<std::int8_t>(tensor, proto_.int32_data());
      case ElementType::kUint8:
      case ElementType::kBool:
        return copy_from<std::uint8_t>(tensor, proto_.int32_data());
    }
  }

  const TensorProto& proto_;
  const std::string& where_;
  std::size_t count_ = 0;
};

/// Builds a Graph from a GraphProto, resolving names to indices.
class GraphReader {
 public:
  GraphReader(const onnx::ModelProto& model, const std::string& name) : proto_(model.graph()) {
    graph_.name = name;
    graph_.ir_version = model.ir_version();
    for (const auto& import : model.opset_import()) {
      if (import.domain().empty() || import.domain() == "ai.onnx") graph_.opset = import.version();
    }
    // Models without an opset import are older than opsets: version 1.
    if (model.opset_import_size() == 0) graph_.opset = 1;
  }
  /// A subgraph of a node of `outer`, whose values it may read by name.
  GraphReader(const onnx::GraphProto& proto, GraphReader& outer) : proto_(proto), outer_(&outer) {
    graph_.name = outer.graph_.name;
    graph_.ir_version = outer.graph_.ir_version;
    graph_.opset = outer.graph_.opset;
    depth_ = outer.depth_ + 1;
    if (depth_ > kMostDepth) refuse(graph_.name, "subgraphs are nested too deeply");
  }

  [[nodiscard]] Graph read() {
    read_initialisers();
    read_inputs();
    for (const auto& node : proto_.node()) add_outputs(node);
    for (const auto& node : proto_.node()) connect_inputs(node);
    read_outputs();
    for (const auto& info : proto_.value_info()) annotate(info);
    return std::move(graph_);
  }

 private:
  int add_value(const std::string& name) {
    const int index = static_cast<int>(graph_.values.size());
    if (!index_.emplace(name, index).second) {
      refuse(graph_.name, fmt::format("value '{}' is made twice", name),
             "export the model again: each ONNX value has one maker");
    }
    graph_.values.push_back({.name = name});
    return index;
  }

  Value& value(int index) { return graph_.values[static_cast<std::size_t>(index)]; }

  void read_initialisers() {
    if (proto_.sparse_initializer_size() > 0) {
      refuse(graph_.name, "sparse weights are not supported", "store the weights densely");
    }
    for (const auto& proto : proto_.initializer()) {
      const int index = add_value(proto.name());
      auto tensor = std::make_shared<const Tensor>(TensorReader(proto, graph_.name).read());
      value(index).type = tensor->type;
      value(index).constant = std::move(tensor);
      value(index).is_half = proto.data_type() == TensorProto::FLOAT16;
    }
  }

  void read_inputs() {
    for (const auto& info : proto_.input()) {
      if (index_.contains(info.name())) continue;  // a weight, or an input with a default
      graph_.inputs.push_back(add_value(info.name()));
      annotate(info);
      if (!value(graph_.inputs.back()).type) {
        refuse(graph_.name, fmt::format("input '{}' is not a tensor of numbers", info.name()),
               "sequences, maps, optionals and strings are not supported");
      }
    }
  }

  void read_outputs() {
    if (proto_.output_size() == 0) refuse(graph_.name, "the model has no output");
    for (const auto& info : proto_.output()) {
      const int index = find_value(info.name());
      if (index < 0) {
        refuse(graph_.name, fmt::format("output '{}' is made by no node", info.name()));
      }
      graph_.outputs.push_back(index);
      annotate(info);
    }
  }

  /// Index of a value of this graph, or of an outer one that then becomes an input; -1 = nowhere.
  int find_value(const std::string& name) {
    const auto found = index_.find(name);
    if (found != index_.end()) return found->second;
    if (outer_ == nullptr) return -1;
    const int from = outer_->find_value(name);
    if (from < 0) return -1;
    captured_.push_back(from);
    const int index = add_value(name);
    graph_.inputs.push_back(index);
    return index;
  }

  void annotate(const onnx::ValueInfoProto& info) {
    const auto found = index_.find(info.name());
    if (found == index_.end() || !info.type().has_tensor_type()) return;
    const auto& type = info.type().tensor_type();
    Value& v = value(found->second);
    if (!v.type) v.type = element_type(type.elem_type());
    if (!type.has_shape()) return;
    v.shape.emplace();
    for (const auto& dim : type.shape().dim()) {
      const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
      v.shape->push_back({.size = known ? dim.dim_value() : -1, .name = dim.dim_param()});
    }
  }

  void add_outputs(const onnx::NodeProto& proto) {
    Node node{.op = proto.op_type(), .domain = proto.domain(), .name = proto.name()};
    if (node.domain == "ai.onnx") node.domain.clear();
    for (const std::string& output : proto.output()) {
      node.outputs.push_back(output.empty() ? Node::kAbsent : add_value(output));
    }
    for (const auto& attribute : proto.attribute()) add_attribute(node, attribute);
    graph_.nodes.push_back(std::move(node));
  }

  void add_attribute(Node& node, const onnx::AttributeProto& proto) {
    using onnx::AttributeProto;
    auto& slot = node.attributes;
    switch (proto.type()) {
      case AttributeProto::INT:
        slot.insert_or_assign(proto.name(), proto.i());
        break;
      case AttributeProto::FLOAT:
        slot.insert_or_assign(proto.name(), proto.f());
        break;
      case AttributeProto::STRING:
        slot.insert_or_assign(proto.name(), proto.s());
        break;
      case AttributeProto::INTS:
        slot.insert_or_assign(proto.name(), std::vector<std::int64_t>(proto.ints().begin(),
                                                                      proto.ints().end()));
        break;
      case AttributeProto::FLOATS:
        slot.insert_or_assign(proto.name(),
                              std::vector<float>(proto.floats().begin(), proto.floats().end()));
        break;
      case AttributeProto::TENSOR:
        if (element_type(proto.t().data_type())) {
          slot.insert_or_assign(proto.name(), TensorReader(proto.t(), graph_.name).read());
        } else {
          slot.insert_or_assign(proto.name(), std::monostate{});
        }
        break;
      case AttributeProto::STRINGS:
        slot.insert_or_assign(proto.name(), std::vector<std::string>(proto.strings().begin(),
                                                                     proto.strings().end()));
        break;
      default:
        slot.insert_or_assign(proto.name(), std::monostate{});
        break;
    }
  }

  void connect_inputs(const onnx::NodeProto& proto) {
    const std::size_t n = next_node_++;
    for (const std::string& input : proto.input()) {
      if (input.empty()) {
        graph_.nodes[n].inputs.push_back(Node::kAbsent);
        continue;
      }
      const int index = find_value(input);
      if (index < 0) {
        refuse(graph_.name,
               fmt::format("{} reads '{}', which nothing makes", describe(graph_, n), input));
      }
      graph_.nodes[n].inputs.push_back(index);
    }
    if (proto.op_type() == "If") {
      add_branch(proto, n, "then_branch");
      add_branch(proto, n, "else_branch");
    }
  }

  void add_branch(const onnx::NodeProto& proto, std::size_t n, const std::string& key) {
    for (const auto& attribute : proto.attribute()) {
      if (attribute.name() != key || !attribute.has_g()) continue;
      GraphReader reader(attribute.g(), *this);
      auto branch = std::make_shared<const Graph>(reader.read());
      auto& inputs = graph_.nodes[n].inputs;
      inputs.insert(inputs.end(), reader.captured_.begin(), reader.captured_.end());
      graph_.nodes[n].attributes.insert_or_assign(key, std::move(branch));
    }
  }

  static constexpr int kMostDepth = 32;

  const onnx::GraphProto& proto_;
  Graph graph_;
  GraphReader* outer_ = nullptr;  ///< null for the model's own graph
  int depth_ = 0;
  std::vector<int> captured_;  ///< values of the outer graph, one for each input
  std::unordered_map<std::string, int> index_;  // looked up only, never iterated
  std::size_t next_node_ = 0;
};

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

Graph read_onnx(std::string_view bytes, const std::string& name) {
  onnx::ModelProto model;
  if (!parse(model, bytes)) {
    refuse(name, "is not an ONNX model, or is truncated",
           "give a complete .onnx file of at most 2 GiB");
  }
  if (!model.has_graph() || model.graph().output_size() + model.graph().node_size() == 0) {
    refuse(name, "is not an ONNX model: it holds no graph", "give a complete .onnx file");
  }
  return GraphReader(model, name).read();
}

Graph read_onnx_file(const std::filesystem::path& file) {
  return read_onnx(read_whole_file(file), file.string());
}

Tensor read_onnx_tensor(std::string_view bytes, const std::string& name) {
  TensorProto proto;
  if (!parse(proto, bytes)) refuse(name, "is not an ONNX tensor, or is truncated");
  return TensorReader(proto, name).read();
}

std::optional<ElementType> element_type_of_onnx(std::int64_t onnx_type) {
  if (onnx_type < 0 || onnx_type > std::numeric_limits<int>::max()) return std::nullopt;
  return element_type(static_cast<int>(onnx_type));
}
bool is_onnx_float16(std::int64_t onnx_type) { return onnx_type == TensorProto::FLOAT16; }
bool is_onnx_bfloat16(std::int64_t onnx_type) { return onnx_type == TensorProto::BFLOAT16; }

}  // namespace faascast
