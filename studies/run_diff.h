#pragma once

#include <string>
#include <vector>

namespace faascast {

/// A figure that two results have differently.
struct ResultDifference {
  std::string figure{};  ///< "deployments[aws-lambda].latency_s.p99"
  std::string before{};  ///< as JSON; empty: the first has no such figure
  std::string after{};
  std::string change{};  ///< "+12.3 %" of numbers; else empty
};

/// Everything in which two results differ, in the order of the first. Members of lists are matched
/// by their "name" where they have one, else by their place.
/// @throws InputError where one is not JSON
[[nodiscard]] std::vector<ResultDifference> differences(const std::string& before,
                                                        const std::string& after);

}  // namespace faascast
