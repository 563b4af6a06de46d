#include "sim-core/random.h"

#include <Random123/philox.h>

#include <cassert>

#include "sim-core/kernels.h"
#include "sim-core/portable_math.h"

namespace faascast {

Stream::Stream(std::uint64_t seed, std::uint64_t entity, Purpose purpose, std::uint16_t sub_stream,
               std::uint32_t replication) {
  const std::uint64_t key = mix64(mix64(seed) + entity);
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)};
  high_ = {static_cast<std::uint32_t>(purpose) << 16U | sub_stream, replication};
}

std::array<std::uint64_t, 2> Stream::words(std::uint64_t number) const {
  const philox4x32_ctr_t counter{{static_cast<std::uint32_t>(number),
                                  static_cast<std::uint32_t>(number >> 32U), high_[0], high_[1]}};
  const philox4x32_key_t key{{key_[0], key_[1]}};
  const philox4x32_ctr_t out = philox4x32(counter, key);
  return {out.v[0] | std::uint64_t{out.v[1]} << 32U, out.v[2] | std::uint64_t{out.v[3]} << 32U};
}

void Stream::words(std::uint64_t first, std::span<std::uint64_t> word0,
                   std::span<std::uint64_t> word1) const {
  assert((word0.empty() || word1.empty() || word0.size() == word1.size()) && "sizes must be equal");
  const std::size_t n = word0.empty() ? word1.size() : word0.size();
  kernels().words(key_.data(), high_.data(), first, n, word0.empty() ? nullptr : word0.data(),
                  word1.empty() ? nullptr : word1.data());
}

double Stream::uniform(std::uint64_t number) const { return uniform_of(words(number)[0]); }

double uniform_from_word(std::uint64_t word) { return uniform_of(word); }

double portable_log(double x) { return log_of(x); }

}  // namespace faascast
