#include "workloads/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>
#include <cstring>
#include <utility>

namespace faascast {
namespace {

struct TypeFacts {
  std::string_view name;
  std::size_t bytes;
};

TypeFacts facts(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return {"float32", 4};
    case ElementType::kFloat64:
      return {"float64", 8};
    case ElementType::kInt8:
      return {"int8", 1};
    case ElementType::kUint8:
      return {"uint8", 1};
    case ElementType::kInt16:
      return {"int16", 2};
    case ElementType::kUint16:
      return {"uint16", 2};
    case ElementType::kInt32:
      return {"int32", 4};
    case ElementType::kUint32:
      return {"uint32", 4};
    case ElementType::kInt64:
      return {"int64", 8};
    case ElementType::kUint64:
      return {"uint64", 8};
    case ElementType::kBool:
      return {"bool", 1};
  }
  assert(false && "an element type without facts");
  return {"", 1};
}

template <class T>
Tensor filled(ElementType type, Shape shape, std::span<const T> values) {
  Tensor tensor = make_tensor(type, std::move(shape));
  assert(tensor.bytes.size() == values.size_bytes() && "values do not fill the shape");
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  return tensor;
}

}  // namespace

std::size_t size_of(ElementType type) { return facts(type).bytes; }
std::string_view name_of(ElementType type) { return facts(type).name; }

std::optional<std::int64_t> element_count(const Shape& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0 || size > kMost) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (count > kMost / size) {
      return std::nullopt;
    } else {
      count *= size;
    }
  }
  return empty ? 0 : count;
}

std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

Tensor make_tensor(ElementType type, Shape shape) {
  const auto count = element_count(shape);
  assert(count && "a shape too large");
  Tensor tensor{.type = type, .shape = std::move(shape), .bytes = {}};
  tensor.bytes.resize(static_cast<std::size_t>(*count) * size_of(type));
  return tensor;
}

Tensor float_tensor(Shape shape, std::span<const float> values) {
  return filled(ElementType::kFloat32, std::move(shape), values);
}

Tensor int64_tensor(Shape shape, std::span<const std::int64_t> values) {
  return filled(ElementType::kInt64, std::move(shape), values);
}

}  // namespace faascast
