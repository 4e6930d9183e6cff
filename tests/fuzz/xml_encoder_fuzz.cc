// Texts in a reply, whatever bytes they are made of: the document stays well-formed, its elements are the ones that the
// message has, and what XML can carry comes out as it went in. Lines of the input are keys and values of tags.
#include "controlplane/faces/query/xml_encoder.h"

#include <string>
#include <vector>

#include "controlplane/faces/query/xml_text.h"
#include "proto/elasticache/v1/tags.pb.h"
#include "schema/operations.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

std::string Unescaped(std::string_view text) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#xD;", '\r'}};
  std::string out;
  while (!text.empty()) {
    if (text[0] != '&') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    bool known = false;
    for (const auto& [entity, c] : kEntities) {
      if (!text.starts_with(entity)) continue;
      out += c;
      text.remove_prefix(entity.size());
      known = true;
      break;
    }
    FUZZ_CHECK(known);
  }
  return out;
}

// The texts of all elements that hold no others, in their order; every end tag fits its start tag.
std::vector<std::string> LeafTexts(std::string_view xml) {
  std::vector<std::string> texts;
  std::vector<std::string_view> open;
  bool leaf = false;
  while (!xml.empty()) {
    const std::string_view text = xml.substr(0, xml.find('<'));
    xml.remove_prefix(text.size());
    FUZZ_CHECK(text.find('>') == text.npos);
    if (xml.empty()) break;
    const std::string_view tag = xml.substr(1, xml.find('>') - 1);
    xml.remove_prefix(tag.size() + 2);
    if (tag.starts_with('/')) {
      FUZZ_CHECK(!open.empty() && tag.substr(1) == open.back());
      open.pop_back();
      if (leaf) texts.push_back(Unescaped(text));
      leaf = false;
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
      leaf = true;
    } else {
      leaf = false;
    }
  }
  FUZZ_CHECK(open.empty());
  return texts;
}

void Run(FuzzInput input) {
  elasticache::v1::ListTagsForResourceResponse message;
  std::vector<std::string> wanted;
  while (!input.empty() && message.tag_list_size() < 100) {
    auto* tag = message.add_tag_list();
    tag->set_key(wanted.emplace_back(input.Line()));
    tag->set_value(wanted.emplace_back(input.Line()));
  }
  static const Operation& operation = *FindOperation("ListTagsForResource");
  const std::string xml = XmlReply(operation, "http://elasticache.amazonaws.com/doc/2015-02-02/", message, "id");
  FUZZ_CHECK(IsXmlText(xml));
  std::vector<std::string> got = LeafTexts(xml);
  FUZZ_CHECK(got.size() == wanted.size() + 1 && got.back() == "id");
  for (size_t i = 0; i < wanted.size(); ++i) FUZZ_CHECK(!IsXmlText(wanted[i]) || got[i] == wanted[i]);
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
