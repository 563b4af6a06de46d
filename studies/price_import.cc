#include "studies/price_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "pricing/price_book.h"
#include "sim-core/error.h"
#include "studies/price_offer.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

const std::vector<std::string>& column_names() {
  static const std::vector<std::string> kNames{
      "id",    "region", "unit",   "usd",    "arch",  "purchase",  "tier_from", "free_per_month",
      "meter", "vcpu",   "memory", "source", "as_of", "confidence"};
  return kNames;
}

/// A row by column name, with the places of its cells.
struct Row {
  std::size_t line = 0;
  std::map<std::string, CsvCell> cells{};
  std::map<std::string, std::string> text{};
  [[nodiscard]] std::string get(const std::string& name) const {
    const auto found = text.find(name);
    return found == text.end() ? std::string() : found->second;
  }
};

class CsvImport {
 public:
  CsvImport(const PriceImportRequest& request, std::string_view text)
      : request_(request), file_(request.file.string()), book_(shipped_prices()) {
    read(text);
    finish();
  }

  ImportedPrices result() {
    ImportedPrices imported;
    imported.rows = rows_.size();
    const bool servers = is_server(rows_.front());
    for (const Row& row : rows_) {
      if (is_server(row) == servers) continue;
      add_problem(row, "id", "servers beside lines of a tariff",
                  "import servers, and each tariff, from a file of its own");
    }
    finish();
    imported.text = servers ? servers_text() : tariff_text(imported.name);
    if (servers) imported.name = "servers";
    finish();
    return imported;
  }

 private:
  /// "aws/c6i.large": what stands before the slash sells servers.
  [[nodiscard]] bool is_server(const Row& row) const {
    const std::string id = row.get("id");
    return book_.servers.providers.contains(id.substr(0, id.find('/')));
  }

  void add_problem(const Row& row, const std::string& column, std::string what, std::string mend) {
    const auto cell = row.cells.find(column);
    problems_.push_back(
        {cell_place(file_, row.line, cell == row.cells.end() ? 1 : cell->second.column, column),
         std::move(what), std::move(mend)});
  }

  void finish() {
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

  bool read_header(const CsvSplitter& splitter, std::size_t line) {
    for (const CsvCell& cell : splitter.cells()) {
      const std::string name(cell.text);
      const auto& known = column_names();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        const std::string near = nearest_name(name, known);
        problems_.push_back({cell_place(file_, line, cell.column, name), "unknown column",
                             near.empty() ? "columns are id, region, unit, usd and others that "
                                            "faascast price import --help names"
                                          : fmt::format("did you mean '{}'?", near)});
      }
      header_.push_back(name);
    }
    for (const char* const needed : {"id", "region", "unit", "usd"}) {
      if (std::find(header_.begin(), header_.end(), needed) == header_.end()) {
        problems_.push_back({fmt::format("{}:{}", file_, line),
                             fmt::format("missing column '{}'", needed),
                             "the first line names the columns: id,region,unit,usd"});
      }
    }
    return problems_.empty();
  }

  void read(std::string_view text) {
    LineReader lines(text, file_);
    CsvSplitter splitter;
    std::string_view line;
    while (lines.next(line)) {
      if (is_blank_line(line) || line.starts_with('#')) continue;
      if (!splitter.split(line)) {
        problems_.push_back({cell_place(file_, lines.line_number(), splitter.error_column(), ""),
                             "a quote is not closed", "close it"});
        continue;
      }
      if (header_.empty()) {
        if (!read_header(splitter, lines.line_number())) return;
        continue;
      }
      read_row(splitter, lines.line_number());
    }
    if (header_.empty()) {
      problems_.push_back({file_, "the file is empty", "write id,region,unit,usd and rows below"});
    } else if (rows_.empty() && problems_.empty()) {
      problems_.push_back({file_,
                           request_.region.empty()
                               ? std::string("no row under the header")
                               : fmt::format("no row of region '{}'", request_.region),
                           "add rows, or choose another region"});
    }
  }

