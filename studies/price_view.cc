#include "studies/price_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "input/quantity.h"
#include "pricing/price_book.h"
#include "sim-core/error.h"
#include "studies/report/html.h"
#include "studies/report/json.h"
#include "studies/report/table.h"

namespace faascast {
namespace {

/// All the digits of a price, two decimals at least.
std::string money(std::int64_t pico_usd) {
  std::string text =
      fmt::format("{}.{:012}", pico_usd / 1'000'000'000'000, pico_usd % 1'000'000'000'000);
  const std::size_t least = text.find('.') + 2;
  const std::size_t last = std::max(text.find_last_not_of('0'), least);
  text.erase(last + 1);
  return "$" + text;
}

std::string range_text(std::int64_t low, std::int64_t high) {
  return low == high ? std::string() : fmt::format("{} to {}", money(low), money(high));
}

std::string tiers_text(const PriceLine& line) {
  if (line.server_share > 0) {
    return fmt::format("{:g} % of the server's on-demand price",
                       static_cast<double>(line.server_share) / 1e4);
  }
  std::string text;
  for (const Tier& tier : line.tiers) {
    if (!text.empty()) {
      text += fmt::format("; above {}: ", format_count(static_cast<std::uint64_t>(tier.from)));
    }
    text += money(tier.pico_usd);
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

PriceRow row_of(const PriceLine& line) {
  std::vector<std::string> variant;
  for (const std::string& word : {line.arch, line.purchase, line.gpu}) {
    if (!word.empty()) variant.push_back(word);
  }
  if (!line.valid_from.empty()) variant.push_back("from " + line.valid_from);
  if (!line.valid_until.empty()) variant.push_back("until " + line.valid_until);
  PriceRow row;
  row.name = line.name;
  row.region = joined(line.regions);
  row.variant = joined(variant);
  row.unit = line.unit;
  row.price = tiers_text(line);
  if (line.tiers.size() == 1 && line.server_share == 0) {
    row.range = range_text(line.tiers[0].low_pico_usd, line.tiers[0].high_pico_usd);
  }
  if (line.free_per_month > 0) {
    row.free = format_count(static_cast<std::uint64_t>(line.free_per_month));
  }
  row.source = line.source.source;
  row.as_of = line.source.as_of;
  row.confidence = line.source.confidence;
  return row;
}

bool holds_on(const PriceLine& line, const std::string& date) {
  if (date.empty()) return true;
  return line.valid_from <= date && (line.valid_until.empty() || date < line.valid_until);
}

PriceView view_of(const Tariff& tariff, const PriceViewRequest& request) {
  PriceView view{.name = tariff.name,
                 .title = fmt::format("{} ({}), default region {}", tariff.service, tariff.name,
                                      tariff.default_region),
                 .rows = {}};
  for (const PriceLine& line : tariff.lines) {
    if (!request.region.empty() && !holds_in(line.regions, request.region)) continue;
    if (holds_on(line, request.date)) view.rows.push_back(row_of(line));
  }
  if (view.rows.empty()) {
    const bool wrong_region =
        !request.region.empty() && !holds_in(regions_of(tariff), request.region);
    throw InputError(Problem{
        wrong_region ? "--region" : "--as-of",
        wrong_region ? fmt::format("no price of {} in region '{}'", tariff.name, request.region)
                     : fmt::format("no price of {} on {}", tariff.name, request.date),
        wrong_region ? fmt::format("priced in {}", fmt::join(regions_of(tariff), ", "))
                     : "leave the date out for the newest prices"});
  }
  return view;
}

/// Every way that a server is sold.
void add_server(PriceView& view, const PriceBook& book, const ServerType& type) {
  for (const std::string& name : purchase_names()) {
    HourlyPrice hour;
    try {
      hour = hourly_price(book.servers, type, *purchase_named(name));
    } catch (const InputError&) {
      continue;  // not sold so
    }
    PriceRow row;
    row.name = type.id;
    row.region = type.region;
    row.variant = name;
    row.unit = "hour";
    row.price = money(hour.pico_usd);
    row.range = range_text(hour.low_pico_usd, hour.high_pico_usd);
    row.source = hour.source.source;
    row.as_of = hour.source.as_of;
    row.confidence = hour.source.confidence;
    view.rows.push_back(std::move(row));
  }
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void add_resource(PriceView& view, const ResourcePrice& price) {
  for (const auto& [unit, pico] :
       {std::pair{"vCPU-h", price.vcpu_hour_pico_usd}, std::pair{"GB-h", price.gb_hour_pico_usd}}) {
    PriceRow row;
    row.name = price.id;
    row.region = price.region;
    row.variant = price.arch;
    row.unit = unit;
    row.price = money(pico);
    row.source = price.source.source;
    row.as_of = price.source.as_of;
    row.confidence = price.source.confidence;
    view.rows.push_back(std::move(row));
  }
}

PriceBook book_of(const PriceViewRequest& request) {
  PriceBook book = shipped_prices();
  for (const auto& file : request.price_files) add_prices(book, price_file(file));
  return book;
}

std::string size_text(const ServerType& type) {
  return fmt::format("{:g} vCPU, {}{}{}", static_cast<double>(type.vcpu.value()) / 1e3,
                     format_memory(type.memory), type.accelerator.empty() ? "" : ", ",
                     type.accelerator);
}

Table table_of(const PriceView& view, bool long_form) {
  using Align = Table::Align;
  std::vector<Table::Column> columns{{"price of", Align::kLeft},
                                     {"for", Align::kLeft},
                                     {"region", Align::kLeft},
                                     {"unit", Align::kLeft},
                                     {"$", Align::kLeft}};
  if (long_form) {
    for (const char* const head : {"range", "free a month", "as of", "confidence", "source"}) {
      columns.push_back({head, Align::kLeft});
    }
  }
  Table table(columns);
  for (const PriceRow& row : view.rows) {
    std::vector<std::string> cells{row.name, row.variant, row.region, row.unit, row.price};
    if (long_form) {
      cells.insert(cells.end(), {row.range, row.free, row.as_of, row.confidence, row.source});
    }
    table.add(std::move(cells));
  }
  return table;
}

/// The price on one line, where it comes from on the next.
std::string text_of(const PriceView& view) {
  std::string out = paragraph("", view.title);
  for (const PriceRow& row : view.rows) {
    out += '\n';
    const std::string variant = row.variant.empty() ? "" : fmt::format(" ({})", row.variant);
    out += paragraph("", fmt::format("{}{}: {} per {}", row.name, variant, row.price, row.unit));
    out += paragraph("    region  ", row.region);
    if (!row.range.empty()) out += paragraph("    range   ", row.range);
    if (!row.free.empty()) out += paragraph("    free    ", row.free + " a month");
    out += paragraph("    source  ",
                     fmt::format("{} ({}): {}", row.as_of, row.confidence, row.source));
  }
  return out;
}

std::string json_of(const PriceView& view) {
  OrderedJson json;
  json["schema"] = kJsonSchema;
  json["name"] = view.name;
  json["title"] = view.title;
  json["prices"] = OrderedJson::array();
  for (const PriceRow& row : view.rows) {
    json["prices"].push_back(OrderedJson{{"name", row.name},
                                         {"for", row.variant},
                                         {"region", row.region},
                                         {"unit", row.unit},
                                         {"usd", row.price},
                                         {"range", row.range},
                                         {"free_per_month", row.free},
                                         {"as_of", row.as_of},
                                         {"confidence", row.confidence},
                                         {"source", row.source}});
  }
  return dumped(json);
}

}  // namespace

PriceView view_prices(const PriceViewRequest& request) {
  const PriceBook book = book_of(request);
  const std::string wanted = lower(request.name);
  std::vector<std::string> known;
  for (const Tariff& tariff : book.tariffs) {
    if (lower(tariff.name) == wanted) return view_of(tariff, request);
    known.push_back(tariff.name);
  }
  PriceView view{.name = request.name, .title = {}, .rows = {}};
  std::vector<std::string> elsewhere;
  for (const ServerType& type : book.servers.types) {
    known.push_back(type.id);
    const std::string id = lower(type.id);
    if (id != wanted && !(wanted.find('/') == std::string::npos && type.provider == wanted)) {
      continue;
    }
    elsewhere.push_back(type.region);
    if (!request.region.empty() && type.region != request.region) continue;
    if (view.title.empty()) {
      view.title = id == wanted ? fmt::format("{}: {}", type.id, size_text(type))
                                : fmt::format("Servers of {}", type.provider);
    }
    add_server(view, book, type);
  }
  for (const ResourcePrice& price : book.servers.by_resource) {
    known.push_back(price.id);
    if (lower(price.id) != wanted) continue;
    elsewhere.push_back(price.region);
    if (!request.region.empty() && price.region != request.region) continue;
    view.title = fmt::format("{}: by the vCPU and the GB", price.id);
    add_resource(view, price);
  }
  if (!view.rows.empty()) return view;
  if (!elsewhere.empty()) {
    std::sort(elsewhere.begin(), elsewhere.end());
    elsewhere.erase(std::unique(elsewhere.begin(), elsewhere.end()), elsewhere.end());
    throw InputError(Problem{"--region",
                             fmt::format("no price of '{}' in '{}'", request.name, request.region),
                             fmt::format("priced in {}", fmt::join(elsewhere, ", "))});
  }
  const std::string near = nearest_name(request.name, known);
  throw InputError(Problem{request.name, "no tariff or server of this name",
                           near.empty() ? "faascast price show --list has all names"
                                        : fmt::format("did you mean '{}'?", near)});
}

PriceView list_prices(const PriceViewRequest& request) {
  const PriceBook book = book_of(request);
  PriceView view{.name = "prices", .title = "Everything that has a price", .rows = {}};
  for (const Tariff& tariff : book.tariffs) {
    PriceRow row;
    row.name = tariff.name;
    row.variant = tariff.service;
    row.region = joined(regions_of(tariff));
    row.unit = "tariff";
    row.price = fmt::format("{} price{}", tariff.lines.size(), tariff.lines.size() == 1 ? "" : "s");
    row.as_of = as_of(tariff.lines);
    view.rows.push_back(std::move(row));
  }
  for (const ServerType& type : book.servers.types) {
    PriceRow row;
    row.name = type.id;
    row.variant = size_text(type);
    row.region = type.region;
    row.unit = "hour";
    row.price = money(type.on_demand_pico_usd);
    row.source = type.source.source;
    row.as_of = type.source.as_of;
    row.confidence = type.source.confidence;
    view.rows.push_back(std::move(row));
  }
  for (const ResourcePrice& price : book.servers.by_resource) add_resource(view, price);
  return view;
}

std::string render(const PriceView& view, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson:
      return json_of(view);
    case ReportFormat::kCsv:
      return table_of(view, true).csv();
    case ReportFormat::kMarkdown:
      return fmt::format("# {}\n\n{}", view.title, table_of(view, true).markdown());
    case ReportFormat::kHtml:
      return html_page(view.name, fmt::format("<h1>{}</h1>\n{}", html_text(view.title),
                                              html_table(table_of(view, true))));
    case ReportFormat::kText:
      break;
  }
  return view.name == "prices" ? table_of(view, false).text() : text_of(view);
}

std::filesystem::path price_folder() {
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  const char* const home = std::getenv("HOME");
  std::filesystem::path base = config != nullptr && *config != '\0' ? config : "";
  if (base.empty()) base = std::filesystem::path(home != nullptr ? home : ".") / ".config";
  return base / "faascast" / "prices";
}

std::filesystem::path price_file(const std::filesystem::path& name) {
  std::error_code ignored;
  if (name.has_parent_path() || name.extension() == ".toml") return name;
  if (std::filesystem::exists(name, ignored)) return name;
  std::filesystem::path kept = price_folder() / name;
  kept += ".toml";
  return std::filesystem::exists(kept, ignored) ? kept : name;
}

}  // namespace faascast
