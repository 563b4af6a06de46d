#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// Element types that a tensor holds in memory. float16 and bfloat16 are widened to float32 when a
/// model is read.
enum class ElementType : std::uint8_t {
  kFloat32,
  kFloat64,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kBool,
};
[[nodiscard]] std::size_t size_of(ElementType type);
[[nodiscard]] std::string_view name_of(ElementType type);  ///< "float32"

/// Sizes of the axes, outermost first; empty = a scalar.
using Shape = std::vector<std::int64_t>;

/// Number of elements; nothing when a size is negative or the number is over 2^40.
[[nodiscard]] std::optional<std::int64_t> element_count(const Shape& shape);
[[nodiscard]] std::string shape_text(const Shape& shape);  ///< "[1, 28, 28]"

/// Dense, row-major values.
struct Tensor {
  ElementType type = ElementType::kFloat32;
  Shape shape{};
  std::vector<std::byte> bytes{};

  /// @pre T is the C++ type of `type`.
  template <class T>
  [[nodiscard]] std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T>
  [[nodiscard]] std::span<T> as() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  [[nodiscard]] std::int64_t elements() const {
    return static_cast<std::int64_t>(bytes.size() / size_of(type));
  }
};

/// Zeros. @pre element_count(shape) has a value.
[[nodiscard]] Tensor make_tensor(ElementType type, Shape shape);
/// @pre values.size() is the element count of `shape`.
[[nodiscard]] Tensor float_tensor(Shape shape, std::span<const float> values);
[[nodiscard]] Tensor int64_tensor(Shape shape, std::span<const std::int64_t> values);

}  // namespace faascast
