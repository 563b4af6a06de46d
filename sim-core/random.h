#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace faascast {

/// What a draw is for. Draws of different purposes are independent.
enum class Purpose : std::uint16_t {
  kRequest = 0,    ///< word 0: inter-arrival (generators); word 1: execution time
  kPlacement = 1,  ///< cold start: sandbox placement
  kColdStart = 2,  ///< cold start: its components (sub-stream = index of the component)
  kReuse = 3,      ///< reuse order "random"
  kThinning = 4,   ///< traffic scale below 1, and the fractional copy above 1
  kSpread = 5,     ///< where in its minute an arrival of a count trace falls
  kNetwork = 6,
  kPhase = 7,      ///< shift in time of a superposed copy
  kKeepAlive = 8,  ///< how long an instance stays idle after a request
  kPatience = 9,   ///< sub-stream = attempt
  kRetry = 10,     ///< delay before an attempt; sub-stream = attempt
  kFailure = 11,   ///< whether an instance comes up; sub-stream = attempt
  kNoise = 12,     ///< a request's factor of CPU time
  kInstance = 13,  ///< an instance's factor of CPU time
  kThink = 14,     ///< how long a client waits before a query
  kState = 32,     ///< latency of external state; sub-stream = operation
  kVersion = 33,   ///< which version serves a request
  kReplica = 34,   ///< up and down times of a replica (number = turn)
  kBranch = 35,    ///< whether a workflow takes a step; sub-stream = branch
};

/// A counter-based stream (Philox4x32-10, Salmon et al. 2011): number i of a stream belongs to
/// request i, whatever was drawn before, on whatever thread. So compared deployments see the same
/// arrivals and the same work, and results do not depend on order.
class Stream {
 public:
  /// @param entity  function index (or another entity that must have draws of its own)
  Stream(std::uint64_t seed, std::uint64_t entity, Purpose purpose, std::uint16_t sub_stream = 0,
         std::uint32_t replication = 0);

  /// Both 64-bit words of request `number`: {arrival word, work word} for Purpose::kRequest.
  [[nodiscard]] std::array<std::uint64_t, 2> words(std::uint64_t number) const;
  /// Words of requests first .. first+n-1, vectorised; bit-identical to words(). Sizes equal;
  /// either span may be empty (that word is not wanted).
  void words(std::uint64_t first, std::span<std::uint64_t> word0,
             std::span<std::uint64_t> word1) const;
  /// Uniform in (0, 1), 52 bits, never 0 or 1, from word 0.
  [[nodiscard]] double uniform(std::uint64_t number) const;

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 2> high_{};  ///< counter words 2 and 3
};

/// A 64-bit word as a uniform in (0, 1): the upper 52 bits, centred.
[[nodiscard]] double uniform_from_word(std::uint64_t word);

/// SplitMix64's finaliser: a bijection that spreads every bit.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

/// Natural logarithm for x in (0, 1], by + - * / on doubles only (no libm): the same bits on every
/// machine and instruction set. Relative error below 1e-14.
[[nodiscard]] double portable_log(double x);

}  // namespace faascast
