#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "input/quantity.h"
#include "studies/calibrate.h"
#include "studies/report/figures.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

struct Section {
  const char* key;
  const char* title;
  const CalibratedLaw* law;
  bool has_unit;
};

std::vector<Section> sections_of(const CalibrationReport& report) {
  return {{"cold_start", report.is_init ? "Cold start (INIT)" : "Cold start", &report.cold_start,
           true},
          {"cold_handler", "Cold handler, beyond a warm one", &report.cold_handler, true},
          {"execution", "Execution, warm", &report.execution, true},
          {"noise", "Noise: warm duration / the function's median", &report.noise, false}};
}

std::string value_text(double value, bool has_unit) {
  return has_unit ? duration_text(value) : fmt::format("{:.3f}", value);
}

Table quantile_table(const CalibratedLaw& law, bool has_unit) {
  Table table({{"quantile", Table::Align::kLeft}, {"measured"}, {"95 % low"}, {"95 % high"},
               {"best law"}});
  for (const SampleQuantile& each : law.quantiles) {
    const bool is_most = each.probability >= 1.0;
    table.add({is_most ? "max" : fmt::format("p{:g}", 100.0 * each.probability),
               value_text(each.value, has_unit), is_most ? "-" : value_text(each.low, has_unit),
               is_most ? "-" : value_text(each.high, has_unit),
               is_most || law.fits.empty()
                   ? "-"
                   : value_text(law.fits.front().law.quantile(each.probability), has_unit)});
  }
  return table;
}

Table fit_table(const CalibratedLaw& law) {
  Table table({{"law", Table::Align::kLeft}, {"AIC"}, {"KS"}, {"held out: KS"},
               {"parameters (s)", Table::Align::kLeft}});
  for (const LawFit& fit : law.fits) {
    std::string parameters;
    for (const FittedParameter& each : fit.parameters) {
      parameters += fmt::format("{}{} {:.4g}", parameters.empty() ? "" : ", ", each.name,
                                each.value);
    }
    table.add({name_of(fit.law.family), fmt::format("{:.1f}", fit.aic),
               fmt::format("{:.3f}", fit.ks), fmt::format("{:.3f}", fit.holdout_ks), parameters});
  }
  return table;
}

Table keep_alive_table(const KeepAliveAnswer& answer) {
  Table table({{"law", Table::Align::kLeft}, {"AIC"}, {"median"}, {"95 % low"}, {"95 % high"},
               {"spread"}, {"recycled"}});
  for (const KeepAliveFit& fit : answer.fits) {
    table.add({fit.law, fmt::format("{:.1f}", fit.aic), duration_text(fit.median_s),
               duration_text(fit.low_s), duration_text(fit.high_s),
               fmt::format("{:.2g}", fit.spread), fmt::format("{:.2g}", fit.recycled)});
  }
  return table;
}

std::string keep_alive_refusal(const KeepAliveAnswer& answer) {
  std::string text = "Not fitted: " + answer.refusal + ".";
  if (answer.at_least_s) text += fmt::format(" It is {} or more.", duration_text(answer.at_least_s));
  return text;
}

/// What a scenario writes to have the warm law.
std::string execution_line(const CalibratedLaw& law) {
  return fmt::format("model.execution = {{ kind = \"lognormal\", mean = \"{:.3f} ms\", cv = {:.3f} }}",
                     1e3 * law.mean, law.cv);
}

std::string head(const CalibrationReport& report) {
  return fmt::format("{} requests of {} function{}, {} cold, {}",
                     format_count(report.requests), report.functions,
                     report.functions == 1 ? "" : "s", format_count(report.cold_requests),
                     report.as_of);
}

