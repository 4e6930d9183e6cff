#include "controlplane/region/endpoints/dns_message.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace elastilab {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxLabelBytes = 63;
constexpr uint16_t kClassIn = 1;
constexpr uint16_t kClassAny = 255;
constexpr uint16_t kTypeOpt = 41;
constexpr uint16_t kTypeAny = 255;
constexpr uint16_t kNameOfQuestion = 0xC00C;  // a pointer to offset 12
constexpr uint16_t kOurUdpSize = 1232;

// Reads a packet from left to right; after the first read past its end `ok` is false and all reads give 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  uint8_t Byte() {
    ok_ = ok_ && at_ < bytes_.size();
    return ok_ ? static_cast<uint8_t>(bytes_[at_++]) : uint8_t{0};
  }
  uint16_t Short() {
    const uint16_t high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  std::string_view Bytes(size_t n) {
    ok_ = ok_ && n <= bytes_.size() - at_;
    if (!ok_) return {};
    const std::string_view part = bytes_.substr(at_, n);
    at_ += n;
    return part;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

void PutShort(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xFF);
}

void PutLong(std::string& out, uint32_t value) {
  PutShort(out, static_cast<uint16_t>(value >> 16));
  PutShort(out, static_cast<uint16_t>(value & 0xFFFF));
}

char HostCharacter(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  return plain ? c : '?';
}

// Reads a name without pointers: a question comes first in a packet, so there is nothing to point to.
bool ReadName(Reader& in, DnsQuery& query) {
  for (;;) {
    const uint8_t length = in.Byte();
    if (!in.ok() || length > kMaxLabelBytes) return false;
    query.name_bytes += static_cast<char>(length);
    if (length == 0) return query.name_bytes.size() <= kMaxNameBytes;
    const std::string_view label = in.Bytes(length);
    if (!in.ok() || query.name_bytes.size() + length > kMaxNameBytes) return false;
    query.name_bytes += label;
    if (!query.name.empty()) query.name += '.';
    std::transform(label.begin(), label.end(), std::back_inserter(query.name), HostCharacter);
  }
}

// Skips the name of a record. Where the packet goes wrong, the reader says so.
void SkipName(Reader& in) {
  while (in.ok()) {
    const uint8_t length = in.Byte();
    if (length == 0) return;
    if (length > kMaxLabelBytes) {
      in.Byte();  // the second half of a pointer, which ends the name
      return;
    }
    in.Bytes(length);
  }
}

// Looks for an OPT record among those after the question; stops at the first thing it does not understand.
void FindEdns(Reader& in, int records, DnsQuery& query) {
  for (int i = 0; i < records && in.ok(); ++i) {
    SkipName(in);
    const uint16_t type = in.Short();
    in.Short();  // class, or the size of the client's buffer
    const uint16_t ttl_high = in.Short();
    in.Short();
    in.Bytes(in.Short());
    if (!in.ok() || type != kTypeOpt) continue;
    query.edns = true;
    query.edns_version = ttl_high & 0xFF;
    return;
  }
}

void PutAnswer(std::string& out, const in_addr& address) {
  PutShort(out, kNameOfQuestion);
  PutShort(out, kDnsTypeA);
  PutShort(out, kClassIn);
  PutLong(out, kDnsTtlSeconds);
  PutShort(out, sizeof(address));
  out.append(reinterpret_cast<const char*>(&address), sizeof(address));
}

void PutEdns(std::string& out, DnsCode code) {
  out += '\0';
  PutShort(out, kTypeOpt);
  PutShort(out, kOurUdpSize);
  PutLong(out, static_cast<uint32_t>(static_cast<uint32_t>(code) >> 4 << 24));
  PutShort(out, 0);
}

bool IsWithin(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

std::optional<DnsQuery> ParseDnsQuery(std::string_view packet) {
  Reader in(packet);
  DnsQuery query;
  query.id = in.Short();
  const uint16_t flags = in.Short();
  query.questions = in.Short();
  const int answers = in.Short();
  const int authorities = in.Short();
  const int additional = in.Short();
  if (!in.ok() || (flags & 0x8000) != 0) return std::nullopt;
  query.opcode = flags >> 11 & 0xF;
  query.recursion_desired = (flags & 0x0100) != 0;
  if (query.opcode != 0 || query.questions != 1) return query;
  if (!ReadName(in, query)) return std::nullopt;
  query.type = in.Short();
  query.klass = in.Short();
  if (!in.ok()) return std::nullopt;
  FindEdns(in, answers + authorities + additional, query);
  return query;
}

std::string EncodeDnsReply(const DnsQuery& query, DnsCode code, const std::vector<std::string>& addresses) {
  std::vector<in_addr> answers;
  for (const std::string& text : addresses) {
    in_addr address{};
    if (answers.size() < kMaxDnsAnswers && inet_pton(AF_INET, text.c_str(), &address) == 1) answers.push_back(address);
  }
  const bool echo = !query.name_bytes.empty();
  std::string out;
  out.reserve(kMaxDnsReply);
  PutShort(out, query.id);
  // A reply, authoritative unless refused, without recursion.
  const bool authoritative = code == DnsCode::kNoError || code == DnsCode::kNameError;
  PutShort(out, static_cast<uint16_t>(0x8000 | query.opcode << 11 | (authoritative ? 0x0400 : 0) |
                                      (query.recursion_desired ? 0x0100 : 0) | (static_cast<int>(code) & 0xF)));
  PutShort(out, echo ? 1 : 0);
  PutShort(out, static_cast<uint16_t>(answers.size()));
  PutShort(out, 0);
  PutShort(out, query.edns ? 1 : 0);
  if (echo) {
    out += query.name_bytes;
    PutShort(out, query.type);
    PutShort(out, query.klass);
  }
  for (const in_addr& address : answers) PutAnswer(out, address);
  if (query.edns) PutEdns(out, code);
  return out;
}

std::optional<std::string> AnswerDns(std::string_view packet, std::string_view domain, const DnsResolver& resolve,
                                     size_t rotation) {
  const auto query = ParseDnsQuery(packet);
  if (!query) return std::nullopt;
  if (query->opcode != 0) return EncodeDnsReply(*query, DnsCode::kNotImplemented, {});
  if (query->questions != 1) return EncodeDnsReply(*query, DnsCode::kFormatError, {});
  if (query->edns_version != 0) return EncodeDnsReply(*query, DnsCode::kBadVersion, {});
  const bool in_class = query->klass == kClassIn || query->klass == kClassAny;
  if (in_class && query->name == domain) return EncodeDnsReply(*query, DnsCode::kNoError, {});
  if (!in_class || !IsWithin(query->name, domain)) return EncodeDnsReply(*query, DnsCode::kRefused, {});
  std::vector<std::string> addresses = resolve(query->name);
  if (addresses.empty()) return EncodeDnsReply(*query, DnsCode::kNameError, {});
  if (query->type != kDnsTypeA && query->type != kTypeAny) return EncodeDnsReply(*query, DnsCode::kNoError, {});
  const auto first = addresses.begin() + static_cast<std::ptrdiff_t>(rotation % addresses.size());
  std::rotate(addresses.begin(), first, addresses.end());
  return EncodeDnsReply(*query, DnsCode::kNoError, addresses);
}

}  // namespace elastilab
