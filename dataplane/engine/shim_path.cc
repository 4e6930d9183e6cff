#include "dataplane/engine/shim_path.h"

#include <cstdlib>
#include <filesystem>

namespace elastilab {

std::string FindShim() {
  if (const char* given = std::getenv("ELASTILAB_SHIM"); given != nullptr && *given != '\0') return given;
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (program.parent_path().parent_path() / "lib" / "libelastilab_reuseport.so").string();
}

}  // namespace elastilab
