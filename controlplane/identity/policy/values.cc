#include "controlplane/identity/policy/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

namespace elastilab {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads a date from the front of a text.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A number of `min` to `max` digits, into `value`.
  bool Digits(size_t min, size_t max, int& value) {
    size_t n = 0;
    int read = 0;
    while (n < max && n < rest_.size() && IsDigit(rest_[n])) read = read * 10 + (rest_[n++] - '0');
    if (n < min) return false;
    rest_.remove_prefix(n);
    value = read;
    return true;
  }

  // The digits behind "05.", to nanoseconds; more are cut.
  bool Fraction(int32_t& nanos) {
    size_t n = 0;
    int32_t read = 0;
    for (; n < rest_.size() && IsDigit(rest_[n]); ++n) {
      if (n < 9) read = read * 10 + (rest_[n] - '0');
    }
    if (n == 0) return false;
    for (size_t i = n; i < 9; ++i) read *= 10;
    rest_.remove_prefix(n);
    nanos = read;
    return true;
  }

 private:
  std::string_view rest_;
};

// "Z", "+02:00", "-0530", "+2" or nothing, as minutes east.
bool ReadZone(DateReader& in, int& minutes_east) {
  minutes_east = 0;
  if (in.AtEnd() || in.Take('Z') || in.Take('z')) return in.AtEnd();
  const bool west = in.Take('-');
  if (!west && !in.Take('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.Digits(1, 2, hours)) return false;
  const bool colon = in.Take(':');
  if ((colon || !in.AtEnd()) && !in.Digits(2, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  minutes_east = (hours * 60 + minutes) * (west ? -1 : 1);
  return in.AtEnd();
}

std::optional<PolicyDate> ReadIsoDate(std::string_view text) {
  namespace chr = std::chrono;
  DateReader in(text);
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, minutes_east = 0;
  PolicyDate date;
  if (!in.Digits(4, 4, year)) return std::nullopt;
  bool day_given = false;
  if (in.Take('-')) {
    if (!in.Digits(2, 2, month)) return std::nullopt;
    if (in.Take('-')) {
      if (!in.Digits(2, 2, day)) return std::nullopt;
      day_given = true;
    }
  }
  if (day_given && (in.Take('T') || in.Take('t'))) {
    if (!in.Digits(1, 2, hour) || !in.Take(':') || !in.Digits(2, 2, minute)) return std::nullopt;
    if (in.Take(':')) {
      if (!in.Digits(2, 2, second)) return std::nullopt;
      if (in.Take('.') && !in.Fraction(date.nanos)) return std::nullopt;
    }
    if (!ReadZone(in, minutes_east)) return std::nullopt;
  }
  const chr::year_month_day ymd{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                chr::day(static_cast<unsigned>(day))};
  if (!in.AtEnd() || !ymd.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const int64_t days = chr::sys_days(ymd).time_since_epoch().count();
  date.seconds = ((days * 24 + hour) * 60 + minute - minutes_east) * 60 + second;
  return date;
}

}  // namespace

std::optional<long double> ParsePolicyNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  // from_chars alone would take "inf" and "nan".
  if (digits.empty() || !(IsDigit(digits.front()) || digits.front() == '.')) return std::nullopt;
  long double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<PolicyDate> ParsePolicyDate(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const bool epoch = !digits.empty() && std::all_of(digits.begin(), digits.end(), IsDigit) && text.size() != 4;
  if (!epoch) return ReadIsoDate(text);
  PolicyDate date;
  const auto [_, error] = std::from_chars(text.data(), text.data() + text.size(), date.seconds);
  if (error != std::errc()) return std::nullopt;
  return date;
}

std::optional<IpRange> IpRange::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  if (address.size() > 64) return std::nullopt;
  IpRange range;
  int bits = 32;
  if (inet_pton(AF_INET, address.c_str(), range.bytes_.data()) != 1) {
    if (inet_pton(AF_INET6, address.c_str(), range.bytes_.data()) != 1) return std::nullopt;
    range.v6_ = true;
    bits = 128;
  }
  range.prefix_ = bits;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), range.prefix_);
    if (length.empty() || error != std::errc() || end != length.data() + length.size()) return std::nullopt;
    if (range.prefix_ < 0 || range.prefix_ > bits) return std::nullopt;
  }
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (range.v6_ && range.prefix_ >= 96 && std::memcmp(range.bytes_.data(), kMapped, sizeof kMapped) == 0) {
    std::memmove(range.bytes_.data(), range.bytes_.data() + 12, 4);
    range.v6_ = false;
    range.prefix_ -= 96;
  }
  return range;
}

bool IpRange::Contains(const IpRange& other) const {
  if (v6_ != other.v6_ || prefix_ > other.prefix_) return false;
  const size_t whole = static_cast<size_t>(prefix_ / 8);
  if (std::memcmp(bytes_.data(), other.bytes_.data(), whole) != 0) return false;
  const int rest = prefix_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xFF << (8 - rest));
  return (bytes_[whole] & mask) == (other.bytes_[whole] & mask);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (char c : text.substr(0, text.size() - padding)) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFFFF;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xFF);
  }
  return out;
}

}  // namespace elastilab
