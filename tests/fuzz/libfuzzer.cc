// The entry of libFuzzer, for the target that FAASCAST_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/fuzz_target.h"

namespace {

faascast::FuzzTarget chosen() {
  for (const faascast::FuzzTarget& target : faascast::fuzz_targets()) {
    if (target.name == FAASCAST_FUZZ_TARGET) return target;
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const faascast::FuzzTarget target = chosen();
  target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
