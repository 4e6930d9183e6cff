// Makes DNS questions by hand.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

inline std::string Short(int value) { return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)}; }

inline std::string NameBytes(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    out += static_cast<char>(label.size());
    out += label;
    name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  }
  return out + '\0';
}

struct Question {
  std::string name;
  int type = 1;
  int klass = 1;
  int id = 0x1234;
  int flags = 0x0100;
  bool edns = false;
  int edns_version = 0;

  std::string Bytes() const {
    std::string out = Short(id) + Short(flags) + Short(1) + Short(0) + Short(0) + Short(edns ? 1 : 0);
    out += NameBytes(name) + Short(type) + Short(klass);
    if (edns) out += std::string(1, '\0') + Short(41) + Short(1232) + Short(edns_version) + Short(0) + Short(0);
    return out;
  }
};

inline int ShortAt(std::string_view bytes, size_t at) {
  if (bytes.size() < at + 2) return -1;
  return static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]);
}
inline int IdOf(std::string_view reply) { return ShortAt(reply, 0); }
inline int CodeOf(std::string_view reply) { return ShortAt(reply, 2) & 0xF; }
inline int AnswersOf(std::string_view reply) { return ShortAt(reply, 6); }

}  // namespace elastilab
