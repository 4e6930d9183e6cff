#include "cli/lab/settings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/directories.h"
#include "common/os/unique_fd.h"

namespace elastilab {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string LabSettings::api_url() const { return fmt::format("{}://127.0.0.1:{}", tls ? "https" : "http", http_port); }

std::string LabSettings::region() const {
  if (zones.empty() || zones.front().size() < 2) return "us-east-1";
  return zones.front().substr(0, zones.front().size() - 1);
}

StatusOr<std::string> FindDataDir(const std::string& flag) {
  std::string dir = flag;
  if (dir.empty()) dir = Environment("ELASTILAB_DATA_DIR");
  if (dir.empty() && !Environment("XDG_DATA_HOME").empty()) dir = Environment("XDG_DATA_HOME") + "/elastilab";
  if (dir.empty() && !Environment("HOME").empty()) dir = Environment("HOME") + "/.local/share/elastilab";
  if (dir.empty()) {
    return absl::FailedPreconditionError("HOME is not set: say where the lab's state is with --data-dir");
  }
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(dir), error);
  if (error) return absl::FailedPreconditionError(fmt::format("{}: {}", dir, error.message()));
  std::string path = absolute.string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

StatusOr<LabSettings> LoadSettings(const LabFiles& files) {
  std::ifstream in(files.settings());
  if (!in) {
    if (errno == EACCES) {
      return absl::FailedPreconditionError(fmt::format("{}: {}", files.settings(), std::strerror(errno)));
    }
    return absl::NotFoundError(fmt::format("no lab has been started in {}", files.data_dir));
  }
  const auto json = ordered_json::parse(in, nullptr, /*allow_exceptions=*/false);
  LabSettings settings;
  try {
    settings.grpc_port = json.value("GrpcPort", settings.grpc_port);
    settings.http_port = json.value("HttpPort", settings.http_port);
    settings.dns_port = json.value("DnsPort", settings.dns_port);
    settings.zones = json.value("Zones", settings.zones);
    settings.subnet_base = json.value("SubnetBase", settings.subnet_base);
    settings.endpoint_style = json.value("EndpointStyle", settings.endpoint_style);
    settings.tls = json.value("Tls", settings.tls);
    settings.tls_certificate = json.value("TlsCertificate", settings.tls_certificate);
    settings.tls_key = json.value("TlsKey", settings.tls_key);
    settings.signature_skew = json.value("SignatureSkew", settings.signature_skew);
    settings.quota_factor = json.value("QuotaFactor", settings.quota_factor);
  } catch (const ordered_json::exception& error) {
    return absl::FailedPreconditionError(
        fmt::format("{} is damaged ({}): delete it and run `elastilab up` again", files.settings(), error.what()));
  }
  return settings;
}

Status SaveSettings(const LabFiles& files, const LabSettings& settings) {
  const ordered_json json = {
      {"GrpcPort", settings.grpc_port},     {"HttpPort", settings.http_port},
      {"DnsPort", settings.dns_port},       {"Zones", settings.zones},
      {"SubnetBase", settings.subnet_base}, {"EndpointStyle", settings.endpoint_style},
      {"Tls", settings.tls},                {"TlsCertificate", settings.tls_certificate},
      {"TlsKey", settings.tls_key},         {"QuotaFactor", settings.quota_factor},
      {"SignatureSkew", settings.signature_skew},
  };
  const std::string fresh = files.settings() + ".new";
  // Nobody else is to know of this lab's ports and certificates. What is renamed into place is whole on the disk, so that
  // a power cut leaves the old settings or these.
  ::unlink(fresh.c_str());
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const std::string text = json.dump(2) + "\n";
  const bool written = file.valid() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.get()) == 0;
  if (!written) return absl::FailedPreconditionError(fmt::format("cannot write {}: {}", fresh, std::strerror(errno)));
  if (::rename(fresh.c_str(), files.settings().c_str()) != 0) {
    return absl::FailedPreconditionError(fmt::format("cannot write {}: {}", files.settings(), std::strerror(errno)));
  }
  return SyncDirectory(files.data_dir);
}

}  // namespace elastilab
