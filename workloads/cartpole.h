#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace faascast {

/// A pole on a cart: the environment CartPole-v1 of Gymnasium (Barto, Sutton and Anderson 1983), in
/// SI units and radians. State in double, explicit Euler steps of 20 ms that use the velocities from
/// before the step.
struct CartPole {
  static constexpr int kMostSteps = 500;  ///< of an episode
  static constexpr double kMostPosition = 2.4;
  static constexpr double kMostAngle = 12.0 * 2.0 * 3.14159265358979323846 / 360.0;

  double position = 0.0;
  double speed = 0.0;
  double angle = 0.0;  ///< of the pole from upright
  double turn = 0.0;   ///< its angular velocity

  /// Pushes the cart with 10 N for one step. @param right else to the left
  void step(bool right);
  /// The cart left its track, or the pole is too far from upright: the episode is over. That step
  /// still counts.
  [[nodiscard]] bool is_over() const;
  /// What a policy sees.
  [[nodiscard]] std::array<float, 4> seen() const;
};

/// Decides for several poles at once. @param seen four values a pole @param right one flag a pole
using CartPolePolicy =
    std::function<void(std::span<const std::array<float, 4>> seen, std::span<std::uint8_t> right)>;

/// Steps that each episode lasted, 1 to kMostSteps. Episode i starts with all four values uniform in
/// (-0.05, 0.05), from its own counter-based draws: whatever plays beside it.
/// @param together episodes that the policy is asked about at once, >= 1; the last group is filled up
/// with poles that do not count
[[nodiscard]] std::vector<int> play_cartpole(const CartPolePolicy& policy, std::size_t episodes,
                                             std::uint64_t seed, std::size_t together);

}  // namespace faascast
