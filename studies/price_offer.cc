#include "studies/price_offer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "input/quantity.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "4 GiB" as our files write it; nothing where it is no memory.
std::string memory_of(std::string text) {
  if (const auto at = text.find(" GiB"); at != std::string::npos) text = text.substr(0, at) + " GB";
  std::erase(text, ',');
  std::string why;
  return parse_memory(text, why) ? text : std::string();
}

/// One price of a term: where its tier begins, and dollars.
struct Rate {
  std::string from{};
  std::string unit{};
  std::string usd{};
};

std::vector<Rate> rates_of(const Json& terms, const std::string& sku) {
  std::vector<Rate> rates;
  const auto offers = terms.find(sku);
  if (offers == terms.end() || !offers->is_object()) return rates;
  for (const auto& [code, term] : offers->items()) {
    const auto dimensions = term.find("priceDimensions");
    if (dimensions == term.end() || !dimensions->is_object()) continue;
    for (const auto& [rate_code, rate] : dimensions->items()) {
      const auto price = rate.find("pricePerUnit");
      if (price == rate.end() || !price->is_object()) continue;
      const std::string usd = text_at(*price, "USD");
      std::string from = text_at(rate, "beginRange");
      if (from.empty()) from = "0";
      if (!usd.empty()) rates.push_back({from, text_at(rate, "unit"), usd});
    }
  }
  return rates;
}

bool is_plain_server(const Json& attributes) {
  return text_at(attributes, "operatingSystem") == "Linux" &&
         text_at(attributes, "tenancy") == "Shared" &&
         text_at(attributes, "preInstalledSw") == "NA" &&
         text_at(attributes, "capacitystatus") == "Used";
}

std::string arch_of(const Json& attributes) {
  const bool graviton =
      text_at(attributes, "physicalProcessor").find("Graviton") != std::string::npos;
  return graviton ? "arm" : "x86";
}

struct LambdaGroup {
  const char* group;
  const char* line;
  const char* meter;
  const char* unit;
  const char* arch;
};
constexpr LambdaGroup kLambdaGroups[] = {
    {"AWS-Lambda-Requests", "requests", "requests", "request", ""},
    {"AWS-Lambda-Duration", "compute", "memory_time", "GB-s", "x86"},
    {"AWS-Lambda-Duration-ARM", "compute", "memory_time", "GB-s", "arm"},
    {"AWS-Lambda-Provisioned-Concurrency", "provisioned concurrency", "provisioned_memory_time",
     "GB-s", "x86"},
    {"AWS-Lambda-Provisioned-Concurrency-ARM", "provisioned concurrency", "provisioned_memory_time",
     "GB-s", "arm"},
};

class Offer {
 public:
  Offer(const PriceImportRequest& request, const Json& json) : request_(request), json_(json) {}

  ImportedPrices import() {
    const auto products = json_.find("products");
    const auto terms = json_.find("terms");
    const bool sound = products != json_.end() && products->is_object() && terms != json_.end() &&
                       terms->is_object() && terms->contains("OnDemand");
    if (!sound) {
      refuse(
          "is JSON, but no offer file of the AWS price list: it needs products and "
          "terms.OnDemand",
          "take the index.json of an offer, or write CSV with id,region,unit,usd");
    }
    const Json& on_demand = (*terms)["OnDemand"];
    for (const auto& [sku, product] : products->items()) {
      const auto attributes = product.find("attributes");
      if (attributes == product.end() || !attributes->is_object() ||
          !take(*attributes, rates_of(on_demand, sku))) {
        ++imported_.left_out;
      }
    }
    if (imported_.rows == 0) {
      refuse("has no Linux server on demand and no Lambda price that faascast knows",
             request_.region.empty() ? "take the offer AmazonEC2 or AWSLambda" : "check --region");
    }
    if (!servers_.empty() && !lines_.empty()) {
      refuse("has servers and functions", "import each offer by itself");
    }
    finish();
    return std::move(imported_);
  }

 private:
  [[noreturn]] void refuse(std::string what, std::string mend) const {
    throw InputError(Problem{request_.file.string(), std::move(what), std::move(mend)});
  }

  bool take(const Json& attributes, const std::vector<Rate>& rates) {
    const std::string region = text_at(attributes, "regionCode");
    if (rates.empty() || region.empty()) return false;
    if (!request_.region.empty() && region != request_.region) return false;
    return take_server(attributes, region, rates) || take_lambda(attributes, region, rates);
  }

  bool take_server(const Json& attributes, const std::string& region,
                   const std::vector<Rate>& rates) {
    const std::string type = text_at(attributes, "instanceType");
    const std::string memory = memory_of(text_at(attributes, "memory"));
    const std::string vcpu = text_at(attributes, "vcpu");
    if (type.empty() || memory.empty() || vcpu.empty() || !is_plain_server(attributes)) {
      return false;
    }
    for (const Rate& rate : rates) {
      if (rate.unit != "Hrs") continue;
      servers_[region + " " + type] = {.id = "aws/" + type,
                                       .region = region,
                                       .arch = arch_of(attributes),
                                       .vcpu = vcpu,
                                       .memory = memory,
                                       .usd = rate.usd};
      ++imported_.rows;
      return true;
    }
    return false;
  }

