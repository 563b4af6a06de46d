#pragma once

#include <filesystem>
#include <string>

#include "workloads/graph.h"

namespace faascast {

/// The model as a serialised ONNX ModelProto; read_onnx() gives the same graph back. Weights that
/// Value::is_half marks are stored as float16 and widened by a Cast where they are read.
[[nodiscard]] std::string write_onnx(const Graph& graph);

/// @throws InputError when the file cannot be written.
void write_onnx_file(const Graph& graph, const std::filesystem::path& file);

}  // namespace faascast
