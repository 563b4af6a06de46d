#include "platforms/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "platforms/configuration_check.h"

namespace faascast {
namespace {

/// Rounded, and at most 10^18 ns (32 years), so that sums stay within an Instant.
Duration from_ns(double ns) {
  constexpr double kLongest = 1e18;
  return Duration(std::llround(std::min(ns, kLongest)));
}

Duration scaled(Duration d, double factor) {
  return from_ns(static_cast<double>(d.count()) * factor);
}

/// Requests that an instance serves at once.
std::uint32_t concurrency_of(const PlatformSpec& spec, const DeploymentConfig& config,
                             Megabytes memory) {
  std::int64_t slots = spec.scaling.concurrency_preset;
  for (const MemorySize& size : spec.memory.sizes) {
    if (size.memory == memory && size.concurrency > 0) slots = size.concurrency;
  }
  for (const auto& [language, count] : spec.scaling.concurrency_of_language) {
    if (language == config.language) slots = count;
  }
  return static_cast<std::uint32_t>(config.concurrency.value_or(slots));
}

void add_scaling(const PlatformSpec& spec, const DeploymentConfig& config, CompiledPool& out) {
  constexpr double kMilli = 1000.0;
  const Scaling& scaling = spec.scaling;
  PoolPlan& pool = out.pool;
  pool.reuse_order = spec.reuse_order;
  pool.keep_alive_rule = spec.keep_alive.rule;
  pool.keep_alive = spec.keep_alive.window;
  pool.idle_life = spec.keep_alive.idle_life;
  pool.maximum_life = scaling.maximum_life;
  pool.minimum_instances = config.minimum_instances;
  pool.max_instances = most_instances(scaling);
  pool.at_limit = scaling.at_limit;
  pool.scale_out = scaling.scale_out;
  pool.scaling = spec.autoscaler;
  if (config.provisioned) {
    pool.warm = config.provisioned;
    pool.warm->lead = spec.provisioned->lead;
    pool.warm->configured_step = spec.provisioned->configured_step;
  }
  pool.init_failure = scaling.init_failure;
  pool.concurrency = concurrency_of(spec, config, out.memory);
  if (pool.concurrency > 1 && !config.final_times)
    pool.vcpu_share = MilliVcpu(std::llround(std::max(out.vcpu, 1.0) * kMilli));
  const bool limits_instances = config.one_function && pool.concurrency == 1;
  if (scaling.account_concurrency && !limits_instances)
    pool.account_concurrency = *scaling.account_concurrency;
}

std::string duration_text(Duration d) { return fmt::format("{:.3g} s", seconds_of(d)); }

/// The law that fits best: language and package, then language, then package, then any.
const ColdStartLaw* law_for(const std::vector<ColdStartLaw>& laws, std::string_view language,
                            std::string_view package) {
  const ColdStartLaw* best = nullptr;
  int best_score = -1;
  for (const ColdStartLaw& law : laws) {
    const bool fits = (law.language.empty() || law.language == language) &&
                      (law.package.empty() || law.package == package);
    const int score = (law.language.empty() ? 0 : 2) + (law.package.empty() ? 0 : 1);
    if (fits && score > best_score) {
      best = &law;
      best_score = score;
    }
  }
  return best;
}

/// Builds the list of cold-start components.
class ColdStartBuilder {
 public:
  ColdStartBuilder(const PlatformSpec& spec, const DeploymentConfig& config, CompiledPool& out)
      : spec_(spec), config_(config), out_(out) {}

  void build(const ModelLoad& load) {
    const double factor = load.on_profiling_host ? spec_.cpu.host_factor : 1.0;
    const ColdStart& cold = spec_.cold_start;
    add_law("placement", LoadAt::kPlacement, cold.placement);
    add_package();
    add("attach", LoadAt::kInit, cold.attach, Duration(0));
    if (cold.restore) {
      add_restore(*cold.restore, load.memory_used);
      add("first-inference", cold.first_inference_at, Duration(0),
          scaled(load.first_inference_cpu, factor));
      return;
    }
    add_law("runtime", LoadAt::kInit, cold.runtime);
    add("import", cold.import_at, Duration(0), scaled(load.import_cpu, factor));
    add("weights", cold.weights_at, fetch_time(load.weights), scaled(load.load_cpu, factor));
    add("first-inference", cold.first_inference_at, Duration(0),
        scaled(load.first_inference_cpu, factor));
  }

 private:
  void add_law(const char* name, LoadAt at, const std::vector<ColdStartLaw>& laws) {
    if (laws.empty()) return;
    const ColdStartLaw* law = law_for(laws, config_.language, name_of(config_.package));
    if (law == nullptr) law = &laws.front();
    if (law->language != config_.language && has_languages(laws))
      out_.notes.push_back(fmt::format(
          "{} publishes no {} times for language \"{}\" known here: those of {} are used.",
          spec_.title, name, config_.language,
          law->language.empty() ? std::string("any language") : law->language));
    out_.pool.cold_start.push_back({name, at, law->law, Duration(0)});
  }

