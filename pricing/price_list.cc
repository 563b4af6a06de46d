// What a deployment pays for: lines from the book, and from the deployment's own terms.

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "input/quantity.h"
#include "pricing/money.h"
#include "pricing/price_book.h"
#include "sim-core/error.h"

namespace faascast {
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

const Tariff* tariff_if_known(const PriceBook& book, std::string_view name) {
  const auto found = std::find_if(book.tariffs.begin(), book.tariffs.end(),
                                  [&](const Tariff& tariff) { return tariff.name == name; });
  return found == book.tariffs.end() ? nullptr : &*found;
}

/// Collects lines and everything that is in the way of them.
class Collector {
 public:
  Collector(const PriceBook& book, const Terms& terms) : book_(book), terms_(terms) {
    choice_.date = terms.date;
  }

  /// Runs a step; its problems are kept for the end.
  template <class Step>
  void attempt(const Step& step) {
    try {
      step();
    } catch (const InputError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }

  LineChoice& choice() { return choice_; }
  void add_problem(Problem problem) { problems_.push_back(std::move(problem)); }
  void add_line(PriceLine line) { list_.lines.push_back(std::move(line)); }

  void add_vintage(std::string_view name, std::string_view as_of) {
    if (!list_.vintage.empty()) list_.vintage += ", ";
    list_.vintage += fmt::format("{} {}", name, as_of);
  }

  void add_tariff(const Tariff& tariff, std::string_view region, std::string_view arch) {
    const auto regions = regions_of(tariff);
    if (!holds_in(regions, region)) {
      const std::string near = nearest_name(region, regions);
      problems_.push_back(
          {.what = fmt::format("no price of {} in region '{}'", tariff.name, region),
           .mend = fmt::format("{}priced in {}; add others with --prices FILE",
                               near.empty() ? "" : fmt::format("did you mean '{}'? ", near),
                               fmt::join(regions, ", "))});
      return;
    }
    std::vector<PriceLine> lines = lines_of(tariff, region, arch, choice_);
    if (lines.empty()) {
      problems_.push_back({.what = fmt::format("no price of {} on {}", tariff.name, choice_.date),
                           .mend = "leave the date out, or add the prices of that time in a file"});
      return;
    }
    add_vintage(tariff.name, as_of(lines));
    for (PriceLine& line : lines) add_line(std::move(line));
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

  void add_extras(const std::string& provider, std::string_view region) {
    for (const Extra extra : terms_.extras) {
      const ExtraRule& rule = rule_of(extra);
      for (const ExtraPart& part : rule.parts) add_part(provider, rule, part, region);
    }
  }

  /// The deployment's own price of that name, if it brings one.
  [[nodiscard]] const GivenPrice* given(std::string_view name) const {
    const auto found = std::find_if(terms_.given.begin(), terms_.given.end(),
                                    [&](const GivenPrice& price) { return price.name == name; });
    return found == terms_.given.end() ? nullptr : &*found;
  }

  /// @throws InputError if there was any problem
  PriceList finish() {
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return std::move(list_);
  }

 private:
  void add_part(const std::string& provider, const ExtraRule& rule, const ExtraPart& part,
                std::string_view region) {
    if (const GivenPrice* const price = given(part.given)) {
      add_line(line_of(*price));
      add_vintage(price->name, "as given");
      return;
    }
    const std::string name = fmt::format("{}-{}", provider, rule.tariff);
    std::string why = fmt::format("no price of {} at {} is known", rule.what, provider);
    if (const Tariff* const tariff = tariff_if_known(book_, name)) {
      for (const PriceLine& line : lines_of(*tariff, region, "x86", choice_)) {
        if (!measures(line, part.meter)) continue;
        add_vintage(name, line.source.as_of);
        return add_line(line);
      }
      why =
          fmt::format("no price of {} at {} in region '{}' is known", rule.what, provider, region);
    }
    problems_.push_back(
        {.what = std::move(why),
         .mend = fmt::format("write prices = {{ {} = \"...\" }} in dollars (\"0\" where it costs "
                             "nothing), or add a tariff '{}' with --prices FILE",
                             part.given, name)});
  }

  const PriceBook& book_;
  const Terms& terms_;
  LineChoice choice_{};
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
      .mend = fmt::format("write arch = \"{}\", or add it with --prices FILE", priced.front())});
}

/// Something that not every tariff sells: one of the values that its lines name.
void check_sold(const Tariff& tariff, std::string PriceLine::*member, const std::string& wanted,
                const char* what, std::string_view region, std::string_view arch) {
  std::vector<std::string> sold;
  for (const PriceLine& line : tariff.lines) {
    const bool here = holds_in(line.regions, region) && (line.arch.empty() || line.arch == arch);
    if (!(line.*member).empty() && here && !is_known(sold, line.*member)) {
      sold.push_back(line.*member);
    }
  }
  if (is_known(sold, wanted)) return;
  throw InputError(
      Problem{.what = fmt::format("{} has no {} price '{}' in region '{}' for arch {}", tariff.name,
                                  what, wanted, region, arch),
              .mend = sold.empty() ? fmt::format("leave {} out, or add it with --prices FILE", what)
                                   : fmt::format("sold are {}", fmt::join(sold, ", "))});
}

Tier tier_of(std::int64_t pico_usd, std::int64_t low, std::int64_t high) {
  return {.from = 0, .pico_usd = pico_usd, .low_pico_usd = low, .high_pico_usd = high};
}

PriceLine server_line(const ServerType& type, Purchase purchase, const HourlyPrice& hour) {
  PriceLine line;
  line.name = fmt::format("servers {} {}", type.id, name_of(purchase));
  line.unit = "hour";
  line.measures = {{.meters = {Meter::kServerTime}, .per = kHourNs}};
  line.tiers = {tier_of(hour.pico_usd, hour.low_pico_usd, hour.high_pico_usd)};
  line.regions = {type.region};
  line.source = hour.source;
  return line;
}

/// The lines of a service that charges for servers which somebody else sells.
void add_managed_instances(Collector& collector, const PriceBook& book, const ServerType& type) {
  const std::string name = fmt::format("{}-lambda-managed-instances", type.provider);
  const Tariff& tariff = find_tariff(book, name);
  if (!type.accelerator.empty() || type.id == "aws/fargate") {
    collector.add_problem({.what = fmt::format("{} cannot be a managed instance", type.id),
                           .mend = "choose an EC2 type without an accelerator"});
    return;
  }
  Tariff bound = tariff;
  for (PriceLine& line : bound.lines) {
    if (line.server_share == 0) continue;
    const auto share = [&](std::int64_t price) {
      return static_cast<std::int64_t>(scaled(price, line.server_share, 1'000'000));
    };
    const std::int64_t fee = share(type.on_demand_pico_usd);
    line.tiers = {tier_of(fee, fee, fee)};
  }
  collector.add_tariff(bound, type.region, type.arch);
}

}  // namespace

