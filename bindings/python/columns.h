#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings/python/module.h"

namespace faascast::python {

/// Named columns of numbers, shown to NumPy as read-only views of this memory.
class Columns {
 public:
  using Column = std::variant<std::vector<double>, std::vector<std::int64_t>>;

  void add(std::string name, Column column) {
    columns_.emplace_back(std::move(name), std::move(column));
  }
  [[nodiscard]] const std::vector<std::pair<std::string, Column>>& all() const { return columns_; }
  /// Null where there is none.
  [[nodiscard]] const Column* find(const std::string& name) const;

 private:
  std::vector<std::pair<std::string, Column>> columns_{};
};

/// (name, is real, bytes) of every column, and back.
[[nodiscard]] py::tuple state_of(const Columns& columns);
[[nodiscard]] Columns columns_from(const py::tuple& state);

}  // namespace faascast::python
