#include "cli/price_options.h"

#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/options.h"
#include "input/quantity.h"
#include "pricing/tariff.h"

namespace faascast {
namespace {

/// An option whose value has a unit. @param assign is given the parsed value
template <class Parse, class Assign>
void add_quantity(CLI::App& command, std::vector<Problem>& problems, const std::string& name,
                  Parse parser, Assign assign, const std::string& text) {
  command
      .add_option_function<std::string>(
          name,
          [=, &problems](const std::string& value) {
            std::string why;
            if (const auto parsed = parser(value, why)) {
              assign(*parsed);
            } else {
              problems.push_back({name, why, text});
            }
          },
          text)
      ->type_name("QUANTITY");
}

void add_price_files(CLI::App& command, std::vector<std::filesystem::path>& files) {
  command
      .add_option("--prices", files,
                  "A file of your own prices or servers, or the name of an imported one; may be "
                  "repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_date(CLI::App& command, std::vector<Problem>& problems, std::string& date,
              const std::string& text) {
  command
      .add_option_function<std::string>(
          "--as-of",
          [&date, &problems](const std::string& value) {
            date = value;
            if (!is_date(value)) {
              problems.push_back(
                  {"--as-of", "'" + value + "' is not a date", "write it like 2026-10-01"});
            }
          },
          text)
      ->type_name("DATE");
}

void add_quote(CLI::App& command, PriceArguments& arguments, std::vector<Problem>& problems) {
  QuoteRequest& request = arguments.request;
  auto* platform = command.add_option("--platform", request.platform, "A serverless platform");
  auto* server = command.add_option("--server", request.server, "A server type");
  platform->type_name("NAME");
  server->type_name("NAME")->excludes(platform);
  add_price_files(command, request.price_files);
  add_date(command, problems, request.date, "Prices of that day; default: the newest");
  command.add_option("--region", request.region, "Default: the price list's first")
      ->type_name("NAME");
  command.add_option("--arch", request.arch, "x86 or arm")
      ->check(CLI::IsMember({"x86", "arm"}))
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--front-door", request.front_door,
                  "function-url, http-api, rest-api, load-balancer or none")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--purchase", request.purchase,
                  "How it is bought: on-demand, reserved-1y, reserved-3y, spot, sustained-use, "
                  "savings-plan, savings-plan-upfront")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--count", request.servers, "Servers")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  add_quantity(
      command, problems, "--memory", parse_memory, [&request](Megabytes m) { request.memory = m; },
      "Configured memory, such as '512 MB'");
  command.add_option("--cpu", request.cpu, "vCPUs, where they can be chosen")
      ->check(CLI::Range(0.01, 1024.0))
      ->type_name("N");
  command.add_option("--requests", request.requests, "Requests a month")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000'000'000}))
      ->type_name("N");
  add_quantity(
      command, problems, "--duration", parse_duration,
      [&request](Duration d) { request.duration = d; }, "Busy time of a request, such as '120 ms'");
  add_quantity(
      command, problems, "--request-bytes", parse_bytes,
      [&request](Bytes b) { request.request_bytes = b; }, "Payload of a request, such as '2 kB'");
  add_quantity(
      command, problems, "--response-bytes", parse_bytes,
      [&request](Bytes b) { request.response_bytes = b; }, "Payload of a response, such as '2 kB'");
  command.add_flag("--free-tier", request.free_tier, "Subtract the free quotas");
  add_output_options(command, arguments.output);
}

