#include "cli/output/trees.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/output/table.h"
#include "common/text.h"

namespace elastilab {
namespace {

using nlohmann::ordered_json;

bool IsLeaf(const ordered_json& value) { return !value.is_structured(); }

std::string Plain(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

// ---- YAML

bool NeedsQuotes(const std::string& text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  for (const char* word : {"true", "false", "null", "yes", "no", "on", "off", "~", "=", "<<"}) {
    if (EqualsIgnoringCase(text, word)) return true;
  }
  if (std::string("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string::npos) return true;
  // Numbers and times would change their type.
  if (std::string("0123456789.+-").find(text.front()) != std::string::npos) return true;
  if (text.back() == ':') return true;
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f) return true;
    if (text[i] == ':' && i + 1 < text.size() && text[i + 1] == ' ') return true;
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return true;
  }
  return false;
}

// JSON strings are YAML double-quoted strings, but for a character that must not stand there as it is.
std::string YamlString(const std::string& text) {
  if (!NeedsQuotes(text)) return text;
  std::string quoted;
  for (char c : ordered_json(text).dump()) quoted += c == 0x7f ? "\\x7f" : std::string(1, c);
  return quoted;
}

std::string YamlLeaf(const ordered_json& value) {
  return value.is_string() ? YamlString(value.get_ref<const std::string&>()) : value.dump();
}

void AddYaml(const ordered_json& tree, size_t indent, std::string* out) {
  const std::string blanks(indent, ' ');
  const auto add_value = [&](const ordered_json& value, size_t deeper) {
    if (IsLeaf(value)) {
      *out += " " + YamlLeaf(value) + "\n";
    } else if (value.empty()) {
      *out += value.is_array() ? " []\n" : " {}\n";
    } else {
      *out += "\n";
      AddYaml(value, deeper, out);
    }
  };
  if (tree.is_object()) {
    for (const auto& [name, value] : tree.items()) {
      *out += blanks + YamlString(name) + ":";
      add_value(value, value.is_array() ? indent : indent + 2);
    }
    return;
  }
  for (const auto& value : tree) {
    if (IsLeaf(value) || value.empty()) {
      *out += blanks + "-";
      add_value(value, indent + 2);
      continue;
    }
    std::string element;
    AddYaml(value, indent + 2, &element);
    element[indent] = '-';
    *out += element;
  }
}

// ---- text, as awscli's text formatter has it

std::string TabLeaf(const ordered_json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_structured()) return value.dump();  // in the column of a member that is a scalar elsewhere
  return value.is_null() ? "None" : Plain(value);
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

void AddTabLine(const std::vector<std::string>& cells, std::string* out) {
  for (size_t i = 0; i < cells.size(); ++i) *out += (i == 0 ? "" : "\t") + cells[i];
  *out += "\n";
}

void AddTab(const ordered_json& tree, const std::string& name, const std::set<std::string>* columns, std::string* out);

// With `columns`, every structure of a list has the same ones, blank where it has no such member.
void AddTabStructure(const ordered_json& tree, const std::string& name, const std::set<std::string>* columns,
                     std::string* out) {
  std::set<std::string> own;
  std::set<std::string> nested;
  for (const auto& [key, value] : tree.items()) {
    (IsLeaf(value) ? own : nested).insert(key);
  }
  std::vector<std::string> cells;
  for (const std::string& key : columns != nullptr ? *columns : own) {
    const auto member = tree.find(key);
    cells.push_back(member == tree.end() ? "" : TabLeaf(*member));
  }
  if (!cells.empty()) {
    if (!name.empty()) cells.insert(cells.begin(), Upper(name));
    AddTabLine(cells, out);
  }
  for (const std::string& key : nested) {
    if (columns == nullptr || columns->count(key) == 0) AddTab(tree[key], key, nullptr, out);
  }
}

void AddTabStructures(const ordered_json& list, const std::string& name, std::string* out) {
  std::set<std::string> columns;
  for (const auto& element : list) {
    if (!element.is_object()) continue;
    for (const auto& [key, value] : element.items()) {
      if (IsLeaf(value)) columns.insert(key);
    }
  }
  for (const auto& element : list) AddTab(element, name, &columns, out);
}

// What has no members stands in one line; with a name, in a line each.
void AddTabList(const ordered_json& list, const std::string& name, std::string* out) {
  if (std::any_of(list.begin(), list.end(), [](const auto& element) { return element.is_object(); })) {
    return AddTabStructures(list, name, out);
  }
  std::vector<std::string> leaves;
  for (const auto& element : list) {
    if (IsLeaf(element)) leaves.push_back(TabLeaf(element));
  }
  if (name.empty() && !leaves.empty()) AddTabLine(leaves, out);
  if (!name.empty()) {
    for (const std::string& leaf : leaves) AddTabLine({Upper(name), leaf}, out);
  }
  for (const auto& element : list) {
    if (!IsLeaf(element)) AddTab(element, name, nullptr, out);
  }
}

void AddTab(const ordered_json& tree, const std::string& name, const std::set<std::string>* columns, std::string* out) {
  if (tree.is_object()) return AddTabStructure(tree, name, columns, out);
  if (tree.is_array()) return AddTabList(tree, name, out);
  AddTabLine({TabLeaf(tree)}, out);
}

// ---- table

bool IsListOfStructures(const ordered_json& value) {
  const auto is_structure = [](const ordered_json& element) { return element.is_object(); };
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_structure);
}

// "a, b" for a list; "Address=x Port=1" for a structure.
std::string Inline(const ordered_json& value) {
  if (IsLeaf(value)) return Plain(value);
  std::string text;
  for (const auto& [name, element] : value.items()) {
    if (element.is_structured() && element.empty()) continue;
    if (!text.empty()) text += value.is_array() ? ", " : " ";
    text += value.is_array() ? Inline(element) : name + "=" + Inline(element);
  }
  return text;
}

TextTable RowsOf(const ordered_json& list) {
  std::vector<std::string> names;
  for (const auto& element : list) {
    for (const auto& [name, value] : element.items()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  TextTable table(names);
  for (const auto& element : list) {
    std::vector<std::string> row;
    for (const std::string& name : names) row.push_back(element.contains(name) ? Inline(element[name]) : "");
    table.Add(std::move(row));
  }
  return table;
}

// What `[].[Id, Status]` finds: a list of lists of scalars.
bool IsMatrix(const ordered_json& value) {
  const auto is_row = [](const ordered_json& row) {
    return row.is_array() && !row.empty() && std::all_of(row.begin(), row.end(), IsLeaf);
  };
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_row);
}

TextTable ColumnsOf(const ordered_json& matrix) {
  size_t columns = 0;
  for (const auto& row : matrix) columns = std::max(columns, row.size());
  TextTable table(std::vector<std::string>(columns, ""));
  for (const auto& row : matrix) {
    std::vector<std::string> cells;
    for (const auto& value : row) cells.push_back(Inline(value));
    table.Add(std::move(cells));
  }
  return table;
}

// More columns than a terminal shows are turned by 90 degrees: one block of names and values per element.
constexpr size_t kMostColumns = 8;

void AddTable(const ordered_json& tree, const Style& style, const std::string& indent, std::string* out) {
  if (IsLeaf(tree)) {
    *out += indent + Plain(tree) + "\n";
    return;
  }
  if (IsListOfStructures(tree)) {
    if (tree.front().size() <= kMostColumns) {
      *out += RowsOf(tree).Text(style, indent);
      return;
    }
    for (size_t i = 0; i < tree.size(); ++i) {
      if (i > 0) *out += "\n";
      AddTable(tree[i], style, indent, out);
    }
    return;
  }
  if (IsMatrix(tree)) {
    *out += ColumnsOf(tree).Text(style, indent);
    return;
  }
  if (tree.is_array()) {
    for (const auto& element : tree) *out += indent + Inline(element) + "\n";
    return;
  }
  size_t width = 0;
  for (const auto& [name, value] : tree.items()) width = std::max(width, name.size());
  for (const auto& [name, value] : tree.items()) {
    const bool nested = IsListOfStructures(value) || (value.is_object() && value.size() > 3);
    const std::string text = nested ? "" : Inline(value);
    if (!nested && text.empty()) continue;
    *out += indent + style.Bold(nested ? name : FitTo(name, width)) + (nested ? "" : "  " + text) + "\n";
    if (nested) AddTable(value, style, indent + "  ", out);
  }
}

}  // namespace

std::string YamlText(const ordered_json& tree) {
  if (IsLeaf(tree)) return YamlLeaf(tree) + "\n";
  if (tree.empty()) return tree.is_array() ? "[]\n" : "{}\n";
  std::string out;
  AddYaml(tree, 0, &out);
  return out;
}

std::string TabText(const ordered_json& tree) {
  std::string out;
  AddTab(tree, "", nullptr, &out);
  return out;
}

std::string TableText(const ordered_json& tree, const Style& style) {
  std::string out;
  if (!tree.is_null()) AddTable(tree, style, "", &out);
  return out;
}

}  // namespace elastilab
