// Our side of output_oracle_test.py: reads {"format": "text", "tree": …} per line, prints the form as a JSON string.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/output/format.h"

int main() {
  using elastilab::OutputFormat;
  for (std::string line; std::getline(std::cin, line);) {
    const auto input = nlohmann::ordered_json::parse(line);
    const auto format = elastilab::ParseOutputFormat(input["format"].get<std::string>());
    const std::string text = elastilab::RenderTree(input["tree"], format.value(), elastilab::Style());
    std::cout << nlohmann::ordered_json(text).dump() << "\n";
  }
}
