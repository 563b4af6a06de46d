#pragma once

#include <filesystem>
#include <string>

#include "input/toml_file.h"

namespace faascast {

/// A price list of the user's, to be made into a file for --prices.
struct PriceImportRequest {
  std::filesystem::path file{};
  std::string region{};  ///< only this one; empty: all
  SourceNote source{};   ///< for rows without their own; source and as_of empty: not given
};

struct ImportedPrices {
  std::string text{};        ///< TOML, checked: what --prices reads
  std::string name{};        ///< a name for the file: "servers", "aws-lambda"
  std::size_t rows = 0;      ///< that became prices
  std::size_t left_out = 0;  ///< of an offer file: products that are no servers or functions
};

/// Reads either
/// - CSV with the columns id, region, unit, usd: servers ("aws/c6i.large", unit "hour") or lines of
///   one tariff ("aws-lambda/compute"). Optional: arch, purchase, tier_from, free_per_month, meter
///   (of lines that the tariff does not have yet), vcpu and memory (of servers that the catalogue
///   does not have), source, as_of, confidence; or
/// - an offer file of the AWS price list (JSON): Linux servers on demand of AmazonEC2, requests and
///   duration of AWSLambda.
/// @throws InputError with every problem of the file: place, and how to mend it
[[nodiscard]] ImportedPrices import_prices(const PriceImportRequest& request);

}  // namespace faascast
