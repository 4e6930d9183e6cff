// The certificate that the lab's own TLS endpoints show: signed by an authority of the lab, which clients are told to
// trust. Both are ECDSA P-256.
//
//   <data-dir>/tls/ca.crt    the authority: AWS_CA_BUNDLE, curl --cacert
//   <data-dir>/tls/api.crt   localhost, 127.0.0.1 and ::1, by that authority
//   <data-dir>/tls/api.key   0600
//
// The authority's key is thrown away: a certificate that is replaced comes with a new authority.
#pragma once

#include <chrono>
#include <string>

#include "common/status.h"

namespace elastilab {

struct CertificateFiles {
  std::string authority;
  std::string certificate;
  std::string key;
};

CertificateFiles LabCertificateFiles(const std::string& data_dir);

// Makes the files when one is missing, the three don't belong together, or the certificate ends within 30 days of
// `now`, which is real time as clients check it. FailedPrecondition names a file that can't be written.
StatusOr<CertificateFiles> EnsureLabCertificate(const std::string& data_dir, std::chrono::system_clock::time_point now);

}  // namespace elastilab
