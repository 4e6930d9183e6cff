// What the terminal can do. Colours mean state: green is well, yellow is on its way, red needs a look.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

struct Style {
  bool color = false;
  int width = 100;  // columns

  std::string Bold(std::string_view text) const { return Paint("1", text); }
  std::string Dim(std::string_view text) const { return Paint("2", text); }
  std::string Red(std::string_view text) const { return Paint("31", text); }
  std::string Green(std::string_view text) const { return Paint("32", text); }
  std::string Yellow(std::string_view text) const { return Paint("33", text); }
  std::string Cyan(std::string_view text) const { return Paint("36", text); }
  // The colour for a status of the service or a phase of a process.
  std::string State(std::string_view status) const;

 private:
  std::string Paint(std::string_view code, std::string_view text) const;
};

// Columns that `text` takes on a terminal: UTF-8 characters, escape sequences not counted.
size_t DisplayWidth(std::string_view text);
// Filled up with blanks, or cut with an ellipsis (cut text loses its colours).
std::string FitTo(std::string_view text, size_t width);

// 12 → "12 B", 1536 → "1.5 KiB".
std::string BytesText(int64_t bytes);
// 900 → "900 µs", 1500 → "1.5 ms", 2100000 → "2.1 s", 400000000 → "6m40s".
std::string MicrosText(int64_t micros);

}  // namespace elastilab
