#include "gui/analyst.h"

#include <QElapsedTimer>
#include <QMetaObject>
#include <algorithm>
#include <chrono>
#include <utility>

#include "gui/look.h"
#include "gui/session.h"
#include "input/quantity.h"

namespace faascast::gui {
namespace {

QString name_of(Study study) {
  switch (study) {
    case Study::kRun: return QObject::tr("simulating");
    case Study::kCrossing: return QObject::tr("finding the breakeven");
    case Study::kBreakeven: return QObject::tr("finding intervals and what would reverse it");
    case Study::kOptimise: return QObject::tr("searching the best settings");
    case Study::kSensitivity: return QObject::tr("varying every figure");
    case Study::kPrecise: return QObject::tr("simulating more draws");
  }
  return {};
}

/// Of a point of the first curve, which the full one takes the place of.
constexpr std::uint64_t kRoughRequests = 50'000;

/// One thread is left to the window.
unsigned worker_threads() { return std::max(2U, std::thread::hardware_concurrency()) - 1U; }

}  // namespace

Analyst::Analyst(StoreOptions store, QObject* parent) : QObject(parent), store_(std::move(store)) {
  estimator_ = std::thread([this] { estimate_loop(); });
  worker_ = std::thread([this] { study_loop(); });
}

Analyst::~Analyst() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    ++wanted_;
    jobs_.clear();
    to_estimate_.reset();
  }
  woken_.notify_all();
  estimator_.join();
  worker_.join();
}

void Analyst::ask(const Scenario& scenario, const std::vector<Study>& wanted) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = ++wanted_;
    scenario_ = std::make_shared<const Scenario>(scenario);
    jobs_.clear();
    asked_.clear();
    hurries_ = false;
    to_estimate_ = Job{number, Study::kRun, scenario_};
    std::vector<Study> all = {Study::kRun};
    all.insert(all.end(), wanted.begin(), wanted.end());
    if (precision_ > 0.0) all.push_back(Study::kPrecise);
    for (const Study study : all) {
      if (asked_.emplace(number, study).second) jobs_.push_back({number, study, scenario_});
    }
  }
  woken_.notify_all();
}

void Analyst::want(const std::vector<Study>& studies) {
  {
    const std::lock_guard lock(mutex_);
    if (!scenario_) return;
    std::vector<Job> fresh;
    for (const Study study : studies) {
      if (asked_.emplace(wanted_, study).second) fresh.push_back({wanted_, study, scenario_});
    }
    if (fresh.empty()) return;
    const bool runs_first = !jobs_.empty() && jobs_.front().study == Study::kRun;
    jobs_.insert(jobs_.begin() + (runs_first ? 1 : 0), fresh.begin(), fresh.end());
    if (current_ && current_->number == wanted_ && current_->study != Study::kRun) {
      jobs_.push_back(*current_);
      hurries_ = true;
    }
  }
  woken_.notify_all();
}

void Analyst::cancel() {
  const std::lock_guard lock(mutex_);
  ++wanted_;
  jobs_.clear();
  asked_.clear();
  to_estimate_.reset();
}

bool Analyst::is_busy() const {
  const std::lock_guard lock(mutex_);
  return estimates_ || works_ || to_estimate_ || !jobs_.empty();
}

bool Analyst::is_wanted(const Job& job) const {
  return job.number == wanted_ && !(hurries_ && job.study != Study::kRun);
}

void Analyst::tell(const Job& job, std::function<void()> what) {
  QMetaObject::invokeMethod(
      this,
      [this, number = job.number, what = std::move(what)] {
        if (number == wanted_) what();
      },
      Qt::QueuedConnection);
}

void Analyst::tell_failure(const Job& job, const QString& study, const std::exception& error) {
  tell(job, [this, study, problems = problems_of(error)] { Q_EMIT failed(study, problems); });
}

void Analyst::estimate_loop() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      estimates_ = false;
      woken_.wait(lock, [this] { return ends_ || to_estimate_; });
      if (ends_) return;
      job = std::move(*to_estimate_);
      to_estimate_.reset();
      estimates_ = true;
    }
    estimate(job);
  }
}

void Analyst::study_loop() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      current_.reset();
      if (works_ && jobs_.empty()) {
        works_ = false;
        const Job last{wanted_, Study::kRun, {}};
        tell(last, [this] {
          if (!is_busy()) Q_EMIT idle();
        });
      }
      woken_.wait(lock, [this] { return ends_ || !jobs_.empty(); });
      if (ends_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      works_ = true;
      hurries_ = false;
      current_ = job;
    }
    answer(job);
  }
}

