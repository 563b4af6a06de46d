#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// An instant and a span later; "for ever" stays for ever.
inline std::int64_t later(std::int64_t at, std::int64_t span) {
  constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();
  return span >= kForEver - at ? kForEver : at + span;
}

/// How fast each of n requests on one instance runs, in 2^-32 of its speed when alone:
/// floor(2^32 * min(1, vcpus / n)), at least 1.
class Speeds {
 public:
  static constexpr std::uint64_t kAlone = std::uint64_t{1} << 32U;

  /// @param milli_vcpu 0 = no contention
  Speeds(std::uint32_t concurrency, std::int64_t milli_vcpu) {
    speed_.reserve(concurrency + std::size_t{1});
    for (std::uint64_t n = 0; n <= concurrency; ++n) speed_.push_back(speed_of(n, milli_vcpu));
  }
  /// Busy threads of a server whose cores have two each: its cores are filled singly first, then
  /// doubly; one with both threads busy does `yield` thousandths of one with a single one, in all.
  /// floor(2^32 * what all do / n), at least 1.
  /// @param milli_vcpu threads; 0 = no contention @param yield 1000..2000
  static Speeds of_cores(std::uint32_t threads, std::int64_t milli_vcpu, std::uint32_t yield) {
    Speeds speeds(threads, 0);
    if (milli_vcpu <= 0) return speeds;
    for (std::size_t n = 1; n <= threads; ++n) {
      const Int128 busy = std::min<Int128>(static_cast<Int128>(n) * 1000, milli_vcpu);
      const Int128 doubled = std::max<Int128>(2 * busy - milli_vcpu, 0);  // cores * 2000
      // busy threads, less what each doubled core lacks of two single ones
      const Int128 done = busy * 2000 - doubled * (2000 - static_cast<Int128>(yield));
      const Int128 share = static_cast<Int128>(kAlone) * done / (static_cast<Int128>(n) * 2'000'000);
      speeds.speed_[n] =
          static_cast<std::uint64_t>(std::clamp<Int128>(share, 1, static_cast<Int128>(kAlone)));
    }
    return speeds;
  }
  [[nodiscard]] std::uint64_t of(std::size_t n) const { return speed_[n]; }
  [[nodiscard]] bool contend() const { return speed_.back() != kAlone; }

 private:
  static std::uint64_t speed_of(std::uint64_t n, std::int64_t milli_vcpu) {
    const Int128 enough = static_cast<Int128>(n) * 1000;
    if (milli_vcpu <= 0 || milli_vcpu >= enough) return kAlone;
    const Int128 share = static_cast<Int128>(kAlone) * milli_vcpu / enough;
    return static_cast<std::uint64_t>(std::max<Int128>(share, 1));
  }
  std::vector<std::uint64_t> speed_{};
};

