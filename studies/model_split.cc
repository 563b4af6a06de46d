#include "studies/model_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"

namespace faascast {
namespace {

constexpr double kMegabyte = 1024.0 * 1024.0;

/// A duration of a scenario file, to the nanosecond.
std::string toml_duration(double seconds) {
  return fmt::format("\"{:.0f} ns\"", std::max(1.0, seconds * 1e9));
}

std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result.append("\"");
}

std::string scenario_text(const SplitRequest& request, const SplitResult& result, double rate) {
  const std::size_t parts = result.partition.parts.size();
  double carried = 0.0;
  for (std::size_t i = 1; i < parts; ++i) {
    carried += static_cast<double>(result.partition.parts[i].carried_in);
  }
  const double mean_carried = parts > 1 ? carried / static_cast<double>(parts - 1) : 0.0;
  std::string text = fmt::format(
      "# {} in {} function{} of {}: each holds its operators' weights and activations.\n"
      "# CPU times are shares of the {} that an inference takes in one piece on the machine that "
      "wrote this.\nname = {}\nseed = 1\n\n"
      "[traffic]\ngenerator = {{ kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }}\n",
      result.report.name, parts, parts == 1 ? "" : "s", format_memory(request.memory),
      format_duration(result.whole), toml_text(fmt::format("{} in parts", result.report.name)));
  const auto out = std::back_inserter(text);
  if (parts > 1) {
    fmt::format_to(out,
                   "\n# Activations pass through an object store: {:.3g} MB on average, at {:g} MB/s, "
                   "and {} a call.\n[state]\nreads = 1\nwrites = 1\nread_latency = {}\n"
                   "write_latency = \"0 s\"\n",
                   mean_carried / kMegabyte, request.megabytes_per_second,
                   format_duration(request.call),
                   toml_duration(seconds_of(request.call) +
                                 mean_carried / (request.megabytes_per_second * kMegabyte)));
  }
  for (std::size_t i = 0; i < parts; ++i) {
    const Part& part = result.partition.parts[i];
    const auto used = static_cast<std::int64_t>(
        (part.weight_bytes + static_cast<double>(part.peak_bytes)) / kMegabyte + 1.0);
    fmt::format_to(out,
                   "\n# {} operators, from {} to {}.\n[[deployment]]\nname = \"part-{}\"\n"
                   "platform = {}\nmemory = \"{} MB\"\n"
                   "model = {{ cpu = {}, memory_used = \"{} MB\", weights = \"{:.0f} B\" }}\n"
                   "\n[[step]]\ndeployment = \"part-{}\"\n",
                   part.last - part.first, toml_text(result.report.rows[part.first].name),
                   toml_text(result.report.rows[part.last - 1].name), i + 1, toml_text(request.platform),
                   request.memory.value(), toml_duration(part.flops / rate), used,
                   part.weight_bytes, i + 1);
    if (i > 0) fmt::format_to(out, "after = [\"part-{}\"]\n", i);
  }
  return text;
}

}  // namespace

SplitResult split_model(const SplitRequest& request, const StoreOptions& store) {
  const ModelFile file = find_model(request.model);
  SplitResult result{.report = report_model(read_onnx(file.content, file.name), request.executor)};
  if (result.report.flops <= 0.0) {
    throw InputError(Problem{.where = file.name,
                             .what = "computes nothing that could be shared out",
                             .mend = "give a model with arithmetic"});
  }
  const ExecutionProfile profile = profile_here(
      file, {.batch = request.executor.batch, .input_shapes = request.executor.input_shapes}, store);
  result.whole = execution_distribution(profile).quantile(0.5);
  const double rate = result.report.flops / std::max(seconds_of(result.whole), 1e-9);
  result.partition = partition_model(
      result.report,
      {.memory_limit_bytes = request.memory.value() * static_cast<std::int64_t>(kMegabyte),
       .flops_per_second = rate,
       .bytes_per_second = request.megabytes_per_second * kMegabyte,
       .invocation_seconds = seconds_of(request.call)});
  result.scenario = scenario_text(request, result, rate);
  return result;
}

}  // namespace faascast
