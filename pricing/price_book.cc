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

constexpr std::int64_t kHourNs = 3'600'000'000'000;

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
  return is_known(keys, "server") || is_known(keys, "by_resource") || root["provider"].is_table();
}

/// Takes away from `lines` what `added` replaces. A price for both architectures that loses one
/// keeps the other.
void make_room(std::vector<PriceLine>& lines, const PriceLine& added) {
  std::vector<PriceLine> kept;
  for (PriceLine& line : lines) {
    const bool same_arch = added.arch.empty() || line.arch.empty() || added.arch == line.arch;
    if (line.name == added.name && same_arch) {
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

/// Collects lines and everything that is in the way of them.
class Collector {
 public:
  explicit Collector(const PriceBook& book) : book_(book) {}

  /// Runs a step; its problems are kept for the end.
  template <class Step>
  void attempt(const Step& step) {
    try {
      step();
    } catch (const InputError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }

  void add_line(PriceLine line) { list_.lines.push_back(std::move(line)); }

  void add_vintage(std::string_view name, std::string_view as_of) {
    if (!list_.vintage.empty()) list_.vintage += ", ";
    list_.vintage += fmt::format("{} {}", name, as_of);
  }

  void add_tariff(const Tariff& tariff, std::string_view region, std::string_view arch) {
    const auto regions = regions_of(tariff);
    if (!is_known(regions, region)) {
      const std::string near = nearest_name(region, regions);
      problems_.push_back(
          {.what = fmt::format("no price of {} in region '{}'", tariff.name, region),
           .mend = fmt::format("{}priced in {}; add others with --tariff FILE",
                               near.empty() ? "" : fmt::format("did you mean '{}'? ", near),
                               fmt::join(regions, ", "))});
      return;
    }
    const std::vector<PriceLine> lines = lines_of(tariff, region, arch);
    add_vintage(tariff.name, as_of(lines));
    for (const PriceLine& line : lines) add_line(line);
  }

  void add_front_door(const std::string& provider, std::string_view door, std::string_view region) {
    if (!is_known(front_door_names(), door)) {
      problems_.push_back({.what = fmt::format("unknown front door '{}'", door),
                           .mend = nearest_or_all(door, front_door_names())});
      return;
    }
    if (door == "none" || door == "function-url") return;
    const auto found = book_.servers.providers.find(provider);
    std::vector<std::string> sold{"none", "function-url"};
    if (found != book_.servers.providers.end()) {
      for (const auto& [name, tariff] : found->second.front_doors) {
        if (name == door) return add_tariff(find_tariff(book_, tariff), region, "x86");
        sold.push_back(name);
      }
    }
    problems_.push_back({.what = fmt::format("no price of front door '{}' at {}", door, provider),
                         .mend = fmt::format("{} has {}", provider, fmt::join(sold, ", "))});
  }

  /// @param egress name of the tariff; empty = the provider's, which may have none
  void add_egress(const std::string& provider, std::string egress, std::string_view region) {
    if (egress.empty()) {
      const auto found = book_.servers.providers.find(provider);
      if (found != book_.servers.providers.end()) egress = found->second.egress;
    }
    if (!egress.empty()) add_tariff(find_tariff(book_, egress), region, "x86");
  }

  /// @throws InputError if there was any problem
  PriceList finish() {
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return std::move(list_);
  }

 private:
  const PriceBook& book_;
  PriceList list_;
  std::vector<Problem> problems_;
};

/// A tariff without prices by architecture is of x86.
void check_arch(const Tariff& tariff, const std::string& arch) {
  const std::vector<std::string> known{"x86", "arm"};
  if (!is_known(known, arch)) {
    throw InputError(Problem{.what = fmt::format("unknown arch '{}'", arch),
                             .mend = nearest_or_all(arch, known)});
  }
  std::vector<std::string> priced;
  for (const PriceLine& line : tariff.lines) {
    if (!line.arch.empty()) priced.push_back(line.arch);
  }
  if (priced.empty()) priced.emplace_back("x86");
  if (is_known(priced, arch)) return;
  throw InputError(Problem{
      .what = fmt::format("{} has no price for arch '{}'", tariff.name, arch),
      .mend = fmt::format("write arch = \"{}\", or add it with --tariff FILE", priced.front())});
}

PriceLine server_line(const ServerType& type, Purchase purchase, const HourlyPrice& hour) {
  PriceLine line;
  line.name = fmt::format("servers {} {}", type.id, name_of(purchase));
  line.unit = "hour";
  line.measures = {{.meters = {Meter::kServerTime}, .per = kHourNs}};
  line.tiers = {{.from = 0,
                 .pico_usd = hour.pico_usd,
                 .low_pico_usd = hour.low_pico_usd,
                 .high_pico_usd = hour.high_pico_usd}};
  line.regions = {type.region};
  line.source = hour.source;
  return line;
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

const std::vector<std::string>& front_door_names() {
  static const std::vector<std::string> kNames{"none", "function-url", "http-api", "rest-api",
                                               "load-balancer"};
  return kNames;
}

PriceList price_list_for_platform(const PriceBook& book, const PlatformChoice& choice) {
  Collector collector(book);
  collector.attempt([&] {
    const Tariff& tariff = find_tariff(book, choice.tariff);
    const std::string& region = choice.region.empty() ? tariff.default_region : choice.region;
    collector.attempt([&] { check_arch(tariff, choice.arch); });
    collector.add_tariff(tariff, region, choice.arch);
    collector.add_front_door(tariff.provider, choice.front_door, region);
    collector.add_egress(tariff.provider, tariff.egress, region);
  });
  return collector.finish();
}

PriceList price_list_for_servers(const PriceBook& book, const ServerChoice& server,
                                 Purchase purchase, std::string_view front_door) {
  Collector collector(book);
  collector.attempt([&] {
    const ServerType type = find_server(book.servers, server);
    collector.attempt([&] {
      const HourlyPrice hour = hourly_price(book.servers, type, purchase);
      collector.add_line(server_line(type, purchase, hour));
      collector.add_vintage(type.id, hour.source.as_of);
    });
    collector.add_front_door(type.provider, front_door, type.region);
    collector.add_egress(type.provider, {}, type.region);
  });
  return collector.finish();
}

}  // namespace faascast
