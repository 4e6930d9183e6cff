// Questions and answers of DNS as far as we need them: one question about an address in, one short reply out. Pure.
//
//   what is asked                          the reply
//   A of a name that resolves              NOERROR with its addresses, turned by `rotation`
//   another type of a name that resolves   NOERROR without answers
//   anything else in our domain            NXDOMAIN (the domain itself: NOERROR without answers)
//   names of others, classes but IN        REFUSED
//   operations but QUERY                   NOTIMP
//   a header that promises what we don't   FORMERR
//   take: no question, or several
//   bytes that are no question             none: dropped
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elastilab {

// IPv4 addresses of a name in lower case; empty when there is no such name. Called from the server's thread.
using DnsResolver = std::function<std::vector<std::string>(std::string_view lower_case_name)>;

enum class DnsCode : uint8_t {
  kNoError = 0,
  kFormatError = 1,
  kNameError = 3,
  kNotImplemented = 4,
  kRefused = 5,
  kBadVersion = 16,  // needs EDNS
};

inline constexpr uint16_t kDnsTypeA = 1;
inline constexpr uint16_t kDnsTypeAaaa = 28;
inline constexpr uint32_t kDnsTtlSeconds = 5;
// Each reply fits the 512 bytes that every client takes over UDP.
inline constexpr size_t kMaxDnsReply = 512;
inline constexpr size_t kMaxDnsAnswers = 12;

struct DnsQuery {
  uint16_t id = 0;
  int opcode = 0;
  bool recursion_desired = false;
  int questions = 0;
  std::string name;        // lower case, without a final dot; bytes that no host name has become '?'
  std::string name_bytes;  // as it was asked: to be echoed
  uint16_t type = 0;
  uint16_t klass = 0;
  bool edns = false;
  int edns_version = 0;
};

// Empty for what is to be dropped: too short, a reply, or a question that runs past its end or has pointers in it.
std::optional<DnsQuery> ParseDnsQuery(std::string_view packet);

// Addresses that are none are left out.
std::string EncodeDnsReply(const DnsQuery& query, DnsCode code, const std::vector<std::string>& addresses);

// The whole exchange; empty: send nothing. `domain` in lower case: "cache.amazonaws.com".
std::optional<std::string> AnswerDns(std::string_view packet, std::string_view domain, const DnsResolver& resolve,
                                     size_t rotation);

}  // namespace elastilab
