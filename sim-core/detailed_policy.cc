#include <algorithm>

#include "sim-core/detailed_pool.h"

// The user's own policy in the place of the pool's rules.
namespace faascast {

/// The pool as a policy sees it.
class DetailedPool::Host final : public PolicyHost {
 public:
  explicit Host(DetailedPool& pool) : pool_(pool) {}

  [[nodiscard]] Instant now() const override { return instant_at(pool_.now_); }
  [[nodiscard]] std::span<const InstanceView> instances() override {
    views_.clear();
    for (std::uint32_t slot = 0; slot < pool_.instances_.size(); ++slot) {
      const Instance& i = pool_.instances_[slot];
      if (i.live && !i.draining) views_.push_back(pool_.view_of(slot));
    }
    std::sort(views_.begin(), views_.end(),
              [](const InstanceView& a, const InstanceView& b) { return a.id < b.id; });
    return views_;
  }
  bool remove(std::uint64_t id) override {
    const std::uint32_t slot = pool_.slot_of(id);
    if (slot == kNone || pool_.instances_[slot].in != kIdle) return false;
    pool_.remove(slot, true);
    return true;
  }
  std::uint64_t start(std::uint32_t function) override {
    const std::uint32_t index = pool_.pools_.size() > 1 ? function : 0;
    return pool_.instances_[pool_.start_own(index)].serial;
  }

 private:
  DetailedPool& pool_;
  std::vector<InstanceView> views_{};
};

bool DetailedPool::account_is_full(const Pool& pool) const {
  if (has_reserved(pool)) {
    return pool.in_flight >= static_cast<std::uint64_t>(reserved_[pool.function]);
  }
  return in_flight_ >= account_left_;
}

void DetailedPool::start_policy() {
  policy_ = plan_.policy->make();
  host_ = std::make_unique<Host>(*this);
  events_.push({0, Kind::kWake, 0, 0, 0, 0});
}

void DetailedPool::wake() {
  const std::optional<Instant> next = policy_->wake(*host_);
  if (next) events_.push({std::max(ns_of(*next), now_ + 1), Kind::kWake, 0, 0, 0, 0});
  serve_all_queues();
}

InstanceView DetailedPool::view_of(std::uint32_t slot) const {
  const Instance& i = instances_[slot];
  InstanceView view;
  view.id = i.serial;
  view.function = pools_[i.pool].function;
  view.state = !i.ready      ? InstanceView::State::kStarting
               : i.count > 0 ? InstanceView::State::kInUse
                             : InstanceView::State::kIdle;
  view.requests = i.count;
  view.served = i.served;
  view.created = instant_at(i.born);
  view.idle_since = instant_at(i.idle_since);
  return view;
}

std::uint32_t DetailedPool::slot_of(std::uint64_t id) const {
  for (std::uint32_t slot = 0; slot < instances_.size(); ++slot) {
    if (instances_[slot].live && instances_[slot].serial == id) return slot;
  }
  return kNone;
}

bool DetailedPool::place_as_told(std::uint32_t id) {
  const Task& task = tasks_[id];
  RequestView request;
  request.function = task.request.function;
  request.number = task.request.number;
  request.arrived = instant_at(task.request.at);
  request.waits = task.queued;
  const UserPolicy::Route route = policy_->route(request, *host_);
  Pool& pool = pools_[task.pool];
  switch (route.kind) {
    case UserPolicy::Route::Kind::kInstance: {
      const std::uint32_t slot = slot_of(route.id);
      // On a list is what has room.
      if (slot == kNone || instances_[slot].pool != task.pool || instances_[slot].in == kLists) {
        return false;
      }
      put_on(slot, id);
      return true;
    }
    case UserPolicy::Route::Kind::kNew:
      if (pool.live >= plan_.max_instances || !take_token(pool)) return false;
      create_for(id);
      return true;
    case UserPolicy::Route::Kind::kTurnAway:
      told_away_ = true;
      return false;
    case UserPolicy::Route::Kind::kWait:
      break;
  }
  return false;
}

std::int64_t DetailedPool::ask_for_life(std::uint32_t slot) {
  const Duration life = policy_->keep_alive(view_of(slot), *host_);
  return std::max<std::int64_t>(life.count(), 0);
}

}  // namespace faascast
