#include "bindings/python/policy.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "sim-core/user_policy.h"

namespace faascast::python {
namespace {

double seconds_at(Instant t) { return static_cast<double>(ns_of(t)) * 1e-9; }

/// A Python object that code without the GIL may copy and drop.
std::shared_ptr<const py::object> shared(py::object object) {
  return {new py::object(std::move(object)), [](const py::object* held) {
            const py::gil_scoped_acquire gil;
            delete held;
          }};
}

/// The pool as Python sees it, within one call of a method.
class PoolView {
 public:
  explicit PoolView(const PoolPlan& plan)
      : concurrency_(plan.concurrency),
        max_instances_(plan.max_instances),
        rule_(plan.keep_alive_rule),
        keep_alive_(plan.keep_alive) {}

  void enter(PolicyHost& host) { host_ = &host; }
  void leave() { host_ = nullptr; }

  [[nodiscard]] double now_s() const { return seconds_at(host().now()); }
  [[nodiscard]] std::uint32_t concurrency() const { return concurrency_; }
  [[nodiscard]] std::uint32_t max_instances() const { return max_instances_; }
  [[nodiscard]] std::vector<InstanceView> instances(std::optional<std::uint32_t> function) const {
    const std::span<const InstanceView> all = host().instances();
    std::vector<InstanceView> own(all.begin(), all.end());
    if (function) std::erase_if(own, [&](const InstanceView& i) { return i.function != *function; });
    return own;
  }
  bool remove(std::uint64_t id) const { return host().remove(id); }
  std::uint64_t start(std::uint32_t function) const { return host().start(function); }

  /// Most recently idle; else, where instances take several requests, the fullest with room.
  [[nodiscard]] const InstanceView* usual_instance(std::uint32_t function) const {
    const auto rank = [&](const InstanceView& i) {
      const bool is_idle = i.state == InstanceView::State::kIdle;
      return std::tuple(is_idle, is_idle ? ns_of(i.idle_since) : i.requests, i.id);
    };
    const InstanceView* best = nullptr;
    for (const InstanceView& i : host().instances()) {
      if (i.function != function || i.requests >= concurrency_) continue;
      if (best == nullptr || rank(i) > rank(*best)) best = &i;
    }
    return best;
  }
  /// The platform's own window. @throws where its rule is another
  [[nodiscard]] Duration usual_keep_alive() const {
    if (rule_ == KeepAliveRule::kFixed) return keep_alive_;
    throw InputError(Problem{"policy", "the platform's keep-alive is no fixed window to fall back on",
                             "write keep_alive(instance, pool), or give the deployment keep_alive = "
                             "\"600 s\""});
  }

 private:
  [[nodiscard]] PolicyHost& host() const {
    if (host_ == nullptr) {
      throw std::runtime_error("a pool can be asked only within the call that it was given to");
    }
    return *host_;
  }

  PolicyHost* host_ = nullptr;
  std::uint32_t concurrency_;
  std::uint32_t max_instances_;
  KeepAliveRule rule_;
  Duration keep_alive_;
};

class PythonPolicy final : public UserPolicy {
 public:
  /// @pre the GIL is held
  PythonPolicy(const py::object& policy, const PoolPlan& plan)
      : view_(std::make_shared<PoolView>(plan)),
        pool_(shared(py::cast(view_))),
        route_(method(policy, "route")),
        keep_alive_(method(policy, "keep_alive")),
        wake_(method(policy, "wake")) {}

  Route route(const RequestView& request, PolicyHost& host) override {
    const py::gil_scoped_acquire gil;
    const Visit visit(*view_, host);
    if (!route_) return usual_route(request.function);
    const py::object answer = (*route_)(py::cast(request), *pool_);
    if (answer.is_none()) return {Route::Kind::kNew, 0};
    if (py::isinstance<InstanceView>(answer)) {
      return {Route::Kind::kInstance, answer.cast<const InstanceView&>().id};
    }
    if (py::isinstance<Route::Kind>(answer)) return {answer.cast<Route::Kind>(), 0};
    throw py::type_error(
        "route() must return an Instance, None (a new one), faascast.WAIT or faascast.TURN_AWAY");
  }

  Duration keep_alive(const InstanceView& instance, PolicyHost& host) override {
    const py::gil_scoped_acquire gil;
    const Visit visit(*view_, host);
    if (!keep_alive_) return view_->usual_keep_alive();
    const double seconds = (*keep_alive_)(py::cast(instance), *pool_).cast<double>();
    if (std::isinf(seconds) && seconds > 0.0) return Duration::max();
    if (!(seconds >= 0.0)) throw py::value_error("keep_alive() must return seconds, 0 or more");
    return duration_of(seconds);
  }

