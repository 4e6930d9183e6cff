#include "controlplane/identity/policy/context.h"

#include <algorithm>

namespace elastilab {

void ConditionContext::Set(std::string_view key, std::vector<std::string> values) {
  Entry& entry = entries_[ToLowerAscii(key)];
  if (entry.key.empty()) entry.key = std::string(key);
  entry.values = std::move(values);
}

void ConditionContext::Add(std::string_view key, std::string value) {
  Entry& entry = entries_[ToLowerAscii(key)];
  if (entry.key.empty()) entry.key = std::string(key);
  entry.values.push_back(std::move(value));
}

void ConditionContext::Fill(const ConditionContext& other) {
  for (const auto& [lower, entry] : other.entries_) entries_.try_emplace(lower, entry);
}

const std::vector<std::string>* ConditionContext::Find(std::string_view key) const {
  return FindLower(ToLowerAscii(key));
}

const std::vector<std::string>* ConditionContext::FindLower(const std::string& lower_key) const {
  auto found = entries_.find(lower_key);
  return found == entries_.end() ? nullptr : &found->second.values;
}

std::vector<ConditionContext::Entry> ConditionContext::Sorted() const {
  std::vector<Entry> sorted;
  sorted.reserve(entries_.size());
  for (const auto& [_, entry] : entries_) sorted.push_back(entry);
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return sorted;
}

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace elastilab
