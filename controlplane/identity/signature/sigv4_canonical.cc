#include "controlplane/identity/signature/sigv4_canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "schema/fault.h"

namespace elastilab {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'-', '.', '_', '~'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (Lower(c) >= 'a' && Lower(c) <= 'f') return Lower(c) - 'a' + 10;
  return -1;
}

void AppendEncoded(std::string_view text, std::string* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved[byte]) {
      out->push_back(c);
    } else {
      out->append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
}

struct HeaderRef {
  std::string name;  // lower case
  std::string_view value;
};

// Sorted by name; of one name in their order.
std::vector<HeaderRef> SortedHeaders(std::span<const HttpHeaderView> headers) {
  std::vector<HeaderRef> sorted;
  sorted.reserve(headers.size());
  for (const HttpHeaderView& header : headers) sorted.push_back({LowerCase(header.name), header.value});
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return sorted;
}

Status MustBeSigned(std::string_view name) {
  return MakeFault(FaultCode::SIGNATURE_DOES_NOT_MATCH,
                   fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.", QuoteForMessage(name)));
}

// Both lists are sorted, so one walk finds each signed header and the ones that should have been signed.
Status AppendCanonicalHeaders(const std::vector<HeaderRef>& headers, const std::vector<std::string>& signed_headers,
                              std::string* out) {
  auto header = headers.begin();
  for (const std::string& name : signed_headers) {
    for (; header != headers.end() && header->name < name; ++header) {
      if (header->name.starts_with("x-amz-")) return MustBeSigned(header->name);
    }
    if (header == headers.end() || header->name != name) {
      return MakeFault(FaultCode::SIGNATURE_DOES_NOT_MATCH,
                       fmt::format("The request has no header '{}', which 'SignedHeaders' names. Sign the headers that "
                                   "are sent, and send them unchanged.",
                                   QuoteForMessage(name)));
    }
    out->append(name).push_back(':');
    for (bool first = true; header != headers.end() && header->name == name; ++header, first = false) {
      if (!first) out->push_back(',');
      AppendTrimmed(header->value, out);
    }
    out->push_back('\n');
  }
  for (; header != headers.end(); ++header) {
    if (header->name.starts_with("x-amz-")) return MustBeSigned(header->name);
  }
  return absl::OkStatus();
}

}  // namespace

std::string QuoteForMessage(std::string_view text) {
  std::string quoted(text.substr(0, 200));
  for (char& c : quoted) {
    if (c < ' ' || c > '~') c = '?';
  }
  return quoted;
}

TargetParts SplitTarget(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    break;
  }
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

StatusOr<std::string> DecodeQueryText(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    if (text.size() - i < 3) {
      return MakeFault(FaultCode::MALFORMED_QUERY_STRING, "Incomplete trailing escape % sequence");
    }
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) {
      return MakeFault(FaultCode::MALFORMED_QUERY_STRING, "Illegal hex character in escape % pattern: %");
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

StatusOr<std::vector<QueryParameter>> DecodeQuery(std::string_view query) {
  std::vector<QueryParameter> parameters;
  if (query.empty()) return parameters;
  while (true) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = std::min(pair.find('='), pair.size());
    ASSIGN_OR_RETURN(std::string name, DecodeQueryText(pair.substr(0, equals)));
    ASSIGN_OR_RETURN(std::string value, DecodeQueryText(pair.substr(std::min(equals + 1, pair.size()))));
    parameters.push_back({std::move(name), std::move(value)});
    if (pair.size() == query.size()) return parameters;
    query.remove_prefix(pair.size() + 1);
  }
}

void AppendCanonicalPath(std::string_view path, std::string* out) {
  std::vector<std::string_view> segments;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    at = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  if (path.empty() || path.front() == '/') out->push_back('/');
  for (size_t i = 0; i < segments.size(); ++i) {
    if (i > 0) out->push_back('/');
    AppendEncoded(segments[i], out);
  }
  if (!segments.empty() && path.back() == '/') out->push_back('/');
}

void AppendCanonicalQuery(std::vector<QueryParameter> parameters, std::string* out) {
  // Sorted by what is signed: the encoded text.
  const auto encode = [](std::string& text) {
    std::string encoded;
    encoded.reserve(text.size());
    AppendEncoded(text, &encoded);
    text = std::move(encoded);
  };
  std::erase_if(parameters, [](const QueryParameter& p) { return p.name == "X-Amz-Signature"; });
  for (QueryParameter& parameter : parameters) {
    encode(parameter.name);
    encode(parameter.value);
  }
  std::sort(parameters.begin(), parameters.end(), [](const QueryParameter& a, const QueryParameter& b) {
    return std::tie(a.name, a.value) < std::tie(b.name, b.value);
  });
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (i > 0) out->push_back('&');
    out->append(parameters[i].name).append("=").append(parameters[i].value);
  }
}

void AppendTrimmed(std::string_view value, std::string* out) {
  const size_t start = out->size();
  bool blank = false;
  for (const char c : value) {
    if (IsBlank(c)) {
      blank = true;
      continue;
    }
    if (blank && out->size() > start) out->push_back(' ');
    blank = false;
    out->push_back(c);
  }
}

StatusOr<std::string> CanonicalRequest(const HttpRequestView& request, const std::vector<std::string>& signed_headers,
                                       std::string_view payload_hash) {
  if (!std::binary_search(signed_headers.begin(), signed_headers.end(), std::string_view("host"), std::less<>())) {
    return MakeFault(FaultCode::SIGNATURE_DOES_NOT_MATCH,
                     "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const TargetParts target = SplitTarget(request.target);
  std::string canonical;
  canonical.reserve(768);
  canonical.append(request.method).push_back('\n');
  AppendCanonicalPath(target.path, &canonical);
  canonical.push_back('\n');
  if (!target.query.empty()) {
    ASSIGN_OR_RETURN(std::vector<QueryParameter> parameters, DecodeQuery(target.query));
    AppendCanonicalQuery(std::move(parameters), &canonical);
  }
  canonical.push_back('\n');
  RETURN_IF_ERROR(AppendCanonicalHeaders(SortedHeaders(request.headers), signed_headers, &canonical));
  canonical.push_back('\n');
  for (size_t i = 0; i < signed_headers.size(); ++i) {
    if (i > 0) canonical.push_back(';');
    canonical.append(signed_headers[i]);
  }
  canonical.append("\n").append(payload_hash);
  return canonical;
}

}  // namespace elastilab