  static bool has_languages(const std::vector<ColdStartLaw>& laws) {
    return std::any_of(laws.begin(), laws.end(),
                       [](const ColdStartLaw& law) { return !law.language.empty(); });
  }

  void add_package() {
    constexpr double kBytesPerMb = 1e6;
    const Duration per_mb = config_.package == PackageKind::kZip ? spec_.cold_start.zip_per_mb
                                                                 : spec_.cold_start.image_per_mb;
    const Duration fetch =
        scaled(per_mb, static_cast<double>(config_.package_bytes.value()) / kBytesPerMb);
    add("package", LoadAt::kPlacement, fetch, Duration(0));
  }

  /// The snapshot is as large as the process, or as the instance where that is not known.
  void add_restore(const SnapshotRestore& restore, Megabytes used) {
    constexpr double kBytesPerMb = 1048576.0;
    constexpr double kNsPerS = 1e9;
    const Megabytes size = used.value() > 0 ? used : out_.memory;
    const double bytes = static_cast<double>(size.value()) * kBytesPerMb;
    add("restore", LoadAt::kInit, restore.base + from_ns(bytes / restore.bytes_per_s * kNsPerS),
        Duration(0));
  }

  [[nodiscard]] Duration fetch_time(Bytes weights) const {
    if (weights.value() == 0) return Duration(0);
    constexpr double kNsPerS = 1e9;
    const double bytes_per_s = spec_.cold_start.object_store.at(out_.memory);
    return from_ns(static_cast<double>(weights.value()) / bytes_per_s * kNsPerS);
  }

  /// A component of fixed parts; nothing where both are 0.
  void add(const char* name, LoadAt at, Duration wall, Duration cpu) {
    if (at == LoadAt::kHandler && !spec_.cpu.throttles_cold_request) {
      wall += cpu;  // at full speed, whatever the share
      cpu = Duration(0);
    }
    if (wall == Duration(0) && cpu == Duration(0)) return;
    out_.pool.cold_start.push_back({name, at, Distribution::constant(wall), cpu});
  }

