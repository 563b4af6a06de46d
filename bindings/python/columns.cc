#include "bindings/python/columns.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace faascast::python {
namespace {

template <class Number>
py::array view_of(const std::vector<Number>& column, const py::object& owner) {
  py::array_t<Number> array({static_cast<py::ssize_t>(column.size())},
                            {static_cast<py::ssize_t>(sizeof(Number))}, column.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

template <class Number>
std::vector<Number> numbers_of(std::string_view bytes) {
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

py::array get(const py::object& self, const std::string& name) {
  const Columns::Column* column = self.cast<const Columns&>().find(name);
  if (column == nullptr) throw py::key_error(name);
  return std::visit([&](const auto& numbers) { return view_of(numbers, self); }, *column);
}

}  // namespace

const Columns::Column* Columns::find(const std::string& name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const auto& column) { return column.first == name; });
  return found == columns_.end() ? nullptr : &found->second;
}

py::tuple state_of(const Columns& columns) {
  py::list state;
  for (const auto& [name, column] : columns.all()) {
    std::visit(
        [&](const auto& numbers) {
          using Number = typename std::decay_t<decltype(numbers)>::value_type;
          state.append(py::make_tuple(
              name, std::is_same_v<Number, double>,
              py::bytes(reinterpret_cast<const char*>(numbers.data()),
                        numbers.size() * sizeof(Number))));
        },
        column);
  }
  return py::tuple(state);
}

Columns columns_from(const py::tuple& state) {
  Columns columns;
  for (const py::handle& one : state) {
    const auto [name, is_real, bytes] =
        one.cast<std::tuple<std::string, bool, std::string>>();
    if (is_real) {
      columns.add(name, numbers_of<double>(bytes));
    } else {
      columns.add(name, numbers_of<std::int64_t>(bytes));
    }
  }
  return columns;
}

void bind_columns(py::module_& m) {
  py::class_<Columns, std::shared_ptr<Columns>>(m, "Columns",
                                                "Named columns as read-only NumPy views.")
      .def("__getitem__", &get, py::arg("name"))
      .def("__len__", [](const Columns& columns) { return columns.all().size(); })
      .def("names",
           [](const Columns& columns) {
             std::vector<std::string> names;
             for (const auto& [name, column] : columns.all()) names.push_back(name);
             return names;
           })
      .def(py::pickle(&state_of, [](const py::tuple& state) {
        return std::make_shared<Columns>(columns_from(state));
      }));
}

}  // namespace faascast::python
