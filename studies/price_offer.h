#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "studies/price_import.h"

namespace faascast {

// Parts of price_import: writing price files as TOML, and reading AWS's offer files.

/// A basic TOML string.
[[nodiscard]] std::string toml_text(std::string_view text);
[[nodiscard]] std::string source_toml(const SourceNote& note);

struct ServerText {
  std::string id{}, region{}, arch{}, vcpu{}, memory{}, usd{};
};
[[nodiscard]] std::string server_toml(const ServerText& server, const std::string& source);

/// A price line; its tiers are (from, usd), in any order.
struct TariffLineText {
  std::string name{}, meters{}, unit{}, region{}, arch{}, purchase{}, free{}, source{};
  std::vector<std::pair<std::string, std::string>> tiers{};
};
[[nodiscard]] std::string lines_text(std::vector<TariffLineText> lines);

/// @throws InputError when it is no offer file, or has nothing of use
[[nodiscard]] ImportedPrices import_offer(const PriceImportRequest& request, std::string_view text);

}  // namespace faascast
