#pragma once

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "workloads/executor.h"
#include "workloads/onnx_reader.h"

namespace faascast {

inline std::filesystem::path project_root() {
  const char* root = std::getenv("FAASCAST_ROOT");
  return root == nullptr ? std::filesystem::current_path() : std::filesystem::path(root);
}

/// Public data beside the checkout, or where FAASCAST_DATA says.
inline std::filesystem::path public_data() {
  const char* data = std::getenv("FAASCAST_DATA");
  return data == nullptr ? project_root() / "../shared/data" : std::filesystem::path(data);
}

inline std::string file_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What an InputError says, all problems joined; empty when nothing is thrown.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    std::string text;
    for (const Problem& problem : error.problems()) text += to_string(problem) + "\n";
    return text;
  }
  return {};
}

/// A folder that is removed with its content.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "faascast-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Builds small models node by node.
class ModelBuilder {
 public:
  explicit ModelBuilder(std::int64_t opset = 13) {
    model_.set_ir_version(7);
    model_.add_opset_import()->set_version(opset);
  }

  onnx::ModelProto& proto() { return model_; }

  ModelBuilder& input(const std::string& name, const Shape& shape,
                      int type = onnx::TensorProto::FLOAT) {
    auto* info = model_.mutable_graph()->add_input();
    info->set_name(name);
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape();
    for (const std::int64_t size : shape) {
      auto* dim = tensor->mutable_shape()->add_dim();
      if (size >= 0) {
        dim->set_dim_value(size);
      } else {
        dim->set_dim_param("open");
      }
    }
    return *this;
  }

  ModelBuilder& weights(const std::string& name, const Shape& shape, std::vector<float> values) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : shape) tensor->add_dims(size);
    for (const float value : values) tensor->add_float_data(value);
    return *this;
  }

  ModelBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor->add_int64_data(value);
    return *this;
  }

  ModelBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs) {
    last_ = model_.mutable_graph()->add_node();
    last_->set_op_type(op);
    last_->set_name("the_" + op);
    for (const std::string& name : inputs) last_->add_input(name);
    for (const std::string& name : outputs) last_->add_output(name);
    return *this;
  }
  /// An attribute of the last node.
  ModelBuilder& with(const std::string& key, std::int64_t value) {
    auto* attribute = attribute_of_last(key);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
    return *this;
  }
  ModelBuilder& with(const std::string& key, const std::vector<std::int64_t>& values) {
    auto* attribute = attribute_of_last(key);
    attribute->set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute->add_ints(value);
    return *this;
  }
  ModelBuilder& with(const std::string& key, const std::string& value) {
    auto* attribute = attribute_of_last(key);
    attribute->set_type(onnx::AttributeProto::STRING);
    attribute->set_s(value);
    return *this;
  }

  ModelBuilder& output(const std::string& name) {
    model_.mutable_graph()->add_output()->set_name(name);
    return *this;
  }

  [[nodiscard]] std::string bytes() const { return model_.SerializeAsString(); }
  [[nodiscard]] Graph graph() const { return read_onnx(bytes(), "test.onnx"); }

 private:
  onnx::AttributeProto* attribute_of_last(const std::string& key) {
    auto* attribute = last_->add_attribute();
    attribute->set_name(key);
    return attribute;
  }

  onnx::ModelProto model_;
  onnx::NodeProto* last_ = nullptr;
};

inline std::vector<float> random_floats(std::size_t count, std::mt19937& engine) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(engine() >> 8) * 0x1p-23F - 1.0F;
  return values;
}

inline std::size_t elements_of(const Shape& shape) {
  return static_cast<std::size_t>(element_count(shape).value());
}

}  // namespace faascast
