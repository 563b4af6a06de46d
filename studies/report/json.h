#pragma once

// For .cc files only: nlohmann is heavy.

#include <nlohmann/json.hpp>
#include <string>

#include "pricing/bill.h"

namespace faascast {

using OrderedJson = nlohmann::ordered_json;

/// Version of the shape of our JSON: grows when a key changes its meaning or goes.
inline constexpr int kJsonSchema = 1;

/// {"total", "lines": [{"name", "quantity", "unit", "usd"}]}
[[nodiscard]] OrderedJson bill_json(const Bill& bill);

/// Two blanks an indent, and an LF at the end. Text that is not UTF-8 (paths may be anything) does
/// not break the document.
[[nodiscard]] std::string dumped(const OrderedJson& json);

}  // namespace faascast
