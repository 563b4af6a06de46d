#include "workloads/kernels/kernel_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sim-core/error.h"

namespace faascast {

namespace isa_base {
extern const KernelSet kKernels;
}
#ifdef FAASCAST_X86
namespace isa_v3 {
extern const KernelSet kKernels;
}
namespace isa_v4 {
extern const KernelSet kKernels;
}
#endif

namespace {

std::vector<const KernelSet*> find_sets() {
  std::vector<const KernelSet*> sets{&isa_base::kKernels};
#ifdef FAASCAST_X86
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v3) sets.push_back(&isa_v3::kKernels);
  if (v4) sets.push_back(&isa_v4::kKernels);
#endif
  return sets;
}

}  // namespace

std::span<const KernelSet* const> kernel_sets() {
  static const std::vector<const KernelSet*> sets = find_sets();
  return sets;
}

const KernelSet& best_kernels() {
  const auto sets = kernel_sets();
  const char* wanted = std::getenv("FAASCAST_ISA");
  if (wanted == nullptr || *wanted == '\0') return *sets.back();
  std::vector<std::string_view> names;
  for (const KernelSet* set : sets) {
    if (set->isa == wanted) return *set;
    names.push_back(set->isa);
  }
  throw InputError(
      Problem{.where = "FAASCAST_ISA",
              .what = fmt::format("'{}' is not an instruction set of this processor", wanted),
              .mend = fmt::format("unset it, or choose one of {}", fmt::join(names, ", "))});
}

}  // namespace faascast
