#include "pricing/server_catalogue.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "input/quantity.h"
#include "pricing/money.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

/// Lower case, without Azure's prefix.
std::string canonical(std::string_view id) {
  std::string text(id);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kPrefix = "/standard_";
  if (const auto at = text.find(kPrefix); at != std::string::npos)
    text.erase(at + 1, kPrefix.size() - 1);
  return text;
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

/// The ids that a wrong one may have meant: the nearest, those that lack only the provider, or
/// else the same provider's.
std::string suggestion(const ServerCatalogue& catalogue, const std::string& id) {
  std::vector<std::string> all;
  for (const ServerType& type : catalogue.types) all.push_back(type.id);
  for (const ResourcePrice& price : catalogue.by_resource) all.push_back(price.id);
  sort_unique(all);
  const std::string wanted = canonical(id);
  for (const std::string& name : all) {
    const std::string bare = canonical(name).substr(name.find('/') + 1);
    if (bare == wanted) return fmt::format("did you mean '{}'?", name);
  }
  if (const std::string near = nearest_name(id, all); !near.empty()) {
    return fmt::format("did you mean '{}'?", near);
  }
  const std::string provider = wanted.substr(0, wanted.find('/') + 1);
  std::vector<std::string> known;
  for (const std::string& name : all) {
    if (!provider.empty() && name.starts_with(provider)) known.push_back(name);
  }
  if (known.empty()) known = all;
  constexpr std::size_t kFew = 8;
  const bool more = known.size() > kFew;
  if (more) known.resize(kFew);
  return fmt::format("known are {}{}; add others with --prices FILE", fmt::join(known, ", "),
                     more ? " ..." : "");
}

std::string region_for(const ServerCatalogue& catalogue, const ServerChoice& choice) {
  if (!choice.region.empty()) return choice.region;
  const std::string id = canonical(choice.id);
  const auto provider = catalogue.providers.find(id.substr(0, id.find('/')));
  return provider == catalogue.providers.end() ? std::string{} : provider->second.default_region;
}

/// The shapes that AWS Fargate sells: vCPU, and GB from .. to (in steps that we do not check).
struct Shape {
  std::int64_t milli_vcpu, least_mb, most_mb;
};
constexpr std::array<Shape, 7> kShapes{{{250, 512, 2048},
                                        {500, 1024, 4096},
                                        {1000, 2048, 8192},
                                        {2000, 4096, 16384},
                                        {4000, 8192, 30720},
                                        {8000, 16384, 61440},
                                        {16000, 32768, 122880}}};

void check_shape(const ServerChoice& choice) {
  std::vector<Problem> problems;
  const auto shape = std::find_if(kShapes.begin(), kShapes.end(), [&](const Shape& s) {
    return s.milli_vcpu == choice.vcpu.value();
  });
  if (shape == kShapes.end()) {
    problems.push_back({.what = fmt::format("{} is not sold with {} vCPU", choice.id,
                                            static_cast<double>(choice.vcpu.value()) / 1e3),
                        .mend = "write cpu = 0.25, 0.5, 1, 2, 4, 8 or 16"});
  } else if (choice.memory.value() < shape->least_mb || choice.memory.value() > shape->most_mb) {
    problems.push_back(
        {.what = fmt::format("{} with {} vCPU is not sold with {} MB", choice.id,
                             static_cast<double>(shape->milli_vcpu) / 1e3, choice.memory.value()),
         .mend =
             fmt::format("write memory between {} MB and {} MB", shape->least_mb, shape->most_mb)});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

ServerType made_of(const ResourcePrice& price, const ServerChoice& choice, Duration minimum) {
  check_shape(choice);
  ServerType type;
  type.id = price.id;
  type.provider = price.id.substr(0, price.id.find('/'));
  type.region = price.region;
  type.arch = price.arch;
  type.vcpu = choice.vcpu;
  type.memory = choice.memory;
  type.on_demand_pico_usd =
      static_cast<std::int64_t>(scaled(price.vcpu_hour_pico_usd, choice.vcpu.value(), 1000) +
                                scaled(price.gb_hour_pico_usd, choice.memory.value(), 1024));
  type.threads_per_core = price.arch == "arm" ? 1 : 2;
  type.minimum_billing = minimum;
  type.source = price.source;
  return type;
}

[[noreturn]] void refuse(std::string what, std::string mend) {
  throw InputError(Problem{.what = std::move(what), .mend = std::move(mend)});
}

HourlyPrice exactly(std::int64_t pico_usd, const SourceNote& source) {
  return {
      .pico_usd = pico_usd, .low_pico_usd = pico_usd, .high_pico_usd = pico_usd, .source = source};
}

std::int64_t share(std::int64_t pico_usd, std::int64_t per_million) {
  return static_cast<std::int64_t>(scaled(pico_usd, per_million, 1'000'000));
}

/// The known price, else the provider's ratio of the on-demand price, else nothing.
std::optional<HourlyPrice> known_or_usual(const ServerType& type,
                                          const std::optional<std::int64_t>& known,
                                          const std::optional<PriceRatio>& usual) {
  if (known) return exactly(*known, type.source);
  if (!usual) return std::nullopt;
  return HourlyPrice{.pico_usd = share(type.on_demand_pico_usd, usual->per_million),
                     .low_pico_usd = share(type.on_demand_pico_usd, usual->low_per_million),
                     .high_pico_usd = share(type.on_demand_pico_usd, usual->high_per_million),
                     .source = usual->source};
}

std::optional<HourlyPrice> price_if_sold(const ServerCatalogue& catalogue, const ServerType& type,
                                         Purchase purchase) {
  static const Provider kNone;
  const auto found = catalogue.providers.find(type.provider);
  const Provider& provider = found == catalogue.providers.end() ? kNone : found->second;
  switch (purchase) {
    case Purchase::kOnDemand:
      return exactly(type.on_demand_pico_usd, type.source);
    case Purchase::kReserved1y:
      return known_or_usual(type, type.reserved_1y_pico_usd, provider.reserved_1y);
    case Purchase::kReserved3y:
      return known_or_usual(type, type.reserved_3y_pico_usd, provider.reserved_3y);
    case Purchase::kSpot:
      return known_or_usual(type, type.spot_pico_usd, provider.spot);
    case Purchase::kSustainedUse:
      if (type.sustained_use_discount == 0.0) return std::nullopt;
      return exactly(
          share(type.on_demand_pico_usd, std::llround((1.0 - type.sustained_use_discount) * 1e6)),
          type.source);
    case Purchase::kSavingsPlan:
      return known_or_usual(type, type.savings_plan_pico_usd, provider.savings_plan);
    case Purchase::kSavingsPlanUpfront:
      break;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& purchase_names() {
  static const std::vector<std::string> kNames{"on-demand", "reserved-1y", "reserved-3y", "spot",
                                               "sustained-use", "savings-plan",
                                               "savings-plan-upfront"};
  return kNames;
}

std::string_view name_of(Purchase purchase) {
  return purchase_names()[static_cast<std::size_t>(purchase)];
}

std::optional<Purchase> purchase_named(std::string_view name) {
  const auto& names = purchase_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Purchase>(found - names.begin());
}

ServerType find_server(const ServerCatalogue& catalogue, const ServerChoice& choice) {
  const std::string id = canonical(choice.id);
  const std::string region = region_for(catalogue, choice);
  std::vector<std::string> elsewhere;
  for (const ServerType& type : catalogue.types) {
    if (canonical(type.id) != id) continue;
    if (type.region == region) return type;
    elsewhere.push_back(type.region);
  }
  for (const ResourcePrice& price : catalogue.by_resource) {
    if (canonical(price.id) != id) continue;
    if (price.region == region && price.arch == choice.arch) {
      const auto provider = catalogue.providers.find(price.id.substr(0, price.id.find('/')));
      const bool known = provider != catalogue.providers.end();
      return made_of(price, choice, known ? provider->second.minimum_billing : Duration{});
    }
    elsewhere.push_back(price.region);
  }
  if (elsewhere.empty()) {
    refuse(fmt::format("unknown server type '{}'", choice.id), suggestion(catalogue, choice.id));
  }
  sort_unique(elsewhere);
  refuse(fmt::format("no price of '{}' in region '{}'", choice.id, region),
         fmt::format("priced in {}; add others with --prices FILE", fmt::join(elsewhere, ", ")));
}

HourlyPrice hourly_price(const ServerCatalogue& catalogue, const ServerType& type,
                         Purchase purchase) {
  if (auto price = price_if_sold(catalogue, type, purchase)) return *price;
  std::vector<std::string> sold;
  for (const std::string& name : purchase_names()) {
    if (price_if_sold(catalogue, type, *purchase_named(name))) sold.push_back(name);
  }
  refuse(fmt::format("no {} price of '{}'", name_of(purchase), type.id),
         fmt::format("sold {}", fmt::join(sold, ", ")));
}

}  // namespace faascast