std::shared_ptr<const Analyst::Prepared> Analyst::prepared(const Job& job) {
  const std::lock_guard lock(preparing_);
  std::string key = inputs_key(*job.scenario);
  if (prepared_ && prepared_->key == key) return prepared_;
  auto fresh = std::make_shared<Prepared>();
  fresh->key = std::move(key);
  fresh->inputs = resolve_inputs(*job.scenario, store_);
  fresh->traffic = quick_traffic(*job.scenario, fresh->inputs, job.scenario->seed);
  prepared_ = fresh;
  return prepared_;
}

void Analyst::estimate(const Job& job) {
  QElapsedTimer timer;
  timer.start();
  try {
    const auto inputs = prepared(job);
    if (!is_wanted(job)) return;
    auto result = std::make_shared<WhatIf>(what_if(*job.scenario, inputs->inputs, inputs->traffic));
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    tell(job, [this, result = std::move(result), ms] { Q_EMIT estimated(result, ms); });
  } catch (const std::exception& error) {
    tell_failure(job, tr("estimate"), error);
  }
}

Monitor Analyst::monitor_of(const Job& job, const QString& what) {
  return [this, job, what, told = std::chrono::steady_clock::time_point{}, done = std::uint64_t{0},
          before = std::uint64_t{0}](const Progress& progress) mutable {
    if (!is_wanted(job)) return false;
    const auto now = std::chrono::steady_clock::now();
    if (progress.requests < before) done += before;  // a study began its next run
    before = progress.requests;
    constexpr std::chrono::milliseconds kBetween(100);
    if (now - told < kBetween) return true;
    told = now;
    const QString text =
        tr("%1: %2 requests").arg(what, text_of(format_count(done + progress.requests)));
    const int share = progress.expected_requests == 0
                          ? -1
                          : static_cast<int>(std::min<std::uint64_t>(
                                1000, 1000 * progress.requests / progress.expected_requests));
    tell(job, [this, text, share] { Q_EMIT progressed(text, share); });
    return true;
  };
}

StudyOptions Analyst::options_of(const Job& job, const QString& what) {
  StudyOptions options;
  options.store = store_;
  options.threads = worker_threads();
  options.monitor = monitor_of(job, what);
  return options;
}

void Analyst::answer(const Job& job) {
  if (!is_wanted(job)) return;
  const QString what = name_of(job.study);
  tell(job, [this, what] { Q_EMIT progressed(what, -1); });
  try {
    const auto inputs = prepared(job);
    const Scenario& scenario = *job.scenario;
    const StudyOptions study = options_of(job, what);
    switch (job.study) {
      case Study::kRun:
      case Study::kPrecise: {
        StudyOptions options = study;
        options.timeline = true;
        if (job.study == Study::kPrecise) {
          options.replications = 4;
          options.precision = precision_;
        }
        auto report = std::make_shared<RunReport>(run_scenario(scenario, inputs->inputs, options));
        if (report->interrupted) return;
        tell(job, [this, report = std::move(report)] { Q_EMIT ran(report); });
        return;
      }
      case Study::kCrossing:
      case Study::kBreakeven: {
        BreakevenOptions options;
        options.study = study;
        const bool is_complete = job.study == Study::kBreakeven;
        options.answers = is_complete;
        options.calibration = is_complete;
        if (requests_per_point_ > 0) options.requests_per_point = requests_per_point_;
        if (!is_complete) {
          options.replications = 2;
          options.requests_per_point = std::min(options.requests_per_point, kRoughRequests);
        }
        auto report = std::make_shared<BreakevenReport>(breakeven(scenario, options));
        tell(job, [this, report = std::move(report), is_complete] {
          Q_EMIT compared(report, is_complete);
        });
        return;
      }
      case Study::kOptimise: {
        OptimiseOptions options;
        options.study = study;
        auto report = std::make_shared<OptimiseReport>(optimise(scenario, options));
        tell(job, [this, report = std::move(report)] { Q_EMIT optimised(report); });
        return;
      }
      case Study::kSensitivity: {
        SensitivityOptions options;
        options.study = study;
        if (requests_per_point_ > 0) options.requests_per_point = requests_per_point_;
        auto report = std::make_shared<SensitivityReport>(sensitivity(scenario, options));
        tell(job, [this, report = std::move(report)] { Q_EMIT sensed(report); });
        return;
      }
    }
  } catch (const Interrupted&) {
    return;  // a newer scenario, or a study that goes before
  } catch (const std::exception& error) {
    tell_failure(job, what, error);
  }
}

}  // namespace faascast::gui
