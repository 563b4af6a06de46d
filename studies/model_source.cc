#include "studies/model_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "workloads/executor.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"
#include "workloads/onnx_writer.h"
#include "workloads/passes/passes.h"
#include "workloads/profile_store.h"

namespace faascast {

namespace {

constexpr std::uint32_t kMostThreads = 1024;

std::string description_of(const ExecutionProfile& profile) {
  const Distribution law = execution_distribution(profile);
  return fmt::format("{}, p50 {} and p{:g} {} of CPU time, measured on {} on {}", profile.model,
                     format_duration(law.quantile(0.5)),
                     100.0 * highest_quantile(profile.samples_ns.size()),
                     format_duration(law.quantile(highest_quantile(profile.samples_ns.size()))),
                     profile.host.cpu, profile.created);
}

ResolvedModel from_profile(const ExecutionProfile& profile) {
  ResolvedModel model;
  model.cpu = execution_distribution(profile);
  model.load_cpu = profile.load;
  model.first_inference_cpu =
      std::max(Duration::zero(), profile.first_inference - model.cpu.quantile(0.5));
  constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
  model.memory_used = Megabytes(
      static_cast<std::int64_t>((profile.peak_memory_bytes + kMegabyte - 1) / kMegabyte));
  model.batches = profile.batches;
  model.parallel_fraction = parallel_fraction(profile);
  // A batch that was split among copies says nothing of one input.
  model.most_threads = profile.threads_batch == 1 ? kMostThreads : 1;
  model.profile_hash = profile_hash(profile);
  model.host_cpu = profile.host.cpu;
  model.description = description_of(profile);
  return model;
}

/// A profile in memory, a file beside the scenario, a path, or a shipped name.
ExecutionProfile pinned_profile(const Scenario& scenario) {
  for (const GivenProfile& given : scenario.changes.profiles) {
    if (given.name == scenario.model.profile) return *given.profile;
  }
  const std::filesystem::path beside = scenario.folder / scenario.model.profile;
  return find_profile(std::filesystem::exists(beside) ? beside.string() : scenario.model.profile);
}

std::string model_file_of(const Scenario& scenario) {
  const std::filesystem::path beside = scenario.folder / scenario.model.onnx;
  return std::filesystem::is_regular_file(beside) ? beside.string() : scenario.model.onnx;
}

std::string law_text(const LawSpec& law) {
  if (law.kind == "constant") return format_duration(law.mean);
  return fmt::format("{} with mean {}", law.kind, format_duration(law.mean));
}

/// What is measured besides single inferences: what the scenario has a use for.
ProfileOptions measured_for(const Scenario& scenario) {
  ProfileOptions options{.batch = scenario.model.batch};
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (deployment.batching && !deployment.batching->has_law()) options.batches = kUsualBatches;
  }
  return options;
}

/// A profile of single inputs, for requests that bring several.
void take_batch(const Scenario& scenario, ResolvedModel& model) {
  const std::int64_t batch = scenario.model.batch;
  if (batch == 1) return;
  if (model.batches.empty()) {
    throw InputError(Problem{
        scenario.file_name + ": model.batch", fmt::format("nothing says how long {} inputs take", batch),
        "give model.onnx, or a profile with a batch law: faascast profile MODEL --batches 1,2,4,8"});
  }
  const double factor = batch_factor(model.batches, batch);
  model.cpu = model.cpu.scaled(factor);
  model.description += fmt::format(", times {:.3g} for {} inputs", factor, batch);
}

ResolvedModel named_model(const Scenario& scenario, bool traffic_has_execution,
                          const StoreOptions& store) {
  const ModelSpec& spec = scenario.model;
  ResolvedModel model;
  if (!spec.optimise.empty() && (spec.onnx.empty() || !spec.profile.empty())) {
    throw InputError(Problem{scenario.file_name + ": model.optimise",
                             "only a model that is profiled here can be optimised",
                             "give model.onnx, and leave model.profile out"});
  }
  if (!spec.profile.empty()) {
    model = from_profile(pinned_profile(scenario));
    take_batch(scenario, model);
    return model;
  }
  if (!spec.onnx.empty()) {
    const ModelFile file = spec.optimise.empty()
                               ? find_model(model_file_of(scenario))
                               : optimised_model(model_file_of(scenario), spec.optimise);
    return from_profile(profile_here(file, measured_for(scenario), store));
  }
  if (spec.batch != 1) take_batch(scenario, model);
  if (spec.execution) {
    model.cpu = spec.execution->distribution();
    model.is_final = true;
    model.description = "execution time " + law_text(*spec.execution);
  } else if (spec.cpu) {
    model.cpu = spec.cpu->distribution();
    model.description = "CPU time " + law_text(*spec.cpu);
  } else if (spec.tokens) {
    model.tokens = *spec.tokens;
    model.uses_tokens = true;
    model.is_final = true;
    model.description = fmt::format("{} a request, {} a token in, {} a token out",
                                    format_duration(spec.tokens->base),
                                    format_duration(spec.tokens->per_input),
                                    format_duration(spec.tokens->per_output));
    if (!spec.tokens->title.empty()) {
      model.description = fmt::format("{}: {} ({}{})", spec.tokens->title, model.description,
                                      spec.tokens->assumed ? "no measurement, " : "",
                                      "figures of " + spec.tokens->as_of);
    }
  } else if (traffic_has_execution) {
    model.from_trace = true;
    model.is_final = true;
    model.description = "the trace's own execution times";
  } else {
    throw InputError(Problem{scenario.file_name + ": model",
                             "nothing says what runs: the trace has no execution times either",
                             "add [model] with one of onnx, profile, execution, cpu, tokens"});
  }
  return model;
}

}  // namespace

