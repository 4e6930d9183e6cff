// The condition keys of one request: "elasticache:CacheNodeType" → {"cache.t3.micro"}.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace elastilab {

// Key names ignore (ASCII) case; values don't. A key that is absent is not the same as a key without values: an absent
// aws:TagKeys means that the request cannot tag, an empty one that it tags nothing. Reading is thread-safe.
class ConditionContext {
 public:
  ConditionContext() = default;

  // Replaces what the key had.
  void Set(std::string_view key, std::string value) { Set(key, std::vector<std::string>{std::move(value)}); }
  void Set(std::string_view key, std::vector<std::string> values);
  void SetBool(std::string_view key, bool value) { Set(key, std::string(value ? "true" : "false")); }
  // One more value of a key that has several, such as aws:TagKeys.
  void Add(std::string_view key, std::string value);
  // Everything of `other` that is not set here yet.
  void Fill(const ConditionContext& other);

  // nullptr: the key is absent. The pointer lives until the next change.
  const std::vector<std::string>* Find(std::string_view key) const;
  bool empty() const { return entries_.empty(); }

  struct Entry {
    std::string key;  // as first set
    std::vector<std::string> values;
  };
  // By key, for printing.
  std::vector<Entry> Sorted() const;

  // For the evaluator, which has its keys in lower case already.
  const std::vector<std::string>* FindLower(const std::string& lower_key) const;

 private:
  std::unordered_map<std::string, Entry> entries_;  // by key in lower case
};

// ASCII only, as IAM compares names of keys and actions.
std::string ToLowerAscii(std::string_view text);

}  // namespace elastilab
