#include "studies/price_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "pricing/price_book.h"
#include "sim-core/error.h"
#include "studies/price_view.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const SourceNote kContract{"vendor-doc", "contract \"4711\"", "2026-10-01", "A"};

std::filesystem::path written(const std::string& name, const std::string& text) {
  // Tests run side by side, each in a process of its own.
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / ("prices-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / name;
  std::ofstream(file) << text;
  return file;
}

ImportedPrices imported(const std::string& text, const std::string& region = {},
                        const SourceNote& source = kContract) {
  return import_prices({written("import.csv", text), region, source});
}

std::string problems_of(const std::string& text, const SourceNote& source = kContract) {
  try {
    (void)imported(text, {}, source);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

PriceBook book_with(const ImportedPrices& prices) {
  PriceBook book = shipped_prices();
  add_prices(book, prices.text, "mine.toml");
  return book;
}

TEST(PriceImport, MakesServersOfHourlyRows) {
  const ImportedPrices prices = imported(
      "id,region,unit,usd,vcpu,memory\n"
      "aws/c6i.large,us-east-2,hour,0.0861,,\n"
      "aws/x9.huge,us-east-2,hour,1.5,64,256 GB\n"
      "aws/x9.huge,eu-west-1,hour,1.7,64,256 GB\n",
      "us-east-2");
  EXPECT_EQ(prices.rows, 2U);
  EXPECT_EQ(prices.name, "servers");
  const PriceBook book = book_with(prices);
  // The size of a known type is taken from the catalogue.
  const ServerType known =
      find_server(book.servers, {.id = "aws/c6i.large", .region = "us-east-2"});
  EXPECT_EQ(known.on_demand_pico_usd, 86'100'000'000);
  EXPECT_EQ(known.vcpu.value(), 2000);
  EXPECT_EQ(known.source.source, "contract \"4711\"");
  EXPECT_EQ(find_server(book.servers, {.id = "aws/x9.huge", .region = "us-east-2"}).memory.value(),
            256 * 1024);
}

TEST(PriceImport, MakesATariffOfLines) {
  const ImportedPrices prices = imported(
      "# ours\n"
      "id,region,unit,usd,arch,tier_from,free_per_month\n"
      "aws-lambda/compute,us-east-1,GB-s,0.000012,x86,1000,\n"
      "aws-lambda/compute,us-east-1,GB-s,0.000014,x86,0,\n"
      "aws-lambda/requests,us-east-1,request,0.0000001,,,500\n");
  EXPECT_EQ(prices.name, "aws-lambda");
  const PriceBook book = book_with(prices);
  const auto lines = lines_of(find_tariff(book, "aws-lambda"), "us-east-1", "x86");
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(lines[0].name, "compute");
  ASSERT_EQ(lines[0].tiers.size(), 2U);
  EXPECT_EQ(lines[0].tiers[0].pico_usd, 14'000'000);
  EXPECT_EQ(lines[0].tiers[1].from, 1000);
  EXPECT_EQ(lines[1].free_per_month, 500);
  // Other regions stay as they were.
  EXPECT_EQ(lines_of(find_tariff(book, "aws-lambda"), "eu-west-1", "x86")[1].tiers.size(), 3U);
}

TEST(PriceImport, NewLinesSayWhatTheyMeasure) {
  const std::string row = "aws-kubernetes/control plane,us-east-1,hour,0.1";
  EXPECT_THAT(problems_of("id,region,unit,usd\n" + row + "\n"),
              AllOf(HasSubstr(":2:1: id"), HasSubstr("add a column meter")));
  const PriceBook book =
      book_with(imported("id,region,unit,usd,meter\n" + row + ",cluster_time\n"));
  EXPECT_EQ(find_tariff(book, "aws-kubernetes").provider, "aws");
  const Terms terms{.extras = {Extra::kControlPlane}};
  EXPECT_NO_THROW((void)price_list_for_servers(book, {.id = "aws/c6i.large"}, Purchase::kOnDemand,
                                               "none", terms));
}

struct Rejected {
  const char* name;
  const char* text;
  const char* place;
  const char* said;
};
class RejectedImport : public ::testing::TestWithParam<Rejected> {};
TEST_P(RejectedImport, SaysWhereAndWhy) {
  EXPECT_THAT(problems_of(GetParam().text),
              AllOf(HasSubstr(GetParam().place), HasSubstr(GetParam().said)));
}
INSTANTIATE_TEST_SUITE_P(
    Cases, RejectedImport,
    ::testing::Values(
        Rejected{"empty", "", "import.csv", "the file is empty"},
        Rejected{"no_rows", "id,region,unit,usd\n", "import.csv", "no row"},
        Rejected{"no_column", "id,region,usd\n", "import.csv:1", "missing column 'unit'"},
        Rejected{"typo", "id,regoin,unit,usd\n", "import.csv:1:4", "did you mean 'region'?"},
        Rejected{"cells", "id,region,unit,usd\na,b\n", "import.csv:2", "2 cells under 4 columns"},
        Rejected{"quote", "id,region,unit,usd\n\"a,b\n", "import.csv:2", "quote is not closed"},
        Rejected{"hollow", "id,region,unit,usd\naws/c6i.large,,hour,1\n", "import.csv:2",
                 "is empty"},
        Rejected{"negative", "id,region,unit,usd\naws/c6i.large,r,hour,-0.1\n",
                 "import.csv:2:22: usd", "negative"},
        Rejected{"words", "id,region,unit,usd\naws/c6i.large,r,hour,cheap\n", "import.csv:2:22",
                 "cheap"},
        Rejected{"size", "id,region,unit,usd\naws/new.big,r,hour,1\n", "import.csv:2:1",
                 "the size of 'aws/new.big' is not known"},
        Rejected{"memory", "id,region,unit,usd,vcpu,memory\naws/new.big,r,hour,1,2,much\n",
                 "import.csv:2", "much"},
        Rejected{"unit", "id,region,unit,usd\naws-lambda/compute,us-east-1,GB-week,1\n",
                 "the imported import.csv", "GB-week"},
        Rejected{"two",
                 "id,region,unit,usd\naws-lambda/compute,us-east-1,GB-s,1\n"
                 "google-cloud-run/requests,us-central1,request,1\n",
                 "import.csv:3:1", "file of its own"},
        Rejected{"both",
                 "id,region,unit,usd\naws-lambda/compute,us-east-1,GB-s,1\n"
                 "aws/c6i.large,us-east-1,hour,1\n",
                 "import.csv:3:1", "servers beside"},
        Rejected{"by_month", "id,region,unit,usd\naws/c6i.large,us-east-1,month,60\n",
                 "import.csv:2:25: unit", "by the hour"},
        Rejected{"bare", "id,region,unit,usd\ncompute,us-east-1,GB-s,1\n", "import.csv:2:1",
                 "not a price's id"},
        Rejected{"json", "{ \"products\": 3 }", "import.csv", "no offer file"},
        Rejected{"broken_json", "{ \"products\": ", "import.csv", "is not JSON"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PriceImport, RefusesPricesWithoutSourceOrDate) {
  const std::string rows = "id,region,unit,usd\naws/c6i.large,us-east-1,hour,0.08\n";
  EXPECT_THAT(problems_of(rows, {"vendor-doc", "", "", "A"}),
              AllOf(HasSubstr("the price has no source"), HasSubstr("the price has no date")));
  EXPECT_THAT(problems_of(rows, {"vendor-doc", "x", "yesterday", "A"}),
              HasSubstr("'yesterday' is not a date"));
  EXPECT_EQ(problems_of("id,region,unit,usd,source,as_of\n"
                        "aws/c6i.large,us-east-1,hour,0.08,page 3,2026-09\n",
                        {"vendor-doc", "", "", "A"}),
            "none");
}

// The shape of an AmazonEC2 offer, cut down.
const char* const kOffer = R"({
  "offerCode": "AmazonEC2", "publicationDate": "2026-10-05T00:00:00Z",
  "products": {
    "A": {"sku": "A", "attributes": {"instanceType": "m9.large", "regionCode": "us-east-2",
          "vcpu": "2", "memory": "8 GiB", "operatingSystem": "Linux", "tenancy": "Shared",
          "preInstalledSw": "NA", "capacitystatus": "Used", "physicalProcessor": "AWS Graviton5"}},
    "B": {"sku": "B", "attributes": {"instanceType": "m9.large", "regionCode": "us-east-2",
          "vcpu": "2", "memory": "8 GiB", "operatingSystem": "Windows", "tenancy": "Shared",
          "preInstalledSw": "NA", "capacitystatus": "Used"}}
  },
  "terms": {"OnDemand": {
    "A": {"A.T": {"priceDimensions": {"A.T.R": {"unit": "Hrs", "beginRange": "0",
          "endRange": "Inf", "pricePerUnit": {"USD": "0.0900000000"}}}}},
    "B": {"B.T": {"priceDimensions": {"B.T.R": {"unit": "Hrs", "pricePerUnit": {"USD": "0.2"}}}}}
  }}})";

TEST(PriceImport, ReadsOffersOfServers) {
  const ImportedPrices prices = imported(kOffer, {}, {"vendor-doc", "", "", "A"});
  EXPECT_EQ(prices.rows, 1U);
  EXPECT_EQ(prices.left_out, 1U);  // Windows
  const ServerType type =
      find_server(book_with(prices).servers, {.id = "aws/m9.large", .region = "us-east-2"});
  EXPECT_EQ(type.on_demand_pico_usd, 90'000'000'000);
  EXPECT_EQ(type.arch, "arm");
  EXPECT_EQ(type.source.as_of, "2026-10-05");
  EXPECT_THAT(type.source.source, HasSubstr("AmazonEC2"));
}

TEST(PriceImport, ReadsOffersOfFunctions) {
  const ImportedPrices prices = imported(R"({
    "offerCode": "AWSLambda", "publicationDate": "2026-10-05T00:00:00Z",
    "products": {"D": {"attributes": {"regionCode": "ap-south-1", "group": "AWS-Lambda-Duration"}}},
    "terms": {"OnDemand": {"D": {"D.T": {"priceDimensions": {
      "2": {"unit": "Lambda-GB-Second", "beginRange": "6000000000", "pricePerUnit": {"USD": "0.000015"}},
      "1": {"unit": "Lambda-GB-Second", "beginRange": "0", "pricePerUnit": {"USD": "0.0000166667"}}
    }}}}}})",
                                         {}, {"vendor-doc", "", "", "A"});
  const PriceBook book = book_with(prices);
  const auto lines = lines_of(find_tariff(book, "aws-lambda"), "ap-south-1", "x86");
  ASSERT_EQ(lines.size(), 1U);
  ASSERT_EQ(lines[0].tiers.size(), 2U);
  EXPECT_EQ(lines[0].tiers[1].from, 6'000'000'000);
  EXPECT_EQ(lines[0].tiers[1].pico_usd, 15'000'000);
}

TEST(PriceView, ShowsATariffWithItsSources) {
  const PriceView view = view_prices({.name = "aws-lambda", .region = "eu-west-1"});
  ASSERT_GE(view.rows.size(), 4U);
  for (const PriceRow& row : view.rows) {
    EXPECT_THAT(row.region, HasSubstr("eu-west-1"));
    EXPECT_NE(row.source, "") << row.name;
    EXPECT_NE(row.as_of, "") << row.name;
  }
  EXPECT_EQ(view.rows[0].price, "$0.0000002");
  EXPECT_EQ(view.rows[0].free, "1,000,000");
  const PriceView server = view_prices({.name = "aws/m6a.xlarge", .region = "us-east-1"});
  EXPECT_THAT(server.title, HasSubstr("4 vCPU, 16 GB"));
  EXPECT_EQ(server.rows.at(0).price, "$0.1728");
}

TEST(PriceView, NamesTheNearest) {
  const auto said = [](const PriceViewRequest& request) -> std::string {
    try {
      (void)view_prices(request);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_THAT(said({.name = "aws-lamda"}), HasSubstr("did you mean 'aws-lambda'?"));
  EXPECT_THAT(said({.name = "aws-lambda", .region = "mars"}), HasSubstr("priced in"));
  EXPECT_THAT(said({.name = "aws/c6i.large", .region = "mars"}), HasSubstr("us-east-1"));
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kJson, ReportFormat::kCsv,
                                    ReportFormat::kMarkdown, ReportFormat::kHtml}) {
    EXPECT_THAT(render(list_prices({}), format), HasSubstr("aws-lambda"));
  }
}

}  // namespace
}  // namespace faascast
