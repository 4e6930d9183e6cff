#include "controlplane/services/elasticache/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/secret.h"
#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

constexpr size_t kMaxPasswords = 2;
constexpr size_t kShortest = 16;
constexpr size_t kLongest = 128;
constexpr std::string_view kForbidden = ",\"/@";

Status CheckPassword(std::string_view password) {
  // Terraform users know this text.
  if (password.size() < kShortest || password.size() > kLongest) {
    return InvalidParameterValue("Passwords length must be between 16-128 characters.");
  }
  const bool good = std::all_of(password.begin(), password.end(), [](char c) {
    return c > 0x20 && c < 0x7f && kForbidden.find(c) == std::string_view::npos;
  });
  if (good) return absl::OkStatus();
  return InvalidParameterValue(
      "A password consists of printable ASCII characters without blanks and none of , \" / @.");
}

StatusOr<Credentials> ByPassword(const std::vector<std::string>& passwords) {
  if (passwords.size() > kMaxPasswords) {
    return InvalidParameterValue(
        fmt::format("A user has at most {} passwords, not {}.", kMaxPasswords, passwords.size()));
  }
  Credentials credentials{Authentication::kPassword, {}};
  for (const std::string& password : passwords) {
    RETURN_IF_ERROR(CheckPassword(password));
    std::string hash = Sha256Hex(password);
    auto& hashes = credentials.password_hashes;
    if (std::find(hashes.begin(), hashes.end(), hash) == hashes.end()) hashes.push_back(std::move(hash));
  }
  return credentials;
}

StatusOr<Credentials> ByMode(const CredentialsWish& wish) {
  if (!wish.mode) {
    return InvalidParameterValue(
        "Input Authentication type: null is not in the allowed list: [password,no-password-required,iam]");
  }
  if (*wish.mode == Authentication::kPassword) {
    if (!wish.mode_passwords.empty()) return ByPassword(wish.mode_passwords);
    return InvalidParameterValue(
        "A user with authentication type password needs one or two AuthenticationMode.Passwords.");
  }
  if (!wish.mode_passwords.empty()) {
    return InvalidParameterCombination(
        fmt::format("Password field is not allowed with authentication type: {}", Text(*wish.mode)));
  }
  return Credentials{*wish.mode, {}};
}

}  // namespace

StatusOr<std::optional<Credentials>> ReadCredentials(const CredentialsWish& wish) {
  if (wish.has_mode) {
    if (!wish.passwords.empty()) {
      return InvalidParameterCombination("Passwords provided via multiple arguments. Use only one argument");
    }
    if (wish.no_password_required && wish.mode != Authentication::kNoPassword) {
      return InvalidParameterCombination("Give NoPasswordRequired or AuthenticationMode, not both.");
    }
    ASSIGN_OR_RETURN(Credentials credentials, ByMode(wish));
    return std::optional(std::move(credentials));
  }
  if (wish.no_password_required) {
    if (wish.passwords.empty()) return std::optional(Credentials{Authentication::kNoPassword, {}});
    return InvalidParameterCombination("Password field is not allowed with authentication type: no-password");
  }
  if (wish.passwords.empty()) return std::optional<Credentials>();
  ASSIGN_OR_RETURN(Credentials credentials, ByPassword(wish.passwords));
  return std::optional(std::move(credentials));
}

}  // namespace elastilab
