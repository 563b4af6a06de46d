#include "workloads/model_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "workloads/graph.h"

namespace faascast {
namespace {

std::int64_t bytes_of(const Executor& executor, int value) {
  return element_count(executor.shape_of(value)).value_or(0) *
         static_cast<std::int64_t>(size_of(executor.type_of(value)));
}

ReportRow describe_row(const Executor& executor, const NodeFacts& facts) {
  const Node& node = executor.graph().nodes[static_cast<std::size_t>(facts.node)];
  ReportRow row{.node = facts.node,
                .name = node.name.empty() ? fmt::format("#{}", facts.node) : node.name,
                .op = node.op,
                .flops = facts.flops,
                .is_folded = facts.is_folded};
  for (const int output : node.outputs) {
    if (output == Node::kAbsent) continue;
    row.outputs.push_back(executor.shape_of(output));
    if (!facts.is_folded) row.output_bytes += bytes_of(executor, output);
  }
  return row;
}

/// Charges each weight to its first reader and joins makers with readers.
void connect(const Graph& graph, ModelReport& report) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> maker(graph.values.size(), kNone);
  std::vector<bool> charged(graph.values.size(), false);
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const Node& node = graph.nodes[static_cast<std::size_t>(report.rows[i].node)];
    for (const int input : node.inputs) {
      if (input == Node::kAbsent) continue;
      const auto v = static_cast<std::size_t>(input);
      if (graph.values[v].constant && !charged[v]) {
        charged[v] = true;
        report.rows[i].weight_bytes +=
            static_cast<std::int64_t>(graph.values[v].constant->bytes.size());
      }
      if (maker[v] == kNone) continue;
      report.rows[maker[v]].readers.push_back(i);
      ++report.edges;
    }
    for (const int output : node.outputs) {
      if (output != Node::kAbsent) maker[static_cast<std::size_t>(output)] = i;
    }
  }
}

void mark_critical(const Graph& graph, ModelReport& report) {
  std::vector<double> cost(graph.nodes.size(), 0.0);
  std::vector<std::size_t> row_of(graph.nodes.size(), 0);
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    cost[static_cast<std::size_t>(report.rows[i].node)] = report.rows[i].flops;
    row_of[static_cast<std::size_t>(report.rows[i].node)] = i;
  }
  const CriticalPath path = critical_path(graph, cost);
  report.critical_flops = path.cost;
  for (const int node : path.nodes) {
    report.rows[row_of[static_cast<std::size_t>(node)]].is_critical = true;
  }
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  return fmt::format("{}..", text.substr(0, most - 2));
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result;
}

std::string first_shape(const ReportRow& row) {
  return row.outputs.empty() ? std::string() : shape_text(row.outputs.front());
}

}  // namespace

std::string short_number(double value) {
  constexpr std::array<std::string_view, 5> kPrefixes{" ", " k", " M", " G", " T"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000.0;
    ++prefix;
  }
  return fmt::format("{:.3g}{}", value, kPrefixes[prefix]);
}

ModelReport report_model(const Graph& graph, const ExecutorOptions& options) {
  const Executor executor(graph, options);
  ModelReport report{.name = graph.name, .opset = graph.opset};
  const auto steps = executor.step_bytes();
  const auto cuts = executor.cut_bytes();
  for (std::size_t i = 0; i < executor.nodes().size(); ++i) {
    report.rows.push_back(describe_row(executor, executor.nodes()[i]));
    report.rows.back().alive_bytes = steps[i];
    report.rows.back().cut_bytes = cuts[i + 1];
    report.output_bytes += report.rows.back().output_bytes;
  }
  report.input_bytes = cuts[0];
  report.flops = executor.flops();
  report.weight_bytes = static_cast<std::int64_t>(executor.weight_bytes());
  report.peak_bytes = static_cast<std::int64_t>(executor.activation_peak_bytes());
  connect(executor.graph(), report);
  mark_critical(executor.graph(), report);
  return report;
}

std::vector<std::size_t> narrow_cuts(const ModelReport& report) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i + 1 < report.rows.size(); ++i) {
    const std::int64_t here = report.rows[i].cut_bytes;
    const std::int64_t before = i == 0 ? report.input_bytes : report.rows[i - 1].cut_bytes;
    if (here < before && here <= report.rows[i + 1].cut_bytes) cuts.push_back(i);
  }
  return cuts;
}

std::string report_table(const ModelReport& report) {
  std::string text = fmt::format("{:<16} {:<12} {:<16} {:>7} {:>7} {:>7} {:>7}\n", "operator", "kind",
                                 "output", "FLOPs", "weights", "output", "cut");
  const auto out = std::back_inserter(text);
  for (const ReportRow& row : report.rows) {
    fmt::format_to(out, "{:<16} {:<12} {:<16} {:>7} {:>7} {:>7} {:>7}{}\n",
                   shortened(escaped(row.name), 16), shortened(row.op, 12),
                   shortened(first_shape(row), 16),
                   row.is_folded ? "folded" : short_number(row.flops),
                   short_number(static_cast<double>(row.weight_bytes)),
                   short_number(static_cast<double>(row.output_bytes)),
                   short_number(static_cast<double>(row.cut_bytes)), row.is_critical ? "" : " *");
  }
  fmt::format_to(out,
                 "\n{} operators (* = not on the critical path), {} edges, opset {}\n"
                 "{}FLOP, {:.0f} % of them on the critical path\n"
                 "weights {}B, activations {}B in sum, {}B at once\n",
                 report.rows.size(), report.edges, report.opset, short_number(report.flops),
                 report.flops > 0.0 ? 100.0 * report.critical_flops / report.flops : 100.0,
                 short_number(static_cast<double>(report.weight_bytes)),
                 short_number(static_cast<double>(report.output_bytes)),
                 short_number(static_cast<double>(report.peak_bytes)));
  return text;
}

std::string report_dot(const ModelReport& report) {
  std::string text = fmt::format("digraph \"{}\" {{\n  node [shape=box, fontname=\"sans-serif\"];\n",
                                 escaped(report.name));
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const ReportRow& row = report.rows[i];
    fmt::format_to(out, "  n{} [label=\"{}\\n{}\\n{}FLOP\"{}];\n", i, escaped(row.op),
                   escaped(row.name), short_number(row.flops),
                   row.is_folded ? ", style=dashed" : row.is_critical ? ", style=bold" : "");
  }
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const std::string label = fmt::format(
        "{} {}B", first_shape(report.rows[i]),
        short_number(static_cast<double>(report.rows[i].output_bytes)));
    for (const std::size_t reader : report.rows[i].readers) {
      fmt::format_to(out, "  n{} -> n{} [label=\"{}\"];\n", i, reader, label);
    }
  }
  text += "}\n";
  return text;
}

}  // namespace faascast
