#include "controlplane/identity/directory/credentials.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <nlohmann/json.hpp>

#include "controlplane/identity/signature/sigv4.h"

namespace elastilab {
namespace {

using Json = nlohmann::json;

constexpr size_t kUniqueIdCharacters = 17;
constexpr size_t kKeyIdCharacters = 16;
constexpr size_t kSecretCharacters = 40;
constexpr size_t kMacCharacters = 64;

std::string Mac(const LabKey& key, std::string_view payload) {
  return key.Derive(fmt::format("session-token:{}", payload)).Reveal();
}

Json ToJson(const Session& session) {
  const Caller& caller = session.caller;
  return {{"key", session.access_key_id},
          {"expires", session.expires_at.time_since_epoch().count()},
          {"type", static_cast<int>(caller.type)},
          {"account", caller.account},
          {"arn", caller.arn},
          {"user_id", caller.user_id},
          {"user_name", caller.user_name},
          {"role_name", caller.role_name},
          {"role_arn", caller.role_arn},
          {"policies", caller.session_policies},
          {"policy_arns", caller.session_policy_arns},
          {"tags", caller.session_tags},
          {"transitive_tags", caller.transitive_tags}};
}

Session FromJson(const Json& json) {
  Session session;
  session.access_key_id = json.at("key");
  session.expires_at = ServiceTime(milliseconds(json.at("expires").get<int64_t>()));
  session.caller.type = static_cast<PrincipalType>(json.at("type").get<int>());
  session.caller.account = json.at("account");
  session.caller.arn = json.at("arn");
  session.caller.user_id = json.at("user_id");
  session.caller.user_name = json.at("user_name");
  session.caller.role_name = json.at("role_name");
  session.caller.role_arn = json.value("role_arn", "");
  session.caller.session_policies = json.at("policies").get<std::vector<std::string>>();
  session.caller.session_policy_arns = json.value("policy_arns", std::vector<std::string>());
  session.caller.session_tags = json.at("tags").get<std::map<std::string, std::string>>();
  session.caller.transitive_tags = json.value("transitive_tags", std::vector<std::string>());
  return session;
}

}  // namespace

std::string NewUniqueId(std::string_view prefix) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bool key = prefix == "AKIA" || prefix == "ASIA";
  const size_t characters = key ? kKeyIdCharacters : kUniqueIdCharacters;
  const std::string random = RandomHex(characters);
  std::string id(prefix);
  for (size_t i = 0; i < characters; ++i) {
    id += kAlphabet[static_cast<size_t>(std::stoi(random.substr(2 * i, 2), nullptr, 16)) % kAlphabet.size()];
  }
  return id;
}

Secret SecretAccessKey(const LabKey& key, std::string_view access_key_id) {
  std::string bytes;
  absl::Base64Escape(key.Derive(fmt::format("access-key:{}", access_key_id)).Reveal(), &bytes);
  return Secret(bytes.substr(0, kSecretCharacters));
}

std::string SealSession(const LabKey& key, const Session& session) {
  const std::string payload = absl::Base64Escape(ToJson(session).dump());
  return Mac(key, payload) + payload;
}

StatusOr<Session> OpenSession(const LabKey& key, std::string_view access_key_id, std::string_view token) {
  if (token.size() <= kMacCharacters) return InvalidClientTokenId();
  const std::string_view payload = token.substr(kMacCharacters);
  const std::string mac = Mac(key, payload);
  if (CRYPTO_memcmp(mac.data(), token.data(), kMacCharacters) != 0) return InvalidClientTokenId();
  std::string text;
  if (!absl::Base64Unescape({payload.data(), payload.size()}, &text)) return InvalidClientTokenId();
  Session session = FromJson(Json::parse(text));  // we wrote it
  if (session.access_key_id != access_key_id) return InvalidClientTokenId();
  return session;
}

}  // namespace elastilab
