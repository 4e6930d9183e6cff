// How a user of caches is to prove who it is, read from a request. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "controlplane/region/model/status.h"

namespace elastilab {

// What CreateUser and ModifyUser say, each in one of three ways: Passwords, NoPasswordRequired, AuthenticationMode.
struct CredentialsWish {
  std::vector<std::string> passwords;
  bool no_password_required = false;
  bool has_mode = false;
  std::optional<Authentication> mode;  // AuthenticationMode.Type
  std::vector<std::string> mode_passwords;
};

struct Credentials {
  Authentication type = Authentication::kNoPassword;
  std::vector<std::string> password_hashes;  // as CacheUser's
  bool operator==(const Credentials&) const = default;
};

// Empty when the request says nothing about it. InvalidParameterValue for passwords that break the rules (one or two of
// 16 to 128 printable characters, none of `, " / @`), InvalidParameterCombination for a mix of ways. No message has a
// password in it.
StatusOr<std::optional<Credentials>> ReadCredentials(const CredentialsWish& wish);

}  // namespace elastilab
