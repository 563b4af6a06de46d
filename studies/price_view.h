#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "studies/report.h"

namespace faascast {

/// Which prices to look at.
struct PriceViewRequest {
  std::string name{};    ///< a tariff, a server type or a provider; empty: a list of all
  std::string region{};  ///< empty: all
  std::string date{};    ///< "2026-10-01": prices of that day; empty: the newest
  std::vector<std::filesystem::path> price_files{};  ///< of the user, beside the shipped ones
};

/// One price as it stands in a list.
struct PriceRow {
  std::string name{};     ///< "compute", "aws/c6i.large"
  std::string region{};   ///< several: separated by blanks
  std::string variant{};  ///< "arm", "savings-plan", "L4": what it holds for, beside
  std::string unit{};
  std::string price{};  ///< "$0.0000166667"; graduated: "...; above 6,000,000,000: ..."
  std::string range{};  ///< "$0.028 to $0.0383"; empty: exact
  std::string free{};   ///< a month
  std::string source{};
  std::string as_of{};
  std::string confidence{};
};

/// A tariff, or the servers of one name.
struct PriceView {
  std::string name{};
  std::string title{};
  std::vector<PriceRow> rows{};
};

/// @throws InputError: a name that is not known, with the nearest; a date before all prices
[[nodiscard]] PriceView view_prices(const PriceViewRequest& request);
/// Everything that has a price: one row for each tariff and each server type.
[[nodiscard]] PriceView list_prices(const PriceViewRequest& request);

[[nodiscard]] std::string render(const PriceView& view, ReportFormat format);

/// `--prices NAME`: a file, or what `price import` wrote into the user's folder by that name.
[[nodiscard]] std::filesystem::path price_file(const std::filesystem::path& name);
/// Where `price import` writes: $XDG_CONFIG_HOME/faascast/prices, or ~/.config/faascast/prices.
[[nodiscard]] std::filesystem::path price_folder();

}  // namespace faascast