const std::vector<std::string>& front_door_names() {
  static const std::vector<std::string> kNames{"none", "function-url", "http-api", "rest-api",
                                               "load-balancer"};
  return kNames;
}

const std::vector<std::string>& service_names() {
  static const std::vector<std::string> kNames{"vm", "kubernetes", "endpoint",
                                               "lambda-managed-instances"};
  return kNames;
}

PriceList price_list_for_platform(const PriceBook& book, const PlatformChoice& choice) {
  Collector collector(book, choice.terms);
  collector.attempt([&] {
    const Tariff& tariff = find_tariff(book, choice.tariff);
    const std::string& region = choice.region.empty() ? tariff.default_region : choice.region;
    collector.attempt([&] { check_arch(tariff, choice.arch); });
    collector.attempt([&] {
      if (choice.purchase != "on-demand") {
        check_sold(tariff, &PriceLine::purchase, choice.purchase, "purchase", region, choice.arch);
      }
      if (!choice.gpu.empty()) {
        check_sold(tariff, &PriceLine::gpu, choice.gpu, "gpu", region, choice.arch);
      }
    });
    collector.choice().purchase = choice.purchase;
    collector.choice().gpu = choice.gpu;
    collector.add_tariff(tariff, region, choice.arch);
    collector.choice().purchase = "on-demand";
    collector.add_front_door(tariff.provider, choice.front_door, region);
    collector.add_egress(tariff.provider, tariff.egress, region);
    collector.add_extras(tariff.provider, region);
  });
  return collector.finish();
}

