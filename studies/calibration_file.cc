#include "studies/calibration_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace faascast {
namespace {

/// Text in quotes, as TOML writes it.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string file_list(const CalibrationReport& report) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, report.files.size()); ++i) {
    text += (text.empty() ? "" : ", ") + report.files[i];
  }
  if (report.files.size() > kShown) {
    text += fmt::format(" and {} more", report.files.size() - kShown);
  }
  return text;
}

/// Figures carry one date: the last that the logs speak of. The head of the file has the span.
std::string last_date(const CalibrationReport& report) {
  const std::size_t span = report.as_of.find("..");
  return span == std::string::npos ? report.as_of : report.as_of.substr(span + 2);
}

std::string note(const CalibrationReport& report, const std::string& what) {
  return fmt::format("kind = \"measured\", source = {}, as_of = {}, confidence = \"B\"",
                     toml_text(fmt::format("{}: {}", file_list(report), what)), toml_text(last_date(report)));
}

std::string ms(double seconds) { return fmt::format("\"{:.3f} ms\"", 1e3 * seconds); }

std::string quantile_table(const CalibratedLaw& law) {
  constexpr std::array<std::string_view, 7> kNames = {"p5",  "p25", "p50", "p75",
                                                      "p90", "p95", "p99"};
  std::string text = "{ ";
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const SampleQuantile& each = law.quantiles[i];
    const double value =
        law.takes_law ? law.fits.front().law.quantile(each.probability) : each.value;
    text += fmt::format("{} = {}, ", kNames[i], ms(value));
  }
  const double most = law.takes_law ? law.fits.front().law.quantile(0.9999) : 0.0;
  return text + fmt::format("max = {} }}", ms(std::max(most, law.quantiles.back().value)));
}

std::string law_words(const CalibratedLaw& law) {
  const LawFit& best = law.fits.front();
  return law.takes_law ? fmt::format("maximum likelihood, shifted {}, KS {:.3f}",
                                     name_of(best.law.family), best.ks)
                       : fmt::format("quantiles of the sample; the best law, a shifted {}, is {:.3f} "
                                     "away from it",
                                     name_of(best.law.family), best.ks);
}

std::string cold_start_text(const CalibrationReport& report) {
  const CalibratedLaw& law = report.cold_start;
  const SampleQuantile& median = law.quantiles[2];
  const auto factor = [&](double end) {
    return std::clamp(median.value > 0.0 ? end / median.value : 1.0, 0.0, 100.0);
  };
  std::string text;
  const std::string source =
      fmt::format("source = {}\nas_of = {}\nkind = \"measured\"\nconfidence = \"B\"\n",
                  toml_text(fmt::format("{}: {} cold starts, {}", file_list(report), law.samples,
                                     law_words(law))),
                  toml_text(last_date(report)));
  const std::string fitted =
      fmt::format("quantiles = {}\nlow_factor = {:.4f}\nhigh_factor = {:.4f}\n{}",
                  quantile_table(law), std::min(1.0, factor(median.low)),
                  std::max(1.0, factor(median.high)), source);
  if (report.is_init) {
    return "\n# INIT of the measured function: its imports and whatever it loads there included.\n"
           "[[cold_start.runtime]]\n" + fitted;
  }
  text = "\n# All that a cold request took beyond a warm one.\n[[cold_start.placement]]\n" + fitted;
  return text + "\n[[cold_start.runtime]]\nconstant = \"0 ms\"\nlow_factor = 1.0\nhigh_factor = 1.0\n" +
         fmt::format(
             "source = {}\nas_of = {}\nkind = \"measured\"\nconfidence = \"B\"\n",
             toml_text("part of the placement above: the log does not tell them apart"),
             toml_text(last_date(report)));
}

std::string keep_alive_text(const CalibrationReport& report) {
  const KeepAliveFit& fit = report.keep_alive.fits.front();
  std::string text = "\n[keep_alive]\n";
  const std::string counted =
      fmt::format("{} idle times, {} instances found gone; maximum likelihood, {}",
                  fit.observations, fit.gone, fit.law);
  text += fmt::format("rule = {{ value = \"fixed-window\", {} }}\n", note(report, counted));
  text += fmt::format(
      "window = {{ value = \"{:.3f} s\", low = \"{:.3f} s\", high = \"{:.3f} s\", {} }}\n",
      fit.median_s, std::min(fit.low_s, fit.median_s), std::max(fit.high_s, fit.median_s),
      note(report, fmt::format("median life of an idle instance, {}; 95 % interval", counted)));
  return text;
}

}  // namespace

std::string calibration_file(const CalibrationReport& report) {
  const bool has_keep_alive = !report.keep_alive.fits.empty();
  if (!report.cold_start.is_fitted() && !has_keep_alive) return {};
  std::string text = fmt::format(
      "# Fitted by faascast calibrate; {} requests of {} functions, {}.\n"
      "# What is not here was not fitted: it is inherited.\n"
      "inherits = {}\nname = {}\ntitle = {}\n",
      report.requests, report.functions, report.as_of, toml_text(report.platform),
      toml_text(report.name), toml_text(report.platform + ", calibrated"));
  if (has_keep_alive) text += keep_alive_text(report);
  if (report.cold_start.is_fitted()) text += cold_start_text(report);
  return text;
}

}  // namespace faascast