std::filesystem::path store_path(const StoreOptions& options) {
  if (!options.file.empty()) return options.file;
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder = data != nullptr && *data != '\0' ? std::filesystem::path(data)
                                 : home != nullptr
                                     ? std::filesystem::path(home) / ".local" / "share"
                                     : std::filesystem::temp_directory_path();
  return folder / "faascast" / "store.sqlite";
}

ExecutionProfile profile_here(const std::string& name_or_path, const ProfileOptions& options,
                              const StoreOptions& store_options) {
  return profile_here(find_model(name_or_path), options, store_options);
}

ModelFile optimised_model(const std::string& name_or_path, const std::string& passes) {
  const ModelFile file = find_model(name_or_path);
  const PassResult result = apply_passes(parse_passes(passes), read_onnx(file.content, file.name));
  ModelFile optimised{.name = fmt::format("{}, {}", file.name, passes),
                      .content = write_onnx(result.graph)};
  optimised.sha256 = sha256_hex(optimised.content);
  return optimised;
}

ExecutionProfile profile_here(const ModelFile& file, const ProfileOptions& options,
                              const StoreOptions& store_options) {
  const Executor executor(
      read_onnx(file.content, file.name),
      {.batch = options.batch, .input_shapes = options.input_shapes, .isa = options.isa});
  ProfileKey key{file.sha256, {}, this_host(options.isa), std::string(profile_program_version())};
  for (std::size_t i = 0; i < executor.inputs(); ++i) {
    key.input_shapes.push_back(executor.input_shape(i));
  }
  ProfileStore store(store_path(store_options));
  if (auto stored = store.get(key); stored && (options.batches.empty() || !stored->batches.empty())) {
    return *std::move(stored);
  }
  ExecutionProfile profile = profile_model(file, options);
  store.put(profile);
  return profile;
}

ResolvedModel resolve_model(const Scenario& scenario, bool traffic_has_execution,
                            const StoreOptions& store) {
  ResolvedModel model = named_model(scenario, traffic_has_execution, store);
  if (auto probe = load_host_probe(store_path(store)); probe && probe->cpu == model.host_cpu) {
    model.probe = std::move(probe);
  }
  const ModelSpec& spec = scenario.model;
  if (spec.parallel_fraction && (model.is_final || model.from_trace)) {
    throw InputError(Problem{scenario.file_name + ": model.parallel_fraction",
                             "final execution times are not divided among vCPUs",
                             "leave it out, or give CPU time: model.cpu, onnx or profile"});
  }
  model.batch = spec.batch;
  model.most_threads = std::max(
      model.most_threads, static_cast<std::uint32_t>(std::min<std::int64_t>(spec.batch, kMostThreads)));
  if (spec.parallel_fraction) {
    model.parallel_fraction = *spec.parallel_fraction;
    model.most_threads = kMostThreads;
  }
  model.weights = spec.weights;
  if (spec.load_cpu > Duration::zero()) model.load_cpu = spec.load_cpu;
  if (spec.memory_used > Megabytes(0)) model.memory_used = spec.memory_used;
  return model;
}

}  // namespace faascast