std::string text_of(const CalibrationReport& report) {
  std::string out = paragraph("", fmt::format("{} (inherits {})", report.name, report.platform));
  out += paragraph("", head(report));
  for (const Section& section : sections_of(report)) {
    out += fmt::format("\n{}\n", section.title);
    const CalibratedLaw& law = *section.law;
    if (!law.is_fitted()) {
      out += paragraph("  ", "Not fitted: " + law.refusal + ".");
      continue;
    }
    out += paragraph("  ", fmt::format("{} samples, mean {}, cv {:.3f}", format_count(law.samples),
                                       value_text(law.mean, section.has_unit), law.cv));
    out += quantile_table(law, section.has_unit).text(2);
    out += fit_table(law).text(2);
    out += paragraph("  ", law.takes_law ? "The best law is as near as a sample of this size can "
                                           "tell."
                                         : "No law is near enough: the quantiles are the sample's.");
  }
  if (report.execution.is_fitted()) out += "  " + execution_line(report.execution) + "\n";
  out += "\nKeep-alive\n";
  if (report.keep_alive.fits.empty()) {
    out += paragraph("  ", keep_alive_refusal(report.keep_alive));
  } else {
    const KeepAliveFit& best = report.keep_alive.fits.front();
    out += paragraph("  ", fmt::format("{} idle times, {} instances found gone",
                                       format_count(best.observations), format_count(best.gone)));
    out += keep_alive_table(report.keep_alive).text(2);
  }
  out += "\nNotes\n";
  for (const std::string& note : report.notes) out += paragraph("  - ", note);
  return out;
}

std::string markdown_of(const CalibrationReport& report) {
  std::string out = fmt::format("# {}\n\nInherits {}. {}.\n", report.name, report.platform,
                                head(report));
  for (const Section& section : sections_of(report)) {
    out += fmt::format("\n## {}\n\n", section.title);
    if (!section.law->is_fitted()) {
      out += fmt::format("Not fitted: {}.\n", section.law->refusal);
      continue;
    }
    out += quantile_table(*section.law, section.has_unit).markdown() + "\n" +
           fit_table(*section.law).markdown();
  }
  out += "\n## Keep-alive\n\n";
  out += report.keep_alive.fits.empty() ? keep_alive_refusal(report.keep_alive) + "\n"
                                        : keep_alive_table(report.keep_alive).markdown();
  out += '\n';
  for (const std::string& note : report.notes) out += fmt::format("- {}\n", note);
  return out;
}

std::string csv_of(const CalibrationReport& report) {
  Table table({{"quantity"}, {"figure"}, {"value"}, {"low"}, {"high"}, {"samples"}});
  for (const Section& section : sections_of(report)) {
    if (!section.law->is_fitted()) continue;
    for (const SampleQuantile& each : section.law->quantiles) {
      table.add({section.key, each.probability >= 1.0 ? "max" : fmt::format("p{:g}", 100.0 * each.probability),
                 exact_text(each.value), exact_text(each.low), exact_text(each.high),
                 fmt::format("{}", section.law->samples)});
    }
  }
  for (const KeepAliveFit& fit : report.keep_alive.fits) {
    table.add({"keep_alive", fit.law, exact_text(fit.median_s), exact_text(fit.low_s),
               exact_text(fit.high_s), fmt::format("{}", fit.observations)});
  }
  return table.csv();
}

OrderedJson finite(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(); }

