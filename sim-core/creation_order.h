#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace faascast {

/// The idle instances of a pool in order of creation: the k-th idle one in O(log live).
/// A Fenwick tree over places in that order; places are given anew when they are used up.
class CreationOrder {
 public:
  void clear() {
    slot_at_.clear();
    tree_.assign(1, 0);
    idle_ = 0;
  }
  /// A new instance, not idle. @param place_of place_of[slot] is kept up to date
  void append(std::uint32_t slot, std::vector<std::uint32_t>& place_of) {
    if (slot_at_.size() + 1 >= tree_.size()) rebuild(place_of);
    place_of[slot] = static_cast<std::uint32_t>(slot_at_.size());
    slot_at_.push_back(slot);
  }
  void set_idle(std::uint32_t place) {
    ++idle_;
    add(place, 1);
  }
  void set_busy(std::uint32_t place) {
    --idle_;
    add(place, -1);
  }
  /// It is gone. @pre not idle
  void erase(std::uint32_t place) { slot_at_[place] = kGone; }
  [[nodiscard]] std::uint64_t idle() const { return idle_; }
  /// Slot of the idle instance number k, oldest = 0. @pre k < idle()
  [[nodiscard]] std::uint32_t idle_at(std::uint64_t k) const {
    std::size_t place = 0;
    auto rest = static_cast<std::int64_t>(k);
    for (std::size_t step = std::bit_floor(tree_.size() - 1); step != 0; step /= 2) {
      if (place + step < tree_.size() && tree_[place + step] <= rest) {
        place += step;
        rest -= tree_[place];
      }
    }
    return slot_at_[place];
  }

 private:
  static constexpr std::uint32_t kGone = ~std::uint32_t{0};

  void add(std::size_t place, std::int32_t change) {
    for (std::size_t i = place + 1; i < tree_.size(); i += i & (~i + 1)) tree_[i] += change;
  }
  /// Drops what is gone; makes room for as many again.
  void rebuild(std::vector<std::uint32_t>& place_of) {
    std::vector<bool> was_idle;
    std::vector<std::uint32_t> kept;
    for (std::size_t place = 0; place < slot_at_.size(); ++place) {
      if (slot_at_[place] == kGone) continue;
      kept.push_back(slot_at_[place]);
      was_idle.push_back(count_before(place + 1) != count_before(place));
    }
    slot_at_ = kept;
    tree_.assign(2 * kept.size() + 16, 0);
    for (std::size_t place = 0; place < kept.size(); ++place) {
      place_of[kept[place]] = static_cast<std::uint32_t>(place);
      if (was_idle[place]) add(place, 1);
    }
  }
  [[nodiscard]] std::int64_t count_before(std::size_t place) const {
    std::int64_t sum = 0;
    for (std::size_t i = place; i != 0; i &= i - 1) sum += tree_[i];
    return sum;
  }

  std::vector<std::uint32_t> slot_at_{};
  std::vector<std::int32_t> tree_ = std::vector<std::int32_t>(1, 0);  ///< 1-based
  std::uint64_t idle_ = 0;
};

}  // namespace faascast