  void read_row(const CsvSplitter& splitter, std::size_t line) {
    Row row;
    row.line = line;
    if (splitter.cells().size() != header_.size()) {
      problems_.push_back(
          {fmt::format("{}:{}", file_, line),
           fmt::format("{} cells under {} columns", splitter.cells().size(), header_.size()),
           "give each column a cell; it may be empty"});
      return;
    }
    for (std::size_t i = 0; i < header_.size(); ++i) {
      row.cells[header_[i]] = splitter.cells()[i];
      row.text[header_[i]] = std::string(splitter.cells()[i].text);
    }
    if (!request_.region.empty() && row.get("region") != request_.region) return;
    for (const char* const needed : {"id", "region", "unit", "usd"}) {
      if (row.get(needed).empty()) add_problem(row, needed, "is empty", "every row has one");
    }
    check_price(row);
    check_source(row);
    rows_.push_back(std::move(row));
  }

  void check_price(const Row& row) {
    const std::string usd = row.get("usd");
    if (usd.empty()) return;
    std::string why;
    const auto pico = parse_pico_usd(usd, why);
    if (!pico) {
      add_problem(row, "usd", why.empty() ? fmt::format("'{}' is not a price", usd) : why,
                  "write dollars, such as 0.085");
    } else if (*pico < 0) {
      add_problem(row, "usd", "the price is negative", "prices are 0 or more");
    }
  }

  void check_source(const Row& row) {
    if (row.get("source").empty() && request_.source.source.empty()) {
      add_problem(row, "source", "the price has no source",
                  "add a column source, or say --source 'where it is from'");
    }
    const std::string date = row.get("as_of").empty() ? request_.source.as_of : row.get("as_of");
    if (date.empty()) {
      add_problem(row, "as_of", "the price has no date",
                  "add a column as_of, or say --as-of 2026-10-01");
    } else if (!is_date(date)) {
      add_problem(row, "as_of", fmt::format("'{}' is not a date", date),
                  "write it like 2026-10-01");
    }
  }

  [[nodiscard]] std::string source_text(const Row& row) const {
    SourceNote note = request_.source;
    if (!row.get("source").empty()) note.source = row.get("source");
    if (!row.get("as_of").empty()) note.as_of = row.get("as_of");
    if (!row.get("confidence").empty()) note.confidence = row.get("confidence");
    return source_toml(note);
  }

  std::string servers_text() {
    std::string text = "# Made by faascast price import.\n";
    for (const Row& row : rows_) {
      ServerType size;
      const std::string id = row.get("id");
      for (const ServerType& type : book_.servers.types) {
        if (type.id == id) size = type;
      }
      if (row.get("unit") != "hour") {
        add_problem(row, "unit",
                    fmt::format("servers are sold by the hour, not the '{}'", row.get("unit")),
                    "write hour");
        continue;
      }
      std::string why;
      std::string vcpu = row.get("vcpu");
      std::string memory = row.get("memory");
      if (vcpu.empty() && size.vcpu.value() > 0) {
        vcpu = fmt::format("{:g}", static_cast<double>(size.vcpu.value()) / 1e3);
      }
      if (memory.empty() && size.memory.value() > 0) {
        memory = fmt::format("{} MB", size.memory.value());
      }
      if (vcpu.empty() || memory.empty()) {
        add_problem(row, "id", fmt::format("the size of '{}' is not known", id),
                    "add the columns vcpu and memory");
        continue;
      }
      if (vcpu.find_first_not_of("0123456789.") != std::string::npos) {
        add_problem(row, "vcpu", fmt::format("'{}' is not a number", vcpu), "write it like 2");
        continue;
      }
      if (!parse_memory(memory, why)) {
        add_problem(row, "memory", why, "write it like 4 GB");
        continue;
      }
      std::string arch = row.get("arch");
      if (arch.empty()) arch = size.id.empty() ? "x86" : size.arch;
      text += server_toml({.id = id,
                           .region = row.get("region"),
                           .arch = arch,
                           .vcpu = vcpu,
                           .memory = memory,
                           .usd = row.get("usd")},
                          source_text(row));
    }
    return text;
  }

