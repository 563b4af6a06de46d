#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"
#include "sim-core/units.h"

namespace faascast {

/// A price of an hour with its range.
struct HourlyPrice {
  std::int64_t pico_usd = 0;
  std::int64_t low_pico_usd = 0;
  std::int64_t high_pico_usd = 0;
  SourceNote source{};
};

/// How a server is paid for.
enum class Purchase : std::uint8_t {
  kOnDemand,
  kReserved1y,    ///< one year, no upfront
  kReserved3y,    ///< three years, no upfront
  kSpot,          ///< may be interrupted
  kSustainedUse,  ///< on demand with Google's discount for running the whole month
  kSavingsPlan,   ///< AWS Compute Savings Plan: one year, no upfront
  kSavingsPlanUpfront,  ///< all upfront
};
/// "on-demand", "reserved-1y", "reserved-3y", "spot", "sustained-use", "savings-plan",
/// "savings-plan-upfront"
[[nodiscard]] std::string_view name_of(Purchase purchase);
[[nodiscard]] std::optional<Purchase> purchase_named(std::string_view name);
[[nodiscard]] const std::vector<std::string>& purchase_names();

/// One machine type in one region.
struct ServerType {
  std::string id{};  ///< "aws/c6i.large"
  std::string provider{};
  std::string region{};
  std::string arch = "x86";  ///< or "arm"
  MilliVcpu vcpu{};          ///< hyperthreads on x86
  Megabytes memory{};
  std::string accelerator{};            ///< "1xT4 16GB"; empty = none
  std::int64_t on_demand_pico_usd = 0;  ///< an hour
  std::optional<std::int64_t> spot_pico_usd{};
  std::optional<std::int64_t> reserved_1y_pico_usd{};
  std::optional<std::int64_t> reserved_3y_pico_usd{};
  std::optional<std::int64_t> savings_plan_pico_usd{};
  double sustained_use_discount = 0.0;  ///< share taken off where it runs the whole month
  /// Share of each vCPU that a burstable type may use for ever; absent = all of it.
  std::optional<double> burst_baseline{};
  std::uint32_t threads_per_core = 2;  ///< vCPUs that share a core; 1: a vCPU is a core
  Duration minimum_billing{};  ///< of each start
  std::string note{};
  SourceNote source{};
};

/// A ratio to the on-demand price, where a reserved or spot price is not known.
struct PriceRatio {
  std::int64_t per_million = 0;
  std::int64_t low_per_million = 0;
  std::int64_t high_per_million = 0;
  SourceNote source{};
};

/// What holds for all that a provider sells.
struct Provider {
  std::string default_region{};
  Duration minimum_billing{};
  std::string egress{};                              ///< tariff name; empty = not charged
  std::map<std::string, std::string> front_doors{};  ///< "load-balancer" -> tariff name
  std::optional<PriceRatio> reserved_1y{}, reserved_3y{}, spot{}, savings_plan{};
};

/// Servers sold by the vCPU and GB (AWS Fargate).
struct ResourcePrice {
  std::string id{};
  std::string region{};
  std::string arch{};
  std::int64_t vcpu_hour_pico_usd = 0;
  std::int64_t gb_hour_pico_usd = 0;
  SourceNote source{};
};

/// A number about servers that is no price: what a core does with both threads busy
/// ("hyperthread_yield", 1 to 2), how long a new server takes to serve ("start_lag_vm", seconds).
struct ServerFigure {
  double value = 0.0;
  double low = 0.0;  ///< plausible range
  double high = 0.0;
  SourceNote source{};
};

struct ServerCatalogue {
  std::map<std::string, Provider> providers{};
  std::map<std::string, ServerFigure> figures{};
  std::vector<ServerType> types{};
  std::vector<ResourcePrice> by_resource{};
};

/// Which server. `vcpu`, `memory`, `arch` matter to types sold by the resource only.
struct ServerChoice {
  std::string id{};  ///< "aws/c6i.large", "aws/fargate"; case and Azure's "Standard_" do not matter
  std::string region{};  ///< empty = the provider's default
  MilliVcpu vcpu{};
  Megabytes memory{};
  std::string arch = "x86";
};

/// Adds a file's rows to the catalogue; a row for a known id and region replaces it.
/// @throws InputError with everything that is wrong
void add_servers(ServerCatalogue& catalogue, const TomlDocument& document);

/// @throws InputError naming the nearest types, or the regions where the type is priced, or what a
/// type sold by the resource lacks.
[[nodiscard]] ServerType find_server(const ServerCatalogue& catalogue, const ServerChoice& choice);

/// An hour of one server. Where the reserved or spot price is not known, the provider's usual
/// ratio stands in, with its range and source.
/// @throws InputError when the type is not sold so, naming how it is sold.
[[nodiscard]] HourlyPrice hourly_price(const ServerCatalogue& catalogue, const ServerType& type,
                                       Purchase purchase);

}  // namespace faascast
