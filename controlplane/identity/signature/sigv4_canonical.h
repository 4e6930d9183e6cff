// The canonical form of a request, which SigV4 signs. Pure. Services but S3: paths are normalised and encoded once
// more.
//
//   POST                                  method
//   /                                     path: dot segments and repeated slashes taken out, then encoded
//   Action=ListUsers&Version=2010-05-08   query: decoded, encoded one way, sorted; X-Amz-Signature left out
//   content-type:application/x-www-…      signed headers: blanks trimmed and squeezed, repeated ones joined
//   host:iam.amazonaws.com
//                                         (an empty line)
//   content-type;host                     their names
//   e3b0c44298fc1c149afbf4c8996fb924…     SHA-256 of the body, or what stands for it
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "common/text.h"
#include "controlplane/identity/signature/http_request.h"

namespace elastilab {

struct TargetParts {
  std::string_view path;
  std::string_view query;  // without the question mark
};

// Takes the request target apart. From the absolute form that proxies get, "http://host/path", the path is taken.
TargetParts SplitTarget(std::string_view target);

// Percent-decodes a name or value of a query; a plus sign is a blank. MalformedQueryString when an escape is not
// one.
StatusOr<std::string> DecodeQueryText(std::string_view text);

struct QueryParameter {
  std::string name;
  std::string value;
};
// All parameters, decoded, in their order. "a&b=" has two with empty values. An empty query has none.
StatusOr<std::vector<QueryParameter>> DecodeQuery(std::string_view query);

// Parts of the canonical form.
void AppendCanonicalPath(std::string_view path, std::string* out);
void AppendCanonicalQuery(std::vector<QueryParameter> parameters, std::string* out);
// Surrounding blanks off, and runs of blanks as one.
void AppendTrimmed(std::string_view value, std::string* out);

// The names to sign: in lower case, sorted, each once. SignatureDoesNotMatch when one of them is not among the headers,
// or `host` or an x-amz- header of the request is not among them.
StatusOr<std::string> CanonicalRequest(const HttpRequestView& request, const std::vector<std::string>& signed_headers,
                                       std::string_view payload_hash);

// What a request says, fit for a message: at most 200 bytes, and a question mark for each that is not printable ASCII.
std::string QuoteForMessage(std::string_view text);

}  // namespace elastilab
