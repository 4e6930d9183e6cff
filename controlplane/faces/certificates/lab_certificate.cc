#include "controlplane/faces/certificates/lab_certificate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace elastilab {
namespace {

using std::chrono::system_clock;

constexpr std::chrono::hours kValidFor = std::chrono::hours(24) * 825;
constexpr std::chrono::hours kRenewBefore = std::chrono::hours(24) * 30;
constexpr std::chrono::hours kClockSlack{24};
constexpr char kNames[] = "DNS:localhost,IP:127.0.0.1,IP:::1";

struct Freed {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(FILE* p) const { std::fclose(p); }
};
using Certificate = std::unique_ptr<X509, Freed>;
using Key = std::unique_ptr<EVP_PKEY, Freed>;
using File = std::unique_ptr<FILE, Freed>;

Status Failed(const char* what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof(text));
  return absl::InternalError(fmt::format("cannot make the lab's certificate: {}: {}", what, text));
}

Status CannotWrite(const std::string& path) {
  return absl::FailedPreconditionError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

bool Extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetSerial(X509* certificate) {
  uint64_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

// All but extensions and signature.
StatusOr<Certificate> Blank(const char* name, EVP_PKEY* key, X509_NAME* issuer, system_clock::time_point now) {
  Certificate certificate(X509_new());
  if (!certificate || !SetSerial(certificate.get())) return Failed("serial");
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const time_t from = system_clock::to_time_t(now - kClockSlack);
  const time_t until = system_clock::to_time_t(now + kValidFor);
  const bool done = X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("ElastiLab"), -1, -1, 0) == 1 &&
                    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name), -1, -1, 0) == 1 &&
                    X509_set_issuer_name(certificate.get(), issuer == nullptr ? subject : issuer) == 1 &&
                    X509_set_pubkey(certificate.get(), key) == 1 &&
                    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) != nullptr &&
                    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) != nullptr;
  if (!done) return Failed(name);
  return certificate;
}

StatusOr<Certificate> MakeAuthority(EVP_PKEY* key, system_clock::time_point now) {
  ASSIGN_OR_RETURN(Certificate authority, Blank("ElastiLab authority of this lab", key, nullptr, now));
  X509* x = authority.get();
  if (!Extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !Extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !Extend(x, x, NID_subject_key_identifier, "hash") || X509_sign(x, key, EVP_sha256()) == 0) {
    return Failed("authority");
  }
  return authority;
}

StatusOr<Certificate> MakeServer(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key, system_clock::time_point now) {
  ASSIGN_OR_RETURN(Certificate server, Blank("localhost", key, X509_get_subject_name(authority), now));
  X509* x = server.get();
  if (!Extend(x, authority, NID_basic_constraints, "critical,CA:FALSE") ||
      !Extend(x, authority, NID_key_usage, "critical,digitalSignature") ||
      !Extend(x, authority, NID_ext_key_usage, "serverAuth") || !Extend(x, authority, NID_subject_alt_name, kNames) ||
      !Extend(x, authority, NID_authority_key_identifier, "keyid") || X509_sign(x, authority_key, EVP_sha256()) == 0) {
    return Failed("server");
  }
  return server;
}

// Through a name of its own, so that a file is whole or not there.
template <typename Writer>
Status WriteWhole(const std::string& path, mode_t mode, const Writer& write) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return CannotWrite(fresh);
  File file(::fdopen(fd, "w"));
  if (!write(file.get()) || std::fflush(file.get()) != 0 || ::fsync(fd) != 0) return CannotWrite(fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return CannotWrite(path);
  return absl::OkStatus();
}

Certificate ReadCertificate(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"));
  return Certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key ReadKey(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"));
  return Key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool StillGood(const CertificateFiles& files, system_clock::time_point now) {
  const Certificate authority = ReadCertificate(files.authority);
  const Certificate server = ReadCertificate(files.certificate);
  const Key key = ReadKey(files.key);
  if (!authority || !server || !key) return false;
  time_t soon = system_clock::to_time_t(now + kRenewBefore);
  return X509_verify(server.get(), X509_get0_pubkey(authority.get())) == 1 &&
         X509_check_private_key(server.get(), key.get()) == 1 && X509_cmp_time(X509_get0_notAfter(server.get()), &soon) > 0;
}

}  // namespace

CertificateFiles LabCertificateFiles(const std::string& data_dir) {
  const std::string dir = data_dir + "/tls";
  return {dir + "/ca.crt", dir + "/api.crt", dir + "/api.key"};
}

StatusOr<CertificateFiles> EnsureLabCertificate(const std::string& data_dir, system_clock::time_point now) {
  const CertificateFiles files = LabCertificateFiles(data_dir);
  const std::string dir = data_dir + "/tls";
  if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return CannotWrite(dir);
  const bool good = StillGood(files, now);
  ERR_clear_error();
  if (good) return files;
  const Key authority_key(EVP_EC_gen("P-256")), key(EVP_EC_gen("P-256"));
  if (!authority_key || !key) return Failed("key");
  ASSIGN_OR_RETURN(const Certificate authority, MakeAuthority(authority_key.get(), now));
  ASSIGN_OR_RETURN(const Certificate server, MakeServer(key.get(), authority.get(), authority_key.get(), now));
  RETURN_IF_ERROR(WriteWhole(files.key, 0600, [&](FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  }));
  RETURN_IF_ERROR(WriteWhole(files.certificate, 0644, [&](FILE* out) { return PEM_write_X509(out, server.get()) == 1; }));
  RETURN_IF_ERROR(WriteWhole(files.authority, 0644, [&](FILE* out) { return PEM_write_X509(out, authority.get()) == 1; }));
  return files;
}

}  // namespace elastilab
