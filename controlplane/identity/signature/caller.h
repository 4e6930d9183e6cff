// Who makes a call, as every face tells it to the dispatcher once the call is authenticated.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace elastilab {

enum class PrincipalType { kRoot, kUser, kAssumedRole, kFederatedUser, kService };

struct Caller {
  PrincipalType type = PrincipalType::kRoot;
  std::string account;        // 12 digits
  std::string arn;            // "arn:aws:iam::000000000000:root", "…:user/team/alice", "arn:aws:sts::…:assumed-role/ops/s1"
  std::string user_id;        // aws:userid: the account for root, "AIDA…" for a user, "AROA…:session" for a role
  std::string user_name;      // aws:username; users only
  std::string role_name;      // assumed roles only
  std::string role_arn;       // likewise: of the role, not of the session
  std::string access_key_id;  // the key that signed; empty for a call on the owner's own Unix socket
  // What narrows a session: JSON documents, and ARNs of managed policies. Both empty: nothing does.
  std::vector<std::string> session_policies;
  std::vector<std::string> session_policy_arns;
  std::map<std::string, std::string> session_tags;  // tags of the principal: aws:PrincipalTag/…
  std::vector<std::string> transitive_tags;         // those of them (in lower case) that a session hands on to the next one
  // How the call came.
  std::string source_ip;   // empty: not over a network
  std::string user_agent;
  bool secure_transport = false;
};

// The account itself: nobody restricts it.
inline Caller RootCaller(const std::string& account) {
  Caller caller;
  caller.account = account;
  caller.arn = "arn:aws:iam::" + account + ":root";
  caller.user_id = account;
  return caller;
}

}  // namespace elastilab
