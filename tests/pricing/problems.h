#pragma once

#include <string>

#include "sim-core/error.h"

namespace faascast {

/// The whole message of the InputError that `action` throws; "nothing thrown" where it does not.
template <class Action>
std::string problems_of(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace faascast
