#include "traces/request_format.h"

#include <algorithm>

namespace faascast {

const ColumnRule* RequestFormat::find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ColumnRule& rule) { return rule.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> RequestFormat::column_names() const {
  std::vector<std::string> names;
  for (const ColumnRule& rule : columns) names.emplace_back(rule.name);
  return names;
}

const RequestFormat& plain_format() {
  static const RequestFormat format{"plain",
                                    "plain request CSV",
                                    {{"arrival_s", Field::kArrival},
                                     {"timestamp", Field::kTimestamp},
                                     {"function", Field::kFunction},
                                     {"version", Field::kVersion},
                                     {"execution_s", Field::kExecution},
                                     {"cold_execution_s", Field::kColdExecution},
                                     {"memory_mb", Field::kMemory},
                                     {"input_tokens", Field::kInputTokens},
                                     {"output_tokens", Field::kOutputTokens}}};
  return format;
}

const RequestFormat& azure_llm_format() {
  static const RequestFormat format{"azure-llm-2023",
                                    "Azure LLM inference trace",
                                    {{"TIMESTAMP", Field::kTimestamp},
                                     {"ContextTokens", Field::kInputTokens},
                                     {"GeneratedTokens", Field::kOutputTokens},
                                     {"NumImages", Field::kIgnored}}};
  return format;
}

}  // namespace faascast
