#include "platforms/configuration_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faascast {

std::string_view name_of(PackageKind kind) { return kind == PackageKind::kZip ? "zip" : "image"; }
std::string_view name_of(Architecture arch) { return arch == Architecture::kArm ? "arm" : "x86"; }

std::uint32_t most_instances(const Scaling& scaling) {
  if (scaling.concurrency_maximum > 1) return scaling.max_instances;
  return std::min(scaling.max_instances,
                  scaling.account_concurrency.value_or(scaling.max_instances));
}

namespace {

std::string megabytes_text(Bytes bytes) {
  constexpr double kBytesPerMb = 1e6;
  return fmt::format("{:.1f} MB", static_cast<double>(bytes.value()) / kBytesPerMb);
}

class Checker {
 public:
  Checker(const PlatformSpec& spec, const DeploymentConfig& config, std::string where,
          std::vector<Problem>& problems)
      : spec_(spec), config_(config), where_(std::move(where)), problems_(problems) {}

  void check(Megabytes memory, Megabytes memory_used) {
    check_memory(memory, memory_used);
    check_vcpu();
    check_concurrency();
    check_package();
    check_payload("request", config_.request_bytes, spec_.limits.request);
    check_payload("response", config_.response_bytes, spec_.limits.response);
    check_architecture();
    check_instances();
    check_provisioned();
  }

  void problem(std::string what, std::string mend) {
    problems_.push_back({where_, std::move(what), std::move(mend)});
  }

 private:
  void check_memory(Megabytes memory, Megabytes memory_used) {
    const Megabytes nearest = nearest_memory(spec_.memory, memory);
    if (nearest != memory) {
      problem(fmt::format("{} has no memory size of {} MB", spec_.title, memory.value()),
              fmt::format("the nearest is \"{} MB\"; {}", nearest.value(), sold_memory()));
    } else if (memory_used > memory) {
      problem(fmt::format("the model uses {} MB, more than the instance's {} MB",
                          memory_used.value(), memory.value()),
              "choose more memory or a smaller model");
    }
  }

  [[nodiscard]] std::string sold_memory() const {
    const MemoryRule& rule = spec_.memory;
    if (rule.sizes.empty())
      return fmt::format("sold are {} to {} MB in steps of {} MB", rule.minimum.value(),
                         rule.maximum.value(), rule.step.value());
    std::string sizes;
    for (const MemorySize& size : rule.sizes)
      sizes += fmt::format("{}{}", sizes.empty() ? "" : ", ", size.memory.value());
    return fmt::format("sold are {} MB", sizes);
  }

  void check_vcpu() {
    if (!config_.vcpu) return;
    const CpuRule& cpu = spec_.cpu;
    if (cpu.share != CpuShare::kConfigured) {
      problem(fmt::format("{} does not let the processor be chosen", spec_.title),
              cpu.share == CpuShare::kFixed ? "leave 'cpu' out"
                                            : "leave 'cpu' out: it follows from memory");
    } else if (!(*config_.vcpu >= cpu.minimum && *config_.vcpu <= cpu.maximum)) {
      problem(fmt::format("{} vCPU is not on sale at {}", *config_.vcpu, spec_.title),
              fmt::format("choose {} to {}", cpu.minimum, cpu.maximum));
    }
  }

  void check_concurrency() {
    const std::int64_t most = spec_.scaling.concurrency_maximum;
    if (config_.concurrency.value_or(1) <= most) return;
    if (most == 1) {
      problem(fmt::format("{} serves one request per instance", spec_.title),
              "set concurrency = 1 or leave it out");
    } else {
      problem(
          fmt::format("{} serves at most {} requests at once in an instance", spec_.title, most),
          "lower concurrency");
    }
  }

  void check_package() {
    const bool is_zip = config_.package == PackageKind::kZip;
    const std::optional<Bytes>& limit = is_zip ? spec_.limits.zip : spec_.limits.image;
    if (limit && config_.package_bytes > *limit)
      problem(
          fmt::format("a {} package of {} is over the {} limit of {}", name_of(config_.package),
                      megabytes_text(config_.package_bytes), spec_.title, megabytes_text(*limit)),
          is_zip && spec_.limits.image
              ? "make it smaller, or deploy a container image (package kind \"image\")"
              : "make it smaller");
  }

  void check_payload(std::string_view which, Bytes size, const std::optional<Bytes>& limit) {
    if (limit && size > *limit)
      problem(fmt::format("a {} of {} is over the {} limit of {}", which, megabytes_text(size),
                          spec_.title, megabytes_text(*limit)),
              "send a reference to an object instead of its bytes");
  }

  void check_architecture() {
    const std::vector<std::string>& sold = spec_.limits.architectures;
    if (!sold.empty() && std::find(sold.begin(), sold.end(), name_of(config_.arch)) == sold.end())
      problem(fmt::format("{} has no {} processors", spec_.title, name_of(config_.arch)),
              fmt::format("choose one of {}", fmt::join(sold, ", ")));
  }

  void check_instances() {
    const std::uint32_t most = most_instances(spec_.scaling);
    if (config_.minimum_instances > most)
      problem(fmt::format("{} minimum instances, but at most {} may exist",
                          config_.minimum_instances, most),
              spec_.scaling.account_concurrency
                  ? "lower minimum_instances, or raise max_instances and account_concurrency"
                  : "lower minimum_instances or raise max_instances");
  }

  void check_provisioned() {
    if (!config_.provisioned) return;
    if (!spec_.provisioned)
      problem(fmt::format("{} sells no provisioned concurrency", spec_.title),
              "keep instances warm with minimum_instances");
  }

  const PlatformSpec& spec_;
  const DeploymentConfig& config_;
  std::string where_;
  std::vector<Problem>& problems_;
};

}  // namespace

void check_configuration(const PlatformSpec& spec, const DeploymentConfig& config, Megabytes memory,
                         Megabytes memory_used, const std::string& where,
                         std::vector<Problem>& problems) {
  Checker(spec, config, where, problems).check(memory, memory_used);
}

}  // namespace faascast
