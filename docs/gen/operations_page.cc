#include "docs/gen/operations_page.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "cli/commands/field_help.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

// "CacheClusters" as a heading: "Cache clusters".
std::string Heading(const std::string& service) {
  std::string text;
  for (char c : service) {
    if (c >= 'A' && c <= 'Z' && !text.empty()) {
      text += ' ';
      c = static_cast<char>(c - 'A' + 'a');
    }
    text += c;
  }
  return text;
}

std::string FirstSentence(const std::string& text) {
  const size_t end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

std::string Row(const Operation& operation, bool served) {
  return fmt::format("| {} | `{}` | {} | {} |\n", operation.name, operation.cli_name, served ? "yes" : "–",
                     FirstSentence(FieldHelp(operation.method->full_name())));
}

}  // namespace

std::string OperationsPage(const HandlerTable& served) {
  const auto& all = AllOperations();
  const auto live = std::count_if(all.begin(), all.end(), [&](const Operation& o) { return served.contains(o.name); });
  std::string page = fmt::format(
      "# The operations of the ElastiCache API\n\n"
      "This version serves {} of {}. The others answer `InvalidAction` and say that they are not served yet. Where a "
      "served\n"
      "operation has a member that this version cannot make real, a call with it is refused likewise: nothing is "
      "accepted and\n"
      "ignored. [resources.md](resources.md) tells where the lab differs from the cloud.\n\n"
      "`elastilab <name on the command line>` takes the flags of `aws elasticache <the same name>`.\n\n"
      "*Generated; don't edit. To bring it up to date:*\n\n    {}\n",
      live, all.size(), kWriteOperationsPage);
  const google::protobuf::ServiceDescriptor* service = nullptr;
  for (const Operation& operation : all) {
    if (operation.method->service() != service) {
      service = operation.method->service();
      page += fmt::format("\n## {}\n\n| Operation | On the command line | Served | What it does |\n|---|---|---|---|\n",
                          Heading(service->name()));
    }
    page += Row(operation, served.contains(operation.name));
  }
  return page;
}

}  // namespace elastilab
