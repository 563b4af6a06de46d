#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/bill.h"
#include "pricing/extras.h"
#include "pricing/server_catalogue.h"
#include "pricing/tariff.h"

namespace faascast {

/// Everything that has a price: a plain value. Start from shipped_prices(), add the user's files.
struct PriceBook {
  std::vector<Tariff> tariffs{};
  ServerCatalogue servers{};
};

/// The prices that are part of the program.
[[nodiscard]] PriceBook shipped_prices();

/// Adds a user's file: a tariff, or servers (a file with [[server]], [[by_resource]] or
/// [provider.*]). A tariff of a known name replaces the prices of the lines, regions and
/// architectures that it names and leaves the others.
/// @throws InputError with everything that is wrong in the file; the book is then unchanged.
void add_prices(PriceBook& book, const std::filesystem::path& file);
void add_prices(PriceBook& book, std::string_view text, std::string name);

/// @throws InputError with the nearest name
[[nodiscard]] const Tariff& find_tariff(const PriceBook& book, std::string_view name);

/// "none", "function-url", "http-api", "rest-api", "load-balancer". The first two cost nothing.
[[nodiscard]] const std::vector<std::string>& front_door_names();

struct PlatformChoice {
  std::string tariff{};  ///< "aws-lambda"
  std::string region{};  ///< empty = the tariff's default
  std::string arch = "x86";
  std::string front_door = "none";
  std::string purchase = "on-demand";  ///< or "savings-plan", where the tariff has it
  std::string gpu{};                   ///< "L4"; empty = none
  Terms terms{};
};

/// The platform's lines, then the front door's, then egress, then what the terms ask for.
/// @throws InputError with all problems: unknown names, no price in the region
[[nodiscard]] PriceList price_list_for_platform(const PriceBook& book,
                                                const PlatformChoice& choice);

/// Who runs the servers: "vm" (nobody), "kubernetes" (pods on nodes), "endpoint" (a managed model
/// endpoint), "lambda-managed-instances".
[[nodiscard]] const std::vector<std::string>& service_names();

/// The server of a choice. Of a type that the catalogue lacks, the terms give the price and the
/// choice the size.
/// @throws InputError as find_server(), and where neither says it
[[nodiscard]] ServerType server_of(const PriceBook& book, const ServerChoice& choice,
                                   const Terms& terms);

/// One line for the servers' hours, then the service's, the front door's, egress, and what the
/// terms ask for. A type of unknown price is priced by the terms' "server_hour".
/// @throws InputError with all problems
[[nodiscard]] PriceList price_list_for_servers(const PriceBook& book, const ServerChoice& server,
                                               Purchase purchase,
                                               std::string_view front_door = "none",
                                               const Terms& terms = {});

}  // namespace faascast
