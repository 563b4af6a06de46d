#include "workloads/kernels/int8_kernels.h"

#include <vector>

#include "workloads/kernels/kernel_set.h"

namespace faascast {

namespace isa_base {
extern const Int8Kernels kInt8Kernels;
}
#ifdef FAASCAST_X86
namespace isa_v3 {
extern const Int8Kernels kInt8Kernels;
}
namespace isa_v4 {
extern const Int8Kernels kInt8Kernels;
}
namespace isa_vnni {
extern const Int8Kernels kInt8Kernels;
}
#endif

namespace {

/// Those that belong to each set of kernel_sets(), in its order, and those that add VNNI.
std::vector<const Int8Kernels*> find_sets() {
  std::vector<const Int8Kernels*> sets{&isa_base::kInt8Kernels};
#ifdef FAASCAST_X86
  for (const KernelSet* set : kernel_sets()) {
    if (set->isa == isa_v3::kInt8Kernels.isa) sets.push_back(&isa_v3::kInt8Kernels);
    if (set->isa == isa_v4::kInt8Kernels.isa) {
      sets.push_back(&isa_v4::kInt8Kernels);
      if (__builtin_cpu_supports("avx512vnni")) sets.push_back(&isa_vnni::kInt8Kernels);
    }
  }
#endif
  return sets;
}

}  // namespace

std::span<const Int8Kernels* const> int8_kernel_sets() {
  static const std::vector<const Int8Kernels*> sets = find_sets();
  return sets;
}

const Int8Kernels& int8_kernels_for(std::string_view isa) {
  const Int8Kernels* best = int8_kernel_sets().front();
  for (const Int8Kernels* set : int8_kernel_sets()) {
    if (set->isa.starts_with(isa)) best = set;
  }
  return *best;
}

}  // namespace faascast