OrderedJson law_json(const CalibratedLaw& law) {
  OrderedJson json;
  json["samples"] = law.samples;
  if (!law.is_fitted()) {
    json["refused"] = law.refusal;
    return json;
  }
  json["mean"] = law.mean;
  json["cv"] = law.cv;
  json["takes"] = law.takes_law ? "law" : "sample";
  json["quantiles"] = OrderedJson::array();
  for (const SampleQuantile& each : law.quantiles) {
    json["quantiles"].push_back(OrderedJson{{"probability", each.probability},
                                            {"value", each.value},
                                            {"low", each.low},
                                            {"high", each.high}});
  }
  json["fits"] = OrderedJson::array();
  for (const LawFit& fit : law.fits) {
    OrderedJson parameters = OrderedJson::array();
    for (const FittedParameter& each : fit.parameters) {
      parameters.push_back(OrderedJson{{"name", each.name},
                                       {"value", finite(each.value)},
                                       {"low", finite(each.low)},
                                       {"high", finite(each.high)}});
    }
    json["fits"].push_back(OrderedJson{{"law", name_of(fit.law.family)},
                                       {"parameters", std::move(parameters)},
                                       {"log_likelihood", finite(fit.log_likelihood)},
                                       {"aic", finite(fit.aic)},
                                       {"ks", fit.ks},
                                       {"holdout_ks", fit.holdout_ks},
                                       {"holdout_log_density", finite(fit.holdout_log_density)}});
  }
  return json;
}

OrderedJson keep_alive_json(const KeepAliveAnswer& answer) {
  OrderedJson json;
  if (answer.fits.empty()) {
    json["refused"] = answer.refusal;
    json["at_least_s"] = answer.at_least_s ? OrderedJson(*answer.at_least_s) : OrderedJson();
    json["at_most_s"] = answer.at_most_s ? OrderedJson(*answer.at_most_s) : OrderedJson();
    return json;
  }
  json["observations"] = answer.fits.front().observations;
  json["gone"] = answer.fits.front().gone;
  json["fits"] = OrderedJson::array();
  for (const KeepAliveFit& fit : answer.fits) {
    json["fits"].push_back(OrderedJson{{"law", fit.law},
                                       {"median_s", fit.median_s},
                                       {"low_s", fit.low_s},
                                       {"high_s", fit.high_s},
                                       {"spread", fit.spread},
                                       {"recycled", fit.recycled},
                                       {"log_likelihood", fit.log_likelihood},
                                       {"aic", fit.aic}});
  }
  json["curve"] = OrderedJson::array();
  for (const SurvivalPoint& point : answer.curve) {
    json["curve"].push_back(OrderedJson{{"idle_s", point.idle_s}, {"gone", point.gone}});
  }
  return json;
}

std::string json_of(const CalibrationReport& report) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["name"] = report.name;
  json["inherits"] = report.platform;
  json["files"] = report.files;
  json["as_of"] = report.as_of;
  json["requests"] = report.requests;
  json["functions"] = report.functions;
  json["cold_requests"] = report.cold_requests;
  for (const Section& section : sections_of(report)) json[section.key] = law_json(*section.law);
  json["keep_alive"] = keep_alive_json(report.keep_alive);
  json["notes"] = report.notes;
  json["platform_file"] = report.platform_file;
  return dumped(json);
}

std::string html_of(const CalibrationReport& report) {
  std::string body = fmt::format("<h1>{}</h1>\n<p>{}</p>\n", html_text(report.name),
                                 html_text(head(report)));
  for (const Section& section : sections_of(report)) {
    body += fmt::format("<h2>{}</h2>\n", html_text(section.title));
    body += section.law->is_fitted()
                ? html_table(quantile_table(*section.law, section.has_unit)) +
                      html_table(fit_table(*section.law))
                : fmt::format("<p>Not fitted: {}.</p>\n", html_text(section.law->refusal));
  }
  body += "<h2>Keep-alive</h2>\n";
  body += report.keep_alive.fits.empty()
              ? fmt::format("<p>{}</p>\n", html_text(keep_alive_refusal(report.keep_alive)))
              : html_table(keep_alive_table(report.keep_alive));
  return html_page(report.name, body + html_list(report.notes));
}

}  // namespace

std::string render(const CalibrationReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson:
      return json_of(report);
    case ReportFormat::kCsv:
      return csv_of(report);
    case ReportFormat::kMarkdown:
      return markdown_of(report);
    case ReportFormat::kHtml:
      return html_of(report);
    case ReportFormat::kText:
      break;
  }
  return text_of(report);
}

}  // namespace faascast