void add_show(CLI::App& price, Command& chosen, std::vector<Problem>& problems) {
  CLI::App& command =
      *price.add_subcommand("show", "Prices with their source, date, range and free amounts");
  auto arguments = std::make_shared<PriceShowArguments>();
  auto* name =
      command.add_option("name", arguments->request.name, "A tariff, a server type, or a provider");
  name->type_name("NAME");
  command.add_flag("--list", arguments->lists, "All names")->excludes(name);
  command.add_option("--region", arguments->request.region, "Only this region")->type_name("NAME");
  add_price_files(command, arguments->request.price_files);
  add_date(command, problems, arguments->request.date, "Prices of that day; default: all");
  add_output_options(command, arguments->output);
  command.footer(
      "Examples:\n"
      "  faascast price show --list\n"
      "  faascast price show aws-lambda --region us-east-1\n"
      "  faascast price show aws/c6i.large --json");
  command.callback([&chosen, arguments] {
    if (arguments->request.name.empty() && !arguments->lists) throw CLI::RequiredError("NAME");
    chosen = [arguments] { return price_show_command(*arguments); };
  });
}

void add_import(CLI::App& price, Command& chosen, std::vector<Problem>& problems) {
  CLI::App& command = *price.add_subcommand(
      "import", "Make a file for --prices of a price list of yours: CSV, or an AWS offer file");
  auto arguments = std::make_shared<PriceImportArguments>();
  SourceNote& source = arguments->request.source;
  source.kind = "vendor-doc";
  source.confidence = "A";
  command
      .add_option("file", arguments->request.file,
                  "CSV with columns id,region,unit,usd (and arch, purchase, tier_from, "
                  "free_per_month, meter, vcpu, memory, source, as_of, confidence), or JSON of the "
                  "AWS price list: AmazonEC2 or AWSLambda")
      ->required()
      ->type_name("FILE");
  command.add_option("--region", arguments->request.region, "Only this region")->type_name("NAME");
  command.add_option("--source", source.source, "Where the prices are from, if no column says it")
      ->type_name("TEXT");
  add_date(command, problems, source.as_of, "Which day they hold, if no column says it");
  command.add_option("--confidence", source.confidence, "A (provider) to D (from memory)")
      ->check(CLI::IsMember({"A", "B", "C", "D"}))
      ->type_name("LETTER")
      ->capture_default_str();
  command.add_option("--name", arguments->name, "Name in your folder of prices")->type_name("NAME");
  command
      .add_option("-o,--output", arguments->result,
                  "The file to write; default: NAME.toml in $XDG_CONFIG_HOME/faascast/prices")
      ->type_name("FILE");
  command.add_flag("--replace", arguments->replaces, "Replace a file that is there");
  command.footer(
      "Examples:\n"
      "  faascast price import contract.csv --source 'contract 4711' --as-of 2026-10-01 "
      "--name contract\n"
      "  faascast run scenario.toml --prices contract\n"
      "  faascast price import index.json --region us-east-2 -o ohio.toml");
  command.callback(
      [&chosen, arguments] { chosen = [arguments] { return price_import_command(*arguments); }; });
}

}  // namespace

void add_price(CLI::App& app, Command& chosen, std::vector<Problem>& problems) {
  CLI::App& command = *app.add_subcommand(
      "price", "Price lists; and a month's bill for known work, without a simulation");
  command.require_subcommand(0, 1);
  const char* const examples =
      "Examples:\n"
      "  faascast price quote --platform aws-lambda --memory '512 MB' --duration '1 s' "
      "--requests 3000000 --free-tier\n"
      "  faascast price quote --server aws/c6i.large --count 2 --front-door load-balancer\n"
      "  faascast price show aws-lambda";
  // `price` itself takes the options of `price quote`, as it always did.
  auto plain = std::make_shared<PriceArguments>();
  add_quote(command, *plain, problems);
  command.footer(examples);
  command.callback([&command, &chosen, plain] {
    if (command.get_subcommands().empty()) chosen = [plain] { return price_command(*plain); };
  });
  CLI::App& quote = *command.add_subcommand(
      "quote", "A month's bill for known work, from the price lists, without a simulation");
  auto arguments = std::make_shared<PriceArguments>();
  add_quote(quote, *arguments, problems);
  quote.footer(examples);
  quote.callback(
      [&chosen, arguments] { chosen = [arguments] { return price_command(*arguments); }; });
  add_show(command, chosen, problems);
  add_import(command, chosen, problems);
}

}  // namespace faascast
