#include "controlplane/faces/query/form.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/fault.h"

namespace elastilab {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Status Malformed(std::string text) { return MakeFault(FaultCode::MALFORMED_INPUT, std::move(text)); }

// Byte order, with the dot before everything else: "A" < "A.B" < "A!".
bool PathLess(const FormParameter& a, const FormParameter& b) {
  const auto rank = [](char c) { return c == '.' ? -1 : static_cast<int>(static_cast<unsigned char>(c)); };
  return std::lexicographical_compare(a.key.begin(), a.key.end(), b.key.begin(), b.key.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

// Appends the decoded text to `out`, whose capacity suffices, and returns a view of it.
StatusOr<std::string_view> Decode(std::string_view encoded, std::vector<char>* out) {
  const size_t start = out->size();
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '+') {
      out->push_back(' ');
    } else if (encoded[i] != '%') {
      out->push_back(encoded[i]);
    } else {
      const int high = i + 2 < encoded.size() ? HexValue(encoded[i + 1]) : -1;
      const int low = high >= 0 ? HexValue(encoded[i + 2]) : -1;
      if (low < 0) {
        return MakeFault(FaultCode::MALFORMED_QUERY_STRING,
                         fmt::format("'{}' is no percent escape: a percent sign needs two hexadecimal digits behind it, and "
                                     "itself is %25.",
                                     QuoteKey(encoded.substr(i, 3))));
      }
      out->push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return std::string_view(out->data() + start, out->size() - start);
}

Status CheckKey(std::string_view key) {
  if (key.size() > kMaxFormKeyBytes) {
    return Malformed(fmt::format("The parameter name '{}' is longer than {} bytes.", QuoteKey(key), kMaxFormKeyBytes));
  }
  if (static_cast<size_t>(std::count(key.begin(), key.end(), '.')) >= kMaxFormDepth) {
    return Malformed(fmt::format("The parameter '{}' has more than {} parts.", QuoteKey(key), kMaxFormDepth));
  }
  return absl::OkStatus();
}

}  // namespace

std::string QuoteKey(std::string_view key) {
  constexpr size_t kLongest = 120;
  std::string quoted(key.substr(0, kLongest));
  std::replace_if(quoted.begin(), quoted.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (key.size() > kLongest) quoted += "...";
  return quoted;
}

Status Form::Append(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::string_view piece = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (parameters_.size() == kMaxFormParameters) {
      return Malformed(fmt::format("The request has more than {} parameters.", kMaxFormParameters));
    }
    const size_t equals = std::min(piece.find('='), piece.size());
    FormParameter parameter;
    ASSIGN_OR_RETURN(parameter.key, Decode(piece.substr(0, equals), &text_));
    RETURN_IF_ERROR(CheckKey(parameter.key));
    ASSIGN_OR_RETURN(parameter.value, Decode(piece.substr(std::min(equals + 1, piece.size())), &text_));
    parameters_.push_back(parameter);
  }
  return absl::OkStatus();
}

StatusOr<Form> Form::Parse(std::string_view query, std::string_view body) {
  Form form;
  form.text_.reserve(query.size() + body.size());  // decoding never makes text longer
  RETURN_IF_ERROR(form.Append(query));
  RETURN_IF_ERROR(form.Append(body));
  std::stable_sort(form.parameters_.begin(), form.parameters_.end(), PathLess);
  return form;
}

std::optional<std::string_view> Form::Find(std::string_view key) const {
  const auto found = std::lower_bound(parameters_.begin(), parameters_.end(), FormParameter{key, {}}, PathLess);
  if (found == parameters_.end() || found->key != key) return std::nullopt;
  return found->value;
}

bool Form::HasDuplicate(std::string_view key) const {
  const auto [first, last] = std::equal_range(parameters_.begin(), parameters_.end(), FormParameter{key, {}}, PathLess);
  return last - first > 1;
}

}  // namespace elastilab