/// The requests in service on one instance under processor sharing. Virtual time advances by
/// `speed` a nanosecond; a request is done when it has advanced by the request's work, in whole
/// nanoseconds (rounded up). All in integers, so nothing is lost however often speeds change.
class SharedWork {
 public:
  struct Part {
    Int128 finish;  ///< virtual time
    std::uint32_t task;
    friend bool operator<(const Part& a, const Part& b) { return a.finish > b.finish; }
  };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  void reset(std::int64_t now) {
    virtual_ = 0;
    at_ = now;
    parts_.clear();
  }
  void elapse(std::int64_t now, std::uint64_t speed) {
    virtual_ += static_cast<Int128>(now - at_) * speed;
    at_ = now;
  }
  void add(std::int64_t work, std::uint32_t task) {
    parts_.push_back({virtual_ + (static_cast<Int128>(work) << 32U), task});
    std::push_heap(parts_.begin(), parts_.end());
  }
  /// Something is done now.
  [[nodiscard]] bool due() const { return !parts_.empty() && parts_.front().finish <= virtual_; }
  std::uint32_t pop() {
    const std::uint32_t task = parts_.front().task;
    std::pop_heap(parts_.begin(), parts_.end());
    parts_.pop_back();
    return task;
  }
  /// Takes a request out before it is done.
  void remove(std::uint32_t task) {
    std::erase_if(parts_, [&](const Part& p) { return p.task == task; });
    std::make_heap(parts_.begin(), parts_.end());
  }
  /// Takes all out, in no particular order.
  void take_all(std::vector<std::uint32_t>& tasks) {
    for (const Part& part : parts_) tasks.push_back(part.task);
    parts_.clear();
  }
  /// When the next request is done, if the speed stays.
  [[nodiscard]] std::int64_t next_done(std::uint64_t speed) const {
    if (parts_.empty()) return kNever;
    const Int128 left = parts_.front().finish - virtual_;
    if (left <= 0) return at_;
    if (left < (Int128{1} << 63U)) {  // one machine division
      return at_ +
             static_cast<std::int64_t>((static_cast<std::uint64_t>(left) + speed - 1) / speed);
    }
    const Int128 wait = (left + speed - 1) / speed;
    return static_cast<std::int64_t>(std::min<Int128>(at_ + wait, kLatest));
  }

 private:
  static constexpr std::int64_t kLatest = std::int64_t{1} << 62U;

  Int128 virtual_ = 0;
  std::int64_t at_ = 0;
  std::vector<Part> parts_{};  ///< heap
};

/// Instances by the instant of their next completion: an indexed 4-ary heap.
class NextCompletions {
 public:
  static constexpr std::int64_t kNever = SharedWork::kNever;

  [[nodiscard]] std::int64_t at() const { return heap_.empty() ? kNever : heap_.front().at; }
  [[nodiscard]] std::uint32_t slot() const { return heap_.front().slot; }
  /// @param at kNever = it has none
  void set(std::uint32_t slot, std::int64_t at) {
    if (slot >= place_.size()) place_.resize(slot + std::size_t{1}, kOut);
    std::size_t i = place_[slot];
    if (i == kOut) {
      if (at == kNever) return;
      i = heap_.size();
      heap_.push_back({at, slot});
      rise(i, {at, slot});
    } else if (at == kNever) {
      place_[slot] = kOut;
      const Entry last = heap_.back();
      heap_.pop_back();
      if (i < heap_.size()) move(i, last);
    } else {
      move(i, {at, slot});
    }
  }

 private:
  static constexpr std::uint32_t kOut = ~std::uint32_t{0};
  struct Entry {
    std::int64_t at;
    std::uint32_t slot;
  };
  void put(std::size_t i, const Entry& entry) {
    heap_[i] = entry;
    place_[entry.slot] = static_cast<std::uint32_t>(i);
  }
  void move(std::size_t i, const Entry& entry) {
    if (i > 0 && entry.at < heap_[(i - 1) / 4].at) {
      rise(i, entry);
    } else {
      sink(i, entry);
    }
  }
  void rise(std::size_t i, const Entry& entry) {
    for (; i > 0 && entry.at < heap_[(i - 1) / 4].at; i = (i - 1) / 4) put(i, heap_[(i - 1) / 4]);
    put(i, entry);
  }
  void sink(std::size_t i, const Entry& entry) {
    for (;;) {
      const std::size_t first = 4 * i + 1;
      if (first >= heap_.size()) break;
      std::size_t least = first;
      const std::size_t end = std::min(first + 4, heap_.size());
      for (std::size_t c = first + 1; c < end; ++c) {
        if (heap_[c].at < heap_[least].at) least = c;
      }
      if (heap_[least].at >= entry.at) break;
      put(i, heap_[least]);
      i = least;
    }
    put(i, entry);
  }

  std::vector<Entry> heap_{};
  std::vector<std::uint32_t> place_{};  ///< of a slot in the heap
};

}  // namespace faascast
