#include "common/secret.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/directories.h"
#include "common/os/unique_fd.h"

namespace elastilab {
namespace {

constexpr size_t kKeyBytes = 32;

std::string ToHex(const unsigned char* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(size * 2);
  for (size_t i = 0; i < size; ++i) {
    hex.push_back(kDigits[bytes[i] >> 4]);
    hex.push_back(kDigits[bytes[i] & 15]);
  }
  return hex;
}

Status FileError(const std::string& what, const std::string& path) {
  return absl::FailedPreconditionError(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

StatusOr<std::string> CreateKeyFile(const std::string& path) {
  std::string key(kKeyBytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), kKeyBytes);
  const std::string temporary = path + ".new";
  const UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return FileError("cannot create the lab key", path);
  const bool written =
      write(fd.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd.get()) == 0;
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) return FileError("cannot write the lab key", path);
  return key;
}

StatusOr<std::string> LoadOrCreateKey(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return CreateKeyFile(path);
  if (!fd.valid()) return FileError("cannot read the lab key", path);
  struct stat info {};
  fstat(fd.get(), &info);
  std::string key(kKeyBytes, '\0');
  const ssize_t got = read(fd.get(), key.data(), key.size());
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(fmt::format("the lab key {} can be read by others: chmod 600 it", path));
  }
  if (got != static_cast<ssize_t>(kKeyBytes)) {
    return absl::FailedPreconditionError(fmt::format("the lab key {} is damaged: {} bytes instead of {}", path, got, kKeyBytes));
  }
  return key;
}

}  // namespace

StatusOr<LabKey> LabKey::LoadOrCreate(const std::string& path) {
  ASSIGN_OR_RETURN(std::string key, LoadOrCreateKey(path));
  // Secrets that are handed out are derived from it: without its name it would be lost, and another one made. A key that
  // was there may be that of a start that died before this.
  RETURN_IF_ERROR(SyncDirectory(DirectoryOf(path)));
  return LabKey(std::move(key));
}

Secret LabKey::Derive(std::string_view purpose) const {
  std::array<unsigned char, 32> digest{};
  unsigned int size = digest.size();
  HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
       reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size(), digest.data(), &size);
  return Secret(ToHex(digest.data(), digest.size()));
}

std::string RandomHex(size_t bytes) {
  std::string raw(bytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes));
  return ToHex(reinterpret_cast<const unsigned char*>(raw.data()), bytes);
}

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = digest.size();
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return ToHex(digest.data(), digest.size());
}

}  // namespace elastilab
