#include "studies/version.h"

namespace faascast {

std::string_view program_version() { return FAASCAST_VERSION; }

}  // namespace faascast
