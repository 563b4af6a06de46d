#include "workloads/cartpole.h"

#include <algorithm>
#include <cmath>

#include "sim-core/random.h"

namespace faascast {
namespace {

constexpr double kGravity = 9.8;
constexpr double kPole = 0.1;              ///< kg
constexpr double kTotal = 1.0 + kPole;     ///< with the cart
constexpr double kHalfLength = 0.5;        ///< of the pole, m
constexpr double kForce = 10.0;            ///< N
constexpr double kStep = 0.02;             ///< s

CartPole start_of(std::uint64_t seed, std::uint64_t episode) {
  // Two draws of two words are four values; the number 0 is the first episode's.
  const Stream stream(seed, 0, Purpose::kInstance);
  const auto first = stream.words(2 * episode);
  const auto second = stream.words(2 * episode + 1);
  const auto near_zero = [](std::uint64_t word) { return 0.1 * uniform_from_word(word) - 0.05; };
  return {near_zero(first[0]), near_zero(first[1]), near_zero(second[0]), near_zero(second[1])};
}

}  // namespace

void CartPole::step(bool right) {
  const double force = right ? kForce : -kForce;
  const double sine = std::sin(angle);
  const double cosine = std::cos(angle);
  const double pushed = (force + kPole * kHalfLength * turn * turn * sine) / kTotal;
  const double turning = (kGravity * sine - cosine * pushed) /
                         (kHalfLength * (4.0 / 3.0 - kPole * cosine * cosine / kTotal));
  const double moving = pushed - kPole * kHalfLength * turning * cosine / kTotal;
  position += kStep * speed;
  speed += kStep * moving;
  angle += kStep * turn;
  turn += kStep * turning;
}

bool CartPole::is_over() const {
  return std::abs(position) > kMostPosition || std::abs(angle) > kMostAngle;
}

std::array<float, 4> CartPole::seen() const {
  return {static_cast<float>(position), static_cast<float>(speed), static_cast<float>(angle),
          static_cast<float>(turn)};
}

std::vector<int> play_cartpole(const CartPolePolicy& policy, std::size_t episodes,
                               std::uint64_t seed, std::size_t together) {
  std::vector<int> steps(episodes, 0);
  std::vector<CartPole> poles(together);
  std::vector<std::array<float, 4>> seen(together);
  std::vector<std::uint8_t> right(together);
  std::vector<bool> is_up(together);
  for (std::size_t first = 0; first < episodes; first += together) {
    const std::size_t count = std::min(together, episodes - first);
    for (std::size_t i = 0; i < count; ++i) poles[i] = start_of(seed, first + i);
    is_up.assign(count, true);
    for (int step = 0; step < CartPole::kMostSteps; ++step) {
      if (std::find(is_up.begin(), is_up.end(), true) == is_up.end()) break;
      for (std::size_t i = 0; i < together; ++i) seen[i] = poles[i].seen();
      policy(seen, right);
      for (std::size_t i = 0; i < count; ++i) {
        if (!is_up[i]) continue;
        poles[i].step(right[i] != 0);
        ++steps[first + i];
        is_up[i] = !poles[i].is_over();
      }
    }
  }
  return steps;
}

}  // namespace faascast