  bool take_lambda(const Json& attributes, const std::string& region,
                   const std::vector<Rate>& rates) {
    const std::string group = text_at(attributes, "group");
    for (const LambdaGroup& known : kLambdaGroups) {
      if (group != known.group) continue;
      TariffLineText line{.name = known.line,
                          .meters = known.meter,
                          .unit = known.unit,
                          .region = region,
                          .arch = known.arch,
                          .purchase = {},
                          .free = {},
                          .source = source_toml(note()),
                          .tiers = {}};
      for (const Rate& rate : rates) line.tiers.emplace_back(rate.from, rate.usd);
      lines_.push_back(std::move(line));
      ++imported_.rows;
      return true;
    }
    return false;
  }

  /// The offer itself is the source, unless another was named.
  [[nodiscard]] SourceNote note() const {
    SourceNote note = request_.source;
    if (note.source.empty()) {
      note.source = fmt::format("AWS price list, offer {}", text_at(json_, "offerCode"));
      note.kind = "vendor-doc";
      note.confidence = "A";
    }
    if (note.as_of.empty()) note.as_of = text_at(json_, "publicationDate").substr(0, 10);
    if (note.as_of.empty()) {
      refuse("the offer has no publicationDate", "say --as-of 2026-10-01");
    }
    return note;
  }

  void finish() {
    std::string& text = imported_.text;
    text = "# Made by faascast price import.\n";
    imported_.name = servers_.empty() ? "aws-lambda" : "servers";
    for (const auto& [key, server] : servers_) text += server_toml(server, source_toml(note()));
    if (lines_.empty()) return;
    std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.region, a.name, a.arch) < std::tie(b.region, b.name, b.arch);
    });
    text += fmt::format(
        "name = \"aws-lambda\"\nprovider = \"aws\"\nservice = \"AWS Lambda\"\n"
        "default_region = {}\n",
        toml_text(lines_.front().region));
    text += lines_text(std::move(lines_));
  }

  const PriceImportRequest& request_;
  const Json& json_;
  ImportedPrices imported_{};
  std::map<std::string, ServerText> servers_{};
  std::vector<TariffLineText> lines_{};
};

}  // namespace

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string source_toml(const SourceNote& note) {
  return fmt::format("{{ kind = {}, source = {}, as_of = {}, confidence = {} }}",
                     toml_text(note.kind), toml_text(note.source), toml_text(note.as_of),
                     toml_text(note.confidence));
}

std::string server_toml(const ServerText& server, const std::string& source) {
  return fmt::format(
      "\n[[server]]\nid = {}\nregion = {}\narch = {}\nvcpu = {}\nmemory = {}\non_demand = {}\n"
      "source = {}\n",
      toml_text(server.id), toml_text(server.region), toml_text(server.arch), server.vcpu,
      toml_text(server.memory), toml_text(server.usd), source);
}

std::string lines_text(std::vector<TariffLineText> lines) {
  std::string text;
  for (TariffLineText& line : lines) {
    text += fmt::format("\n[[price]]\nname = {}\n", toml_text(line.name));
    std::string meters;
    for (std::size_t at = 0; at < line.meters.size();) {
      const std::size_t end = std::min(line.meters.find(' ', at), line.meters.size());
      if (!meters.empty()) meters += ", ";
      meters += toml_text(line.meters.substr(at, end - at));
      at = end + 1;
    }
    text += fmt::format("meters = [{}]\nunit = {}\nregions = [{}]\n", meters, toml_text(line.unit),
                        toml_text(line.region));
    if (!line.arch.empty()) text += fmt::format("arch = {}\n", toml_text(line.arch));
    if (!line.purchase.empty()) text += fmt::format("purchase = {}\n", toml_text(line.purchase));
    if (!line.free.empty()) text += fmt::format("free_per_month = {}\n", line.free);
    const auto number = [](const std::string& from) {
      return std::pair(from.size(), from);  // whole numbers without leading zeros
    };
    std::sort(line.tiers.begin(), line.tiers.end(),
              [&](const auto& a, const auto& b) { return number(a.first) < number(b.first); });
    if (line.tiers.size() == 1 && line.tiers[0].first == "0") {
      text += fmt::format("usd = {}\n", toml_text(line.tiers[0].second));
    } else {
      text += "tiers = [\n";
      for (const auto& [from, usd] : line.tiers) {
        text += fmt::format("  {{ from = {}, usd = {} }},\n", from, toml_text(usd));
      }
      text += "]\n";
    }
    text += fmt::format("source = {}\n", line.source);
  }
  return text;
}

ImportedPrices import_offer(const PriceImportRequest& request, std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw InputError(Problem{request.file.string(), fmt::format("is not JSON: {}", error.what()),
                             "take the whole file again"});
  }
  return Offer(request, json).import();
}

}  // namespace faascast
