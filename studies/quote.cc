#include "studies/quote.h"

#include <fmt/format.h>

#include <cmath>

#include "input/quantity.h"
#include "platforms/compile.h"
#include "platforms/platform_spec.h"
#include "pricing/month.h"
#include "pricing/price_book.h"
#include "sim-core/error.h"
#include "studies/price_view.h"

namespace faascast {
namespace {

constexpr double kMillion = 1e6;

void price(Quote& quote, const PriceList& prices, const MonthlyLoad& load, bool free_tier) {
  quote.bill_month = bill_month(prices, usage_of(load), free_tier);
  quote.prices = prices.lines;
  quote.requests = load.requests;
  if (load.requests > 0) {
    quote.usd_per_million =
        usd_of(quote.bill_month.total()) / static_cast<double>(load.requests) * kMillion;
  }
}

PriceBook book_of(const QuoteRequest& request) {
  PriceBook book = shipped_prices();
  for (const std::filesystem::path& file : request.price_files) {
    add_prices(book, price_file(file));
  }
  return book;
}

Terms terms_of(const QuoteRequest& request) {
  Terms terms;
  terms.date = request.date;
  return terms;
}

Purchase purchase_asked(const QuoteRequest& request) {
  if (const auto purchase = purchase_named(request.purchase)) return *purchase;
  const std::string nearest = nearest_name(request.purchase, purchase_names());
  throw InputError(Problem{"--purchase",
                           fmt::format("'{}' is not a way to buy", request.purchase),
                           nearest.empty() ? "write on-demand, reserved-1y, reserved-3y or spot"
                                           : fmt::format("did you mean '{}'?", nearest)});
}

Quote platform_quote(const QuoteRequest& request) {
  const PlatformSpec spec = load_platform(request.platform);
  DeploymentConfig config;
  config.memory = request.memory;
  config.vcpu = request.cpu;
  config.arch = request.arch == "arm" ? Architecture::kArm : Architecture::kX86;
  config.request_bytes = request.request_bytes;
  config.response_bytes = request.response_bytes;
  ModelLoad load_of_model;
  load_of_model.on_profiling_host = false;  // the duration is the platform's own
  const CompiledPool compiled = make_pool(spec, config, load_of_model);
  const PriceList prices = price_list_for_platform(
      book_of(request), {.tariff = spec.tariff,
                         .region = request.region,
                         .arch = request.arch,
                         .front_door = request.front_door,
                         .purchase = std::string(name_of(purchase_asked(request))),
                         .gpu = {},
                         .terms = terms_of(request)});
  MonthlyLoad load;
  load.requests = request.requests;
  load.duration = request.duration;
  load.metering = compiled.pool.metering;
  load.memory = compiled.pool.memory;
  load.vcpu = compiled.pool.vcpu;
  load.clock_mhz = compiled.pool.clock_mhz;
  load.request_bytes = request.request_bytes;
  load.response_bytes = request.response_bytes;
  Quote result;
  result.name = spec.name;
  result.configuration =
      fmt::format("{}, {}, {} requests of {} a month", format_memory(compiled.memory), request.arch,
                  format_count(static_cast<std::uint64_t>(request.requests)),
                  format_duration(request.duration));
  result.notes = compiled.notes;
  price(result, prices, load, request.free_tier);
  return result;
}

Quote server_quote(const QuoteRequest& request) {
  const Purchase purchase = purchase_asked(request);
  ServerChoice choice;
  choice.id = request.server;
  choice.region = request.region;
  choice.arch = request.arch;
  if (request.memory) choice.memory = *request.memory;
  if (request.cpu) choice.vcpu = MilliVcpu(std::llround(*request.cpu * 1000.0));
  const PriceBook book = book_of(request);
  const ServerType type = find_server(book.servers, choice);
  const PriceList prices = price_list_for_servers(
      book, choice, purchase, request.front_door, terms_of(request));
  MonthlyLoad load;
  load.servers = request.servers;
  load.requests = request.requests;
  load.request_bytes = request.request_bytes;
  load.response_bytes = request.response_bytes;
  Quote result;
  result.name = type.id;
  result.configuration =
      fmt::format("{} x {} in {}, {}, {:g} vCPU and {} each", request.servers, type.id, type.region,
                  request.purchase, static_cast<double>(type.vcpu.value()) / 1000.0,
                  format_memory(type.memory));
  if (!type.note.empty()) result.notes.push_back(type.note);
  price(result, prices, load, request.free_tier);
  return result;
}

}  // namespace

Quote quote(const QuoteRequest& request) {
  if (request.platform.empty() == request.server.empty()) {
    throw InputError(Problem{"", "a quote needs either a platform or a server",
                             "such as --platform aws-lambda, or --server aws/c6i.large"});
  }
  return request.platform.empty() ? server_quote(request) : platform_quote(request);
}

}  // namespace faascast
