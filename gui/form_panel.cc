#include "gui/form_panel.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <set>

#include "gui/field_row.h"
#include "gui/look.h"
#include "gui/section_box.h"
#include "gui/session.h"
#include "platforms/platform_spec.h"
#include "studies/report/figures.h"

namespace faascast::gui {
namespace {

constexpr int kWidth = 420;

QString estimate_text(const QuickEstimate& one) {
  return QObject::tr("about %1 a month, p99 %2%3")
      .arg(text_of(usd_text(one.usd_per_month)), text_of(duration_text(one.p99_s)),
           one.meets_objective ? QString() : QObject::tr("; misses the objective"));
}

}  // namespace

FormPanel::FormPanel(Session& session, QWidget* parent) : QScrollArea(parent), session_(session) {
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setMinimumWidth(kWidth);
  setAccessibleName(tr("Scenario"));
  auto* content = new QWidget;
  column_ = new QVBoxLayout(content);
  column_->setContentsMargins(6, 6, 6, 6);
  problem_ = new QLabel;
  problem_->setWordWrap(true);
  problem_->setTextFormat(Qt::PlainText);
  problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  problem_->setStyleSheet(QStringLiteral("color: #D55E00; font-weight: bold;"));
  problem_->setVisible(false);
  column_->addWidget(problem_);
  cards_ = new QVBoxLayout;
  column_->addLayout(cards_);
  auto* add = new QPushButton(tr("Add a deployment"));
  auto* menu = new QMenu(add);
  auto* platforms = menu->addMenu(tr("Functions on"));
  auto* servers = menu->addMenu(tr("Servers"));
  connect(platforms, &QMenu::aboutToShow, this, [this, platforms] { fill_platforms(*platforms); });
  connect(servers, &QMenu::aboutToShow, this, [this, servers] { fill_servers(*servers); });
  menu->addAction(tr("Servers with functions for the rest"), this, [this] {
    session_.edit([](const Scenario& s) { return with_hybrid(s, "aws/c6i.large", "aws-lambda"); });
  });
  add->setMenu(menu);
  column_->addWidget(add);
  column_->addStretch(1);
  setWidget(content);
}

void FormPanel::fill_platforms(QMenu& menu) {
  menu.clear();
  for (const std::string& name : platform_names()) {
    menu.addAction(text_of(name), this, [this, name] {
      session_.edit([&](const Scenario& s) { return with_platform(s, name); });
    });
  }
}

void FormPanel::fill_servers(QMenu& menu) {
  menu.clear();
  std::set<std::string> names;
  for (const ServerType& type : session_.scenario().prices->servers.types) names.insert(type.id);
  QMenu* group = nullptr;
  std::string provider;
  for (const std::string& name : names) {
    const std::string of = name.substr(0, name.find('/'));
    if (group == nullptr || of != provider) {
      group = menu.addMenu(text_of(of));
      provider = of;
    }
    group->addAction(text_of(name), this, [this, name] {
      session_.edit([&](const Scenario& s) { return with_server(s, name); });
    });
  }
}

void FormPanel::add_box(const FormSection& section, bool is_card) {
  auto* box = new SectionBox(section, is_card);
  connect(box, &SectionBox::edited, this,
          [this](const FormField& field, const QString& text, int drag) {
            session_.assign(field, text, drag);
          });
  connect(box, &SectionBox::cleared, this,
          [this](const FormField& field) { session_.clear(field); });
  const auto index = [this, box] {
    for (std::size_t i = 0; i < session_.scenario().deployments.size(); ++i) {
      if (text_of(box->section().path) == QStringLiteral("deployment[%1]").arg(i)) return i;
    }
    return session_.scenario().deployments.size();
  };
  connect(box, &SectionBox::copy_asked, this, [this, index] {
    session_.edit([&](const Scenario& s) { return with_copy(s, index()); });
  });
  connect(box, &SectionBox::removal_asked, this, [this, index] {
    session_.edit([&](const Scenario& s) { return without_deployment(s, index()); });
  });
  cards_->addWidget(box);
  boxes_.push_back(box);
}

void FormPanel::show_scenario() {
  const std::vector<FormSection> form = form_of(session_.scenario());
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_card = form[i].path.starts_with("deployment");
    if (i < boxes_.size()) {
      boxes_[i]->show_section(form[i]);
    } else {
      add_box(form[i], is_card);
    }
  }
  while (boxes_.size() > form.size()) {
    boxes_.back()->hide();
    boxes_.back()->deleteLater();
    boxes_.pop_back();
  }
}

void FormPanel::show_estimates(const QuickReport& report) {
  for (SectionBox* box : boxes_) {
    if (!box->section().path.starts_with("deployment")) continue;
    QString text;
    for (const QuickEstimate& one : report.deployments) {
      if (one.name == box->section().title) text = estimate_text(one);
    }
    box->show_summary(text);
  }
}

FieldRow* FormPanel::row(const std::string& key) {
  for (SectionBox* box : boxes_) {
    if (FieldRow* found = box->row(key)) return found;
  }
  return nullptr;
}

QString FormPanel::general_problem() const { return problem_->text(); }

void FormPanel::show_problems(const std::vector<Problem>& problems) {
  for (SectionBox* box : boxes_) box->clear_problems();
  QStringList general;
  for (const Problem& problem : problems) {
    const QString text = text_of(to_string(problem));
    const std::string key = key_of_problem(problem);
    FieldRow* found = key.empty() ? nullptr : row(key);
    if (found != nullptr) {
      found->show_problem(text);
      ensureWidgetVisible(found);
      continue;
    }
    SectionBox* of_section = nullptr;
    for (SectionBox* box : boxes_) {
      const std::string& path = box->section().path;
      if (!path.empty() && (key == path || key.starts_with(path + "."))) of_section = box;
    }
    if (of_section != nullptr) {
      of_section->show_problem(text);
    } else {
      general << text;
    }
  }
  problem_->setText(general.join(QLatin1Char('\n')));
  problem_->setVisible(!general.isEmpty());
  if (!general.isEmpty()) ensureWidgetVisible(problem_);
}

}  // namespace faascast::gui
