#include "gui/gui_main.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QSettings>
#include <QTimer>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "gui/form_panel.h"
#include "gui/results.h"
#include "gui/window.h"
#include "studies/version.h"

namespace faascast::gui {
namespace {

constexpr const char* kFirst = "list-price-cnn";
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kBadInput = 2;

struct Arguments {
  QString scenario{};
  ScenarioChanges changes{};
  QString store{};
  QString picture{};
  QString tab{};
  QString theme{};
  QSize size{};
};

void complain(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

void complain(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) complain(to_string(problem));
}

/// @return nothing where the program is over; `code` says how
std::optional<Arguments> parse(const QStringList& words, int& code) {
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("What would it cost to serve this model, and where? A scenario as sliders and "
                     "charts.\n\nExample: faascast-gui quickstart --screenshot cost.png --tab cost"));
  parser.addPositionalArgument(QStringLiteral("scenario"),
                               QStringLiteral("A scenario file, or a shipped scenario's name"),
                               QStringLiteral("[SCENARIO]"));
  const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                QStringLiteral("Print this help"));
  const QCommandLineOption version(QStringLiteral("version"), QStringLiteral("Print the version"));
  const QCommandLineOption set(QStringLiteral("set"),
                               QStringLiteral("Change a key; may be repeated"),
                               QStringLiteral("KEY=VALUE"));
  const QCommandLineOption store(QStringLiteral("store"),
                                 QStringLiteral("Where profiles and results are kept"),
                                 QStringLiteral("FILE"));
  const QCommandLineOption picture(
      QStringLiteral("screenshot"),
      QStringLiteral("Draw the window into FILE.png once the answer is there, and quit"),
      QStringLiteral("FILE"));
  const QCommandLineOption tab(
      QStringLiteral("tab"),
      QStringLiteral("Begin with a tab: ") + Results::tab_names().join(QStringLiteral(", ")),
      QStringLiteral("NAME"));
  const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light or dark"),
                                 QStringLiteral("NAME"));
  const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Of the window, in points"),
                                QStringLiteral("WIDTHxHEIGHT"));
  parser.addOptions({help, version, set, store, picture, tab, theme, size});
  code = kBadInput;
  if (!parser.parse(words)) {
    complain("faascast-gui: " + parser.errorText().toStdString() +
             "\n    see: faascast-gui --help");
    return std::nullopt;
  }
  if (parser.isSet(help) || parser.isSet(version)) {
    const std::string text = parser.isSet(help)
                                 ? parser.helpText().toStdString()
                                 : "faascast " + std::string(program_version()) + "\n";
    std::fputs(text.c_str(), stdout);
    code = kDone;
    return std::nullopt;
  }
  Arguments arguments;
  const QStringList names = parser.positionalArguments();
  if (names.size() > 1) {
    complain("faascast-gui: one scenario at a time\n    see: faascast-gui --help");
    return std::nullopt;
  }
  if (!names.isEmpty()) arguments.scenario = names.constFirst();
  for (const QString& one : parser.values(set)) arguments.changes.set.push_back(one.toStdString());
  arguments.store = parser.value(store);
  arguments.picture = parser.value(picture);
  arguments.tab = parser.value(tab);
  arguments.theme = parser.value(theme);
  if (!arguments.tab.isEmpty() && !Results::tab_names().contains(arguments.tab)) {
    complain("faascast-gui: no tab '" + arguments.tab.toStdString() + "'\n    there are: " +
             Results::tab_names().join(QStringLiteral(", ")).toStdString());
    return std::nullopt;
  }
  if (!arguments.theme.isEmpty() && arguments.theme != QLatin1String("light") &&
      arguments.theme != QLatin1String("dark")) {
    complain("faascast-gui: no theme '" + arguments.theme.toStdString() +
             "'\n    there are: light, dark");
    return std::nullopt;
  }
  if (parser.isSet(size)) {
    const QStringList parts = parser.value(size).split(QLatin1Char('x'));
    bool is_width = false;
    bool is_height = false;
    if (parts.size() == 2) {
      arguments.size = QSize(parts[0].toInt(&is_width), parts[1].toInt(&is_height));
    }
    constexpr int kMost = 16384;
    if (!is_width || !is_height || !QRect(1, 1, kMost, kMost).contains(QRect(QPoint(1, 1), arguments.size))) {
      complain("faascast-gui: '" + parser.value(size).toStdString() +
               "' is not a size\n    write such as 1360x860");
      return std::nullopt;
    }
  }
  return arguments;
}

/// Waits for all answers of the visible tab, and saves the window's picture.
int take_picture(Window& window, const QString& file) {
  QEventLoop loop;
  QTimer look;
  QObject::connect(&look, &QTimer::timeout, &loop, [&] {
    if (window.is_settled()) loop.quit();
  });
  look.start(30);
  loop.exec();
  QApplication::processEvents();
  if (window.grab().save(file, "PNG")) return kDone;
  complain(file.toStdString() + ": cannot be written");
  return kFailed;
}

}  // namespace

int run_gui(int argc, char** argv) {
  QStringList words;
  for (int i = 0; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
  int code = kBadInput;
  const std::optional<Arguments> arguments = parse(words, code);
  if (!arguments) return code;
  const bool is_interactive = arguments->picture.isEmpty();
  std::vector<Problem> problems;
  std::optional<Scenario> scenario;
  try {
    const QString name =
        arguments->scenario.isEmpty() ? QString::fromLatin1(kFirst) : arguments->scenario;
    scenario = read_scenario(name.toStdString(), arguments->changes);
    scenario->file_name = name.toStdString();
  } catch (const std::exception& error) {
    problems = problems_of(error);
    complain(problems);
    if (!is_interactive) return kBadInput;
    scenario = read_scenario(kFirst);
  }
  QApplication app(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("faascast"));
  QApplication::setApplicationName(QStringLiteral("faascast-gui"));
  const QString theme = !arguments->theme.isEmpty() || !is_interactive
                            ? arguments->theme
                            : QSettings().value(QStringLiteral("theme")).toString();
  apply_theme(theme == QLatin1String("dark")    ? Theme::kDark
              : theme == QLatin1String("light") ? Theme::kLight
                                                : Theme::kSystem);
  Window window(std::move(*scenario), {arguments->store.toStdString()}, arguments->tab);
  if (arguments->size.isValid()) window.resize(arguments->size);
  window.show();
  if (!is_interactive) return take_picture(window, arguments->picture);
  if (!problems.empty()) window.form().show_problems(problems);
  return QApplication::exec();
}

}  // namespace faascast::gui
