#include "dataplane/engine/shim_path.h"

#include <cstdlib>
#include <filesystem>

#include "common/os/files.h"

namespace elastilab {

std::string FindShim() {
  if (const char* given = std::getenv("ELASTILAB_SHIM"); given != nullptr && *given != '\0') return given;
  return (std::filesystem::path(ProgramDirectory()).parent_path() / "lib" / "libelastilab_reuseport.so").string();
}

}  // namespace elastilab
