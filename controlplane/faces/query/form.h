// Parameters of an AWS Query request, as they come in a form body or behind the question mark:
//
//   Action=CreateCacheCluster&CacheClusterId=c1&Tags.Tag.1.Key=env&Tags.Tag.1.Value=dev
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

struct FormParameter {
  std::string_view key;
  std::string_view value;
};

// What is beyond is refused as MalformedInput.
inline constexpr size_t kMaxFormParameters = 10'000;
inline constexpr size_t kMaxFormDepth = 32;         // segments of a key
inline constexpr size_t kMaxFormKeyBytes = 1024;    // decoded

// Decoded once; immutable. Memory is in proportion to the text.
class Form {
 public:
  // Takes the query string and the body of one request, each percent-encoded; the parameters of both count. A piece
  // without "=" is a key with an empty value. Broken percent escapes are MalformedQueryString faults.
  static StatusOr<Form> Parse(std::string_view query, std::string_view body);

  // Sorted by their dotted paths, so that the members of a structure are neighbours, with the structure's own key before
  // them. Of equal keys, in the order of the request. Views live as long as the form, moved or not.
  std::span<const FormParameter> parameters() const { return parameters_; }

  // The value of the first parameter with this key, or empty.
  std::optional<std::string_view> Find(std::string_view key) const;
  bool HasDuplicate(std::string_view key) const;

 private:
  Form() = default;
  Status Append(std::string_view encoded);

  std::vector<char> text_;  // decoded keys and values; never reallocated once views exist
  std::vector<FormParameter> parameters_;
};

// A key as messages quote it: bounded, and with question marks for what is not printable ASCII.
std::string QuoteKey(std::string_view key);

}  // namespace elastilab
