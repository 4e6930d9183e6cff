// What a lab was started with, so that every later command finds it. `up` writes <data-dir>/lab.json.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"

namespace elastilab {

struct LabSettings {
  int grpc_port = 4567;
  int http_port = 4566;
  int dns_port = 4553;
  std::vector<std::string> zones = {"us-east-1a", "us-east-1b", "us-east-1c"};
  int subnet_base = 31;                   // the first zone's nodes are 127.31.x.y, the second's 127.32.x.y
  std::string endpoint_style = "address";  // or "dns"
  bool tls = false;                       // the AWS API speaks TLS, with the lab's own certificate unless these are set:
  std::string tls_certificate = {};
  std::string tls_key = {};
  int quota_factor = 1;
  int signature_skew = 300;               // seconds
  bool operator==(const LabSettings&) const = default;

  std::string region() const;  // "us-east-1"
  std::string api_url() const;  // "http://127.0.0.1:4566"
};

// Files of a lab; see agent/journal/paths.h for the zones'.
struct LabFiles {
  std::string data_dir;

  std::string settings() const { return data_dir + "/lab.json"; }
  std::string socket() const { return data_dir + "/run/control.sock"; }
  std::string pid_file() const { return data_dir + "/elastilabd.pid"; }
  std::string log_dir() const { return data_dir + "/log"; }
  std::string log() const { return data_dir + "/log/elastilabd.log"; }
  std::string authority() const { return data_dir + "/tls/ca.crt"; }  // of the lab's own certificate
  std::string zones_dir() const { return data_dir + "/zones"; }
};

// `flag` if given, else $ELASTILAB_DATA_DIR, else $XDG_DATA_HOME/elastilab, else ~/.local/share/elastilab. Absolute,
// and canonical as far as it exists.
StatusOr<std::string> FindDataDir(const std::string& flag);

// NotFound when the directory has none; FailedPrecondition, naming the file, when it can't be read.
StatusOr<LabSettings> LoadSettings(const LabFiles& files);
// Replaces the file whole.
Status SaveSettings(const LabFiles& files, const LabSettings& settings);

}  // namespace elastilab
