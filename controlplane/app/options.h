// What `elastilabd` is told on its command line.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "controlplane/region/endpoints/address_plan.h"
#include "controlplane/services/call/context.h"

namespace elastilab {

struct ControlPlaneOptions {
  std::string data_dir;
  int grpc_port = 4567;
  int http_port = 4566;      // 0: no AWS Query API
  // The AWS Query API speaks TLS only, with these PEM files; without them, with the lab's own certificate.
  bool tls = false;
  std::string tls_certificate = {};
  std::string tls_key = {};
  int dns_port = 4553;       // 0: no DNS responder
  std::vector<std::string> zones = {"us-east-1a", "us-east-1b", "us-east-1c"};
  std::string region = "us-east-1";
  std::string account = "000000000000";
  int subnet_base = AddressPlan::kDefaultBase;
  EndpointStyle endpoint_style = EndpointStyle::kAddress;
  int quota_factor = 1;      // see Region
  std::chrono::seconds signature_skew{300};  // a signed request's time may be that far from ours, either way
  bool run_agents = true;    // false: agents are started by someone else, and nobody waits for them
  bool rehearse_mutations = false;  // see StoreOptions
  int ready_fd = -1;         // gets one line: READY, or what went wrong
};

}  // namespace elastilab