  const PlatformSpec& spec_;
  const DeploymentConfig& config_;
  CompiledPool& out_;
};

Duration mean_init(const std::vector<ColdComponent>& components) {
  Duration sum{};
  for (const ColdComponent& component : components) {
    if (component.load_at == LoadAt::kInit) sum += component.wall.mean() + component.cpu;
  }
  return sum;
}

bool bills_init(const MeteringRule& rule, const DeploymentConfig& config) {
  const auto& custom = rule.custom_runtimes;
  const bool is_custom = std::find(custom.begin(), custom.end(), config.language) != custom.end();
  return config.package == PackageKind::kZip && !is_custom ? rule.bills_zip_init : rule.bills_init;
}

void add_metering(const PlatformSpec& spec, const DeploymentConfig& config, const ModelLoad& load,
                  CompiledPool& out) {
  constexpr double kMilli = 1000.0;
  const MeteringRule& rule = spec.metering;
  out.pool.metering = {rule.granularity, rule.minimum, bills_init(rule, config),
                       rule.bills_requests};
  out.billed_time = rule.time;
  out.gpu = rule.gpu;
  if (spec.cold_start.restore) out.snapshot = out.memory;
  if (rule.time == BilledTime::kActiveInstance)
    out.pool.metering.basis = Metering::Basis::kPerActiveInstance;
  out.pool.memory = out.memory;
  if (rule.bills_memory_used) {
    out.pool.bills_memory_used = true;
    out.pool.memory_step = rule.memory_step;
    if (load.memory_used.value() > 0) {
      out.pool.memory = load.memory_used;
    } else {
      out.notes.push_back(fmt::format(
          "{} bills memory used, which is not known here: the instance's {} MB are billed unless "
          "the trace says otherwise.",
          spec.title, out.memory.value()));
    }
  }
  if (rule.bills_vcpu) out.pool.vcpu = MilliVcpu(std::llround(out.vcpu * kMilli));
  for (const MemorySize& size : spec.memory.sizes) {
    if (size.memory == out.memory) out.pool.clock_mhz = size.clock_mhz;
  }
}

void add_notes(const PlatformSpec& spec, const DeploymentConfig& config, const ModelLoad& load,
               CompiledPool& out) {
  out.notes.insert(out.notes.end(), spec.notes.begin(), spec.notes.end());
  if (out.pool.concurrency > 1)
    out.notes.push_back(fmt::format(
        "{} serves up to {} requests at once in an instance; {}", spec.title, out.pool.concurrency,
        out.pool.vcpu_share.value() == 0
            ? "their times are given as final, so they do not slow one another."
            : fmt::format("they share its {:.3g} vCPU.", std::max(out.vcpu, 1.0))));
  if (most_instances(spec.scaling) < spec.scaling.max_instances)
    out.notes.push_back(fmt::format("max_instances {} is cut to the account's concurrency of {}.",
                                    spec.scaling.max_instances, most_instances(spec.scaling)));
  if (config.arch == Architecture::kArm)
    out.notes.push_back("Arm processors are taken to be as fast as x86 ones.");
  if (load.on_profiling_host)
    out.notes.push_back(
        fmt::format("CPU time measured on this host is multiplied by {} for a vCPU of {}.",
                    spec.cpu.host_factor, spec.title));
}

}  // namespace

Megabytes nearest_memory(const MemoryRule& rule, Megabytes wanted) {
  if (!rule.sizes.empty()) {
    const auto distance = [wanted](const MemorySize& size) {
      return std::abs((size.memory - wanted).value());
    };
    return std::min_element(rule.sizes.begin(), rule.sizes.end(),
                            [&distance](const MemorySize& a, const MemorySize& b) {
                              return distance(a) < distance(b);
                            })
        ->memory;
  }
  const std::int64_t clamped =
      std::clamp(wanted.value(), rule.minimum.value(), rule.maximum.value());
  const std::int64_t step = rule.step.value();
  const std::int64_t steps = (clamped - rule.minimum.value() + step / 2) / step;
  const std::int64_t most = (rule.maximum.value() - rule.minimum.value()) / step;
  return Megabytes(rule.minimum.value() + std::min(steps, most) * step);
}

double vcpu_share(const PlatformSpec& spec, Megabytes memory, std::optional<double> vcpu) {
  switch (spec.cpu.share) {
    case CpuShare::kMemoryShare:
      return static_cast<double>(memory.value()) / spec.cpu.mb_per_vcpu;
    case CpuShare::kMemoryTable:
      for (const MemorySize& size : spec.memory.sizes) {
        if (size.memory == memory) return size.vcpu;
      }
      return 0.0;
    case CpuShare::kConfigured:
      return vcpu.value_or(spec.cpu.vcpu);
    case CpuShare::kFixed:
      break;
  }
  return spec.cpu.vcpu;
}

CpuLaw cpu_law(const PlatformSpec& spec, double vcpu) {
  if (vcpu >= 1.0) return {};
  const Duration quota = std::max(scaled(spec.cpu.period, vcpu), Duration(1));
  return {spec.cpu.period, quota};
}

double cpu_seconds_factor(const PlatformSpec& spec) { return spec.cpu.host_factor; }

std::optional<CompiledPool> make_pool(const PlatformSpec& spec, const DeploymentConfig& config,
                                      const ModelLoad& load, const std::string& where,
                                      std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  CompiledPool out;
  out.memory = config.memory.value_or(spec.memory.preset);
  check_configuration(spec, config, out.memory, load.memory_used, where, problems);
  if (problems.size() != before) return {};

  out.vcpu = vcpu_share(spec, out.memory, config.vcpu);
  out.cpu_seconds_factor = load.on_profiling_host ? cpu_seconds_factor(spec) : 1.0;
  out.warm_overhead = spec.warm_overhead;
  out.network = spec.network;
  if (load.on_profiling_host) out.noise = spec.noise;
  add_scaling(spec, config, out);
  add_notes(spec, config, load, out);
  ColdStartBuilder(spec, config, out).build(load);
  add_metering(spec, config, load, out);

  PoolPlan& pool = out.pool;
  pool.cpu = cpu_law(spec, out.vcpu);
  pool.timeout = spec.limits.timeout;

  const Duration init_limit = spec.cold_start.init_limit;
  if (spec.cold_start.init_overrun == InitOverrun::kRedoInHandler) pool.init_limit = init_limit;
  const Duration init = mean_init(pool.cold_start);
  if (init_limit > Duration(0) && init > init_limit) {
    if (spec.cold_start.init_overrun == InitOverrun::kFails) {
      problems.push_back({where,
                          fmt::format("starting takes {} on average, over the {} limit of {}",
                                      duration_text(init), spec.title, duration_text(init_limit)),
                          "load the model inside the first request: load_at = \"handler\""});
      return {};
    }
    out.notes.push_back(fmt::format(
        "INIT takes {} on average, over the limit of {}: it is abandoned and done again inside "
        "the first request.",
        duration_text(init), duration_text(init_limit)));
  }
  return out;
}

CompiledPool make_pool(const PlatformSpec& spec, const DeploymentConfig& config,
                       const ModelLoad& load) {
  std::vector<Problem> problems;
  std::optional<CompiledPool> out = make_pool(spec, config, load, spec.name, problems);
  if (!out) throw InputError(std::move(problems));
  return std::move(*out);
}

}  // namespace faascast