  std::optional<Instant> wake(PolicyHost& host) override {
    if (!wake_) return std::nullopt;
    const py::gil_scoped_acquire gil;
    const Visit visit(*view_, host);
    const py::object answer = (*wake_)(*pool_);
    if (answer.is_none()) return std::nullopt;
    return Instant(duration_of(answer.cast<double>()));
  }

 private:
  /// The pool may be asked while a method runs.
  struct Visit {
    Visit(PoolView& entered, PolicyHost& host) : view(entered) { view.enter(host); }
    ~Visit() { view.leave(); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    PoolView& view;
  };

  static std::shared_ptr<const py::object> method(const py::object& policy, const char* name) {
    if (!py::hasattr(policy, name)) return nullptr;
    return shared(policy.attr(name));
  }
  [[nodiscard]] Route usual_route(std::uint32_t function) const {
    const InstanceView* instance = view_->usual_instance(function);
    if (instance == nullptr) return {Route::Kind::kNew, 0};
    return {Route::Kind::kInstance, instance->id};
  }

  std::shared_ptr<PoolView> view_;
  std::shared_ptr<const py::object> pool_;
  std::shared_ptr<const py::object> route_;
  std::shared_ptr<const py::object> keep_alive_;
  std::shared_ptr<const py::object> wake_;
};

class PythonPolicyFactory final : public PolicyFactory {
 public:
  PythonPolicyFactory(std::shared_ptr<const py::object> factory, const PoolPlan& plan)
      : factory_(std::move(factory)), plan_(plan) {}
  [[nodiscard]] std::unique_ptr<UserPolicy> make() const override {
    const py::gil_scoped_acquire gil;
    return std::make_unique<PythonPolicy>((*factory_)(), plan_);
  }

 private:
  std::shared_ptr<const py::object> factory_;
  PoolPlan plan_;
};

const char* name_of(InstanceView::State state) {
  switch (state) {
    case InstanceView::State::kStarting: return "starting";
    case InstanceView::State::kInUse: return "in-use";
    case InstanceView::State::kIdle: break;
  }
  return "idle";
}

}  // namespace

std::function<std::shared_ptr<const PolicyFactory>(const PoolPlan&)> policy_maker(
    py::object factory) {
  return [held = shared(std::move(factory))](const PoolPlan& plan) {
    return std::make_shared<const PythonPolicyFactory>(held, plan);
  };
}

void bind_policy(py::module_& m) {
  py::class_<InstanceView>(m, "Instance", "An instance as a policy sees it, at one instant.")
      .def_readonly("id", &InstanceView::id)
      .def_readonly("function", &InstanceView::function)
      .def_readonly("requests", &InstanceView::requests)
      .def_readonly("served", &InstanceView::served)
      .def_property_readonly("state", [](const InstanceView& i) { return name_of(i.state); })
      .def_property_readonly(
          "is_idle", [](const InstanceView& i) { return i.state == InstanceView::State::kIdle; })
      .def_property_readonly("created_s", [](const InstanceView& i) { return seconds_at(i.created); })
      .def_property_readonly("idle_since_s",
                             [](const InstanceView& i) { return seconds_at(i.idle_since); });
  py::class_<RequestView>(m, "Request", "A request that looks for an instance.")
      .def_readonly("function", &RequestView::function)
      .def_readonly("number", &RequestView::number)
      .def_readonly("waits", &RequestView::waits)
      .def_property_readonly("arrived_s",
                             [](const RequestView& r) { return seconds_at(r.arrived); });
  py::class_<PoolView, std::shared_ptr<PoolView>>(m, "Pool", "What a policy can see and do.")
      .def_property_readonly("now_s", &PoolView::now_s)
      .def_property_readonly("concurrency", &PoolView::concurrency)
      .def_property_readonly("max_instances", &PoolView::max_instances)
      .def("instances", &PoolView::instances, py::arg("function") = py::none())
      .def("remove", &PoolView::remove, py::arg("id"))
      .def("start", &PoolView::start, py::arg("function"))
      .def(
          "usual_instance",
          [](const PoolView& view, std::uint32_t function) -> std::optional<InstanceView> {
            const InstanceView* instance = view.usual_instance(function);
            if (instance == nullptr) return std::nullopt;
            return *instance;
          },
          py::arg("function"))
      .def("usual_keep_alive_s",
           [](const PoolView& view) { return seconds_of(view.usual_keep_alive()); });
  py::enum_<UserPolicy::Route::Kind>(m, "Verdict")
      .value("WAIT", UserPolicy::Route::Kind::kWait)
      .value("TURN_AWAY", UserPolicy::Route::Kind::kTurnAway);
}

}  // namespace faascast::python
