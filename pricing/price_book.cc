#include "pricing/price_book.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "input/quantity.h"
#include "sim-core/error.h"

namespace faascast {

std::span<const EmbeddedFile> pricing_data();

namespace {

bool is_known(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "did you mean 'x'?" or the whole list.
std::string nearest_or_all(std::string_view word, const std::vector<std::string>& names) {
  const std::string near = nearest_name(word, names);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  return fmt::format("known are {}", fmt::join(names, ", "));
}

bool describes_servers(const TomlDocument& document) {
  const TomlNode root = document.root();
  const auto keys = root.keys();
  return is_known(keys, "server") || is_known(keys, "by_resource") || root["provider"].is_table() ||
         root["figure"].is_table();
}

/// Takes away from `lines` what `added` replaces. A price for both architectures that loses one
/// keeps the other.
void make_room(std::vector<PriceLine>& lines, const PriceLine& added) {
  std::vector<PriceLine> kept;
  for (PriceLine& line : lines) {
    const bool same_arch = added.arch.empty() || line.arch.empty() || added.arch == line.arch;
    const bool same_line = line.name == added.name && line.purchase == added.purchase &&
                           line.gpu == added.gpu && overlap_in_time(line, added);
    if (same_line && same_arch) {
      const auto here = std::stable_partition(
          line.regions.begin(), line.regions.end(),
          [&](const std::string& region) { return !is_known(added.regions, region); });
      PriceLine other_arch = line;
      other_arch.regions.assign(here, line.regions.end());
      other_arch.arch = added.arch == "arm" ? "x86" : "arm";
      line.regions.erase(here, line.regions.end());
      const bool keeps_other = line.arch.empty() && !added.arch.empty();
      if (keeps_other && !other_arch.regions.empty()) kept.push_back(std::move(other_arch));
    }
    if (!line.regions.empty()) kept.push_back(std::move(line));
  }
  lines = std::move(kept);
}

void put_tariff(PriceBook& book, Tariff tariff) {
  const auto old = std::find_if(book.tariffs.begin(), book.tariffs.end(),
                                [&](const Tariff& other) { return other.name == tariff.name; });
  if (old == book.tariffs.end()) {
    book.tariffs.push_back(std::move(tariff));
    return;
  }
  for (const PriceLine& line : tariff.lines) make_room(old->lines, line);
  // The added lines stand first in the bill; what the file does not name stays.
  tariff.lines.insert(tariff.lines.end(), old->lines.begin(), old->lines.end());
  if (tariff.egress.empty()) tariff.egress = old->egress;
  *old = std::move(tariff);
}

void add_document(PriceBook& book, const TomlDocument& document) {
  if (describes_servers(document)) {
    add_servers(book.servers, document);
  } else {
    put_tariff(book, tariff_of(document));
  }
}

}  // namespace

PriceBook shipped_prices() {
  PriceBook book;
  for (const EmbeddedFile& file : pricing_data()) {
    add_prices(book, file.content, std::string(file.name));
  }
  return book;
}

void add_prices(PriceBook& book, const std::filesystem::path& file) {
  add_document(book, TomlDocument::from_file(file));
}

void add_prices(PriceBook& book, std::string_view text, std::string name) {
  add_document(book, TomlDocument::from_text(text, std::move(name)));
}

const Tariff& find_tariff(const PriceBook& book, std::string_view name) {
  std::vector<std::string> names;
  for (const Tariff& tariff : book.tariffs) {
    if (tariff.name == name) return tariff;
    names.push_back(tariff.name);
  }
  throw InputError(Problem{.what = fmt::format("unknown tariff '{}'", name),
                           .mend = nearest_or_all(name, names)});
}

}  // namespace faascast
