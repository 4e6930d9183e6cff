// Columns for people: a heading line, then one line per row, each column as wide as its widest cell.
#pragma once

#include <string>
#include <vector>

#include "cli/output/style.h"

namespace elastilab {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  // Ends with a newline. Columns in which no row says anything are left out, and so is the heading line when all
  // headings are empty.
  std::string Text(const Style& style, const std::string& indent = "") const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace elastilab
