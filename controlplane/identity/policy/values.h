// Values that conditions compare by meaning, not by text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elastilab {

// "10", "-3.5", "1e6". Empty for anything else, infinity included.
std::optional<long double> ParsePolicyNumber(std::string_view text);

// A moment: seconds since 1970 and the fraction behind.
struct PolicyDate {
  int64_t seconds = 0;
  int32_t nanos = 0;

  auto operator<=>(const PolicyDate&) const = default;
};

// ISO 8601 as the W3C profiles it ("2027", "2027-03", "2027-03-01", "2027-03-01T10:30Z", "…T10:30:05.25+02:00"; without
// a zone it is UTC) or seconds since 1970. Four digits alone are a year.
std::optional<PolicyDate> ParsePolicyDate(std::string_view text);

// An address or a CIDR range. IPv4 addresses in IPv6 clothes ("::ffff:10.0.0.1") are IPv4.
class IpRange {
 public:
  // "203.0.113.0/24", "2001:db8::/32"; without a prefix length, the one address.
  static std::optional<IpRange> Parse(std::string_view text);

  bool Contains(const IpRange& other) const;

 private:
  bool v6_ = false;
  int prefix_ = 0;
  std::array<uint8_t, 16> bytes_{};
};

// The bytes behind base64 (padded, standard alphabet); empty when it is none.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace elastilab
