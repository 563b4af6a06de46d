#pragma once

#include <string>

namespace faascast {

/// Ten minutes of Poisson traffic, constant work of 350 ms, a platform and two servers.
inline std::string small_scenario() {
  return R"(name = "small"
seed = 3
[traffic]
generator = { kind = "poisson", rate_per_s = 2, duration = "10 min" }
[model]
execution = "350 ms"
[objective]
p99 = "30 s"
[[deployment]]
name = "functions"
platform = "aws-lambda"
memory = "1024 MB"
[[deployment]]
name = "servers"
server = "aws/c6i.large"
count = 2
)";
}

}  // namespace faascast
