#include "cli/output/table.h"

#include <algorithm>

namespace elastilab {
namespace {

std::string Cell(const std::vector<std::string>& row, size_t column) {
  return column < row.size() ? row[column] : std::string();
}

}  // namespace

std::string TextTable::Text(const Style& style, const std::string& indent) const {
  std::vector<size_t> widths(headings_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], DisplayWidth(Cell(row, c)));
  }
  for (size_t c = 0; c < widths.size(); ++c) {
    if (widths[c] > 0) widths[c] = std::max(widths[c], DisplayWidth(headings_[c]));
  }
  std::string text;
  const auto add_line = [&](const std::vector<std::string>& row, bool heading) {
    std::string line = indent;
    for (size_t c = 0; c < widths.size(); ++c) {
      if (widths[c] == 0) continue;
      const std::string cell = FitTo(Cell(row, c), widths[c]);
      line += (line.size() > indent.size() ? "  " : "") + (heading ? style.Bold(cell) : cell);
    }
    const size_t end = line.find_last_not_of(' ');
    text += line.substr(0, end == std::string::npos ? 0 : end + 1) + "\n";
  };
  const auto is_empty = [](const std::string& heading) { return heading.empty(); };
  if (!std::all_of(headings_.begin(), headings_.end(), is_empty)) add_line(headings_, true);
  for (const auto& row : rows_) add_line(row, false);
  return text;
}

}  // namespace elastilab
