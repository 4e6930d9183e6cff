// A directory for disks that were cut: in memory where there is room, gone afterwards.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace elastilab::power {

inline int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::atoll(text) : otherwise;
}

class Workplace {
 public:
  Workplace() {
    std::error_code error;
    const std::filesystem::path memory = "/dev/shm";
    const auto space = std::filesystem::space(memory, error);
    const bool roomy = !error && space.available > (uintmax_t{256} << 20) && access(memory.c_str(), W_OK) == 0;
    std::string name = ((roomy ? memory : std::filesystem::temp_directory_path()) / "elastilab-power-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) abort();
    directory_ = std::filesystem::canonical(name);
  }
  ~Workplace() {
    if (!kept_) std::filesystem::remove_all(directory_);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  // For whoever looks into a failure.
  void Keep() { kept_ = true; }

 private:
  std::filesystem::path directory_;
  bool kept_ = false;
};

}  // namespace elastilab::power