PriceList price_list_for_servers(const PriceBook& book, const ServerChoice& server,
                                 Purchase purchase, std::string_view front_door,
                                 const Terms& terms) {
  Collector collector(book, terms);
  collector.attempt([&] {
    const ServerType type = server_of(book, server, terms);
    collector.attempt([&] {
      if (const GivenPrice* const price = collector.given("server_hour")) {
        PriceLine line = line_of(*price);
        line.name = fmt::format("servers {} as given", type.id);
        collector.add_line(std::move(line));
        collector.add_vintage(type.id, "as given");
        return;
      }
      const HourlyPrice hour = hourly_price(book.servers, type, purchase);
      collector.add_line(server_line(type, purchase, hour));
      collector.add_vintage(type.id, hour.source.as_of);
    });
    collector.attempt([&] {
      if (terms.service == "lambda-managed-instances") {
        add_managed_instances(collector, book, type);
      }
    });
    collector.add_front_door(type.provider, front_door, type.region);
    collector.add_egress(type.provider, {}, type.region);
    collector.add_extras(type.provider, type.region);
  });
  return collector.finish();
}

ServerType server_of(const PriceBook& book, const ServerChoice& choice, const Terms& terms) {
  const auto given = std::find_if(terms.given.begin(), terms.given.end(),
                                  [](const auto& price) { return price.name == "server_hour"; });
  if (given == terms.given.end()) {
    try {
      return find_server(book.servers, choice);
    } catch (const InputError& error) {
      if (terms.service != "endpoint") throw;
      throw InputError(Problem{
          .what = fmt::format("no price of a managed endpoint on '{}' is known", choice.id),
          .mend = "write prices = { server_hour = \"...\" }, cpu and memory beside it, or add the "
                  "server with --prices FILE"});
    }
  }
  // Sizes come from the catalogue where it has the type, and else from the deployment.
  try {
    return find_server(book.servers, choice);
  } catch (const InputError&) {
    if (choice.vcpu.value() <= 0 || choice.memory.value() <= 0) {
      throw InputError(Problem{.what = fmt::format("the size of '{}' is not known", choice.id),
                               .mend = "write cpu and memory of a server beside its price"});
    }
  }
  const auto slash = choice.id.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == choice.id.size()) {
    throw InputError(Problem{.what = fmt::format("'{}' is not a server id", choice.id),
                             .mend = "write provider/type: \"aws/ml.c5.large\""});
  }
  ServerType type;
  type.id = choice.id;
  type.provider = choice.id.substr(0, slash);
  const auto provider = book.servers.providers.find(type.provider);
  if (provider == book.servers.providers.end()) {
    std::vector<std::string> names;
    for (const auto& [name, unused] : book.servers.providers) names.push_back(name);
    throw InputError(Problem{.what = fmt::format("unknown provider '{}'", type.provider),
                             .mend = nearest_or_all(type.provider, names)});
  }
  type.region = choice.region.empty() ? provider->second.default_region : choice.region;
  type.arch = choice.arch;
  type.threads_per_core = choice.arch == "arm" ? 1 : 2;
  type.vcpu = choice.vcpu;
  type.memory = choice.memory;
  type.minimum_billing = provider->second.minimum_billing;
  type.on_demand_pico_usd = given->pico_usd;
  return type;
}

}  // namespace faascast
