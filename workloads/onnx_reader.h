#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "workloads/graph.h"

namespace faascast {

/// Reads a serialised ONNX ModelProto. Weights may be listed among the inputs (IR <= 3) or not,
/// kept as raw data or in typed fields; float16 and bfloat16 become float32. Whether the operators
/// can be run is the Executor's to say.
/// @param name what errors and Graph::name call the model
/// @throws InputError when the bytes are not a model, are truncated, name a value that nothing
/// makes, or keep weights in external files.
[[nodiscard]] Graph read_onnx(std::string_view bytes, const std::string& name);

/// @throws InputError also when the file cannot be read.
[[nodiscard]] Graph read_onnx_file(const std::filesystem::path& file);

/// Reads a serialised TensorProto, the form of ONNX's reference inputs and outputs.
/// @throws InputError when it is not one, or holds strings.
[[nodiscard]] Tensor read_onnx_tensor(std::string_view bytes, const std::string& name);

/// The type that an ONNX number (TensorProto.DataType) is held as; nothing when it is not supported.
[[nodiscard]] std::optional<ElementType> element_type_of_onnx(std::int64_t onnx_type);
[[nodiscard]] bool is_onnx_float16(std::int64_t onnx_type);
[[nodiscard]] bool is_onnx_bfloat16(std::int64_t onnx_type);

}  // namespace faascast
