#include <cstdlib>
#include <string_view>
#include <vector>

#include "sim-core/kernels.h"

namespace faascast {

#if defined(FAASCAST_X86)
extern const Kernels kernels_v2;
extern const Kernels kernels_v3;
extern const Kernels kernels_v4;

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> available{&kernels_v2};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("fma")) {
    available.push_back(&kernels_v3);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd")) {
      available.push_back(&kernels_v4);
    }
  }
  return available;
}
#else
extern const Kernels kernels_any;

std::vector<const Kernels*> available_kernels() { return {&kernels_any}; }
#endif

namespace {
const Kernels* chosen() {
  const std::vector<const Kernels*> available = available_kernels();
  if (const char* wanted = std::getenv("FAASCAST_ISA"); wanted != nullptr) {
    for (const Kernels* set : available) {
      if (std::string_view(set->name) == wanted) return set;
    }
  }
  return available.back();
}
}  // namespace

const Kernels& kernels() {
  static const Kernels& best = *chosen();
  return best;
}

}  // namespace faascast