  /// The line of a shipped tariff that a row gives a price for.
  const PriceLine* known_line(const Tariff* tariff, const std::string& name) const {
    if (tariff == nullptr) return nullptr;
    for (const PriceLine& line : tariff->lines) {
      if (line.name == name) return &line;
    }
    return nullptr;
  }

  std::string tariff_text(std::string& name) {
    std::vector<TariffLineText> lines;
    for (const Row& row : rows_) {
      const std::string id = row.get("id");
      const auto slash = id.find('/');
      if (slash == std::string::npos || slash == 0 || slash + 1 == id.size()) {
        add_problem(row, "id", fmt::format("'{}' is not a price's id", id),
                    "write tariff/line or provider/server, such as aws-lambda/compute or "
                    "aws/c6i.large");
        continue;
      }
      const std::string tariff = id.substr(0, slash);
      if (name.empty()) name = tariff;
      if (tariff != name) {
        add_problem(row, "id", fmt::format("prices of '{}' beside those of '{}'", tariff, name),
                    "import each tariff, and servers, from a file of its own");
        continue;
      }
      add_line(lines, row, id.substr(slash + 1));
    }
    if (lines.empty()) return {};
    return head_text(name, lines) + lines_text(lines);
  }

  void add_line(std::vector<TariffLineText>& lines, const Row& row, const std::string& line_name) {
    const Tariff* tariff = nullptr;
    for (const Tariff& known : book_.tariffs) {
      if (known.name == row.get("id").substr(0, row.get("id").find('/'))) tariff = &known;
    }
    const PriceLine* const known = known_line(tariff, line_name);
    std::string meters = row.get("meter").empty() ? std::string() : row.get("meter");
    if (meters.empty() && known != nullptr && known->measures.size() == 1) {
      for (const Meter meter : known->measures[0].meters) {
        meters += (meters.empty() ? "" : " ") + std::string(tariff_meter_name(meter));
      }
    }
    if (meters.empty()) {
      add_problem(row, "id", fmt::format("what '{}' measures is not known", row.get("id")),
                  "add a column meter, such as cluster_time");
      return;
    }
    TariffLineText text{.name = line_name,
                        .meters = meters,
                        .unit = row.get("unit"),
                        .region = row.get("region"),
                        .arch = row.get("arch"),
                        .purchase = row.get("purchase"),
                        .free = row.get("free_per_month"),
                        .source = source_text(row),
                        .tiers = {}};
    const std::string from = row.get("tier_from").empty() ? "0" : row.get("tier_from");
    if (from.find_first_not_of("0123456789") != std::string::npos) {
      add_problem(row, "tier_from", fmt::format("'{}' is not a whole number", from),
                  "write where the tier begins, such as 6000000000");
      return;
    }
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const TariffLineText& other) {
      return other.name == text.name && other.region == text.region && other.arch == text.arch &&
             other.purchase == text.purchase;
    });
    TariffLineText& line = same == lines.end() ? lines.emplace_back(std::move(text)) : *same;
    line.tiers.emplace_back(from, row.get("usd"));
  }

  std::string head_text(const std::string& name, const std::vector<TariffLineText>& lines) const {
    std::string provider = name.substr(0, name.find('-'));
    std::string service = name;
    std::string region = lines.front().region;
    for (const Tariff& known : book_.tariffs) {
      if (known.name != name) continue;
      provider = known.provider;
      service = known.service;
      region = known.default_region;
    }
    return fmt::format(
        "# Made by faascast price import.\nname = {}\nprovider = {}\nservice = {}\n"
        "default_region = {}\n",
        toml_text(name), toml_text(provider), toml_text(service), toml_text(region));
  }

  const PriceImportRequest& request_;
  std::string file_;
  PriceBook book_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
  std::vector<Problem> problems_;
};

bool is_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

ImportedPrices import_prices(const PriceImportRequest& request) {
  const std::string text = read_whole_file(request.file, kMostBytes);
  ImportedPrices imported =
      is_json(text) ? import_offer(request, text) : CsvImport(request, text).result();
  // What was made is held to the rules of every price file.
  PriceBook book = shipped_prices();
  add_prices(book, imported.text, "the imported " + request.file.filename().string());
  return imported;
}

}  // namespace faascast
