// A request that a test holds in its hand and can bend: owns its texts, gives views of them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controlplane/identity/signature/sigv4.h"

namespace elastilab {

inline constexpr char kKeyId[] = "AKIDEXAMPLE";
inline const Secret kSecret{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
inline const std::vector<std::string> kRegions = {"us-east-1", "eu-west-1"};
// 2015-08-30 12:36:00, when AWS's own examples are signed.
inline constexpr SigningTime kNow{std::chrono::seconds(1'440'938'160)};

struct TestRequest {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {{"Host", "example.amazonaws.com"}};
  std::string body = "";

  // Valid until the request changes.
  HttpRequestView View() {
    views_.clear();
    for (const auto& [name, value] : headers) views_.push_back({name, value});
    return {.method = method, .target = target, .headers = views_, .body = body};
  }

  TestRequest& With(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  TestRequest& Without(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
    return *this;
  }
  std::string& Header(std::string_view name) {
    return std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; })
        ->second;
  }

  std::vector<HttpHeaderView> views_ = {};  // of View()
};

}  // namespace elastilab
