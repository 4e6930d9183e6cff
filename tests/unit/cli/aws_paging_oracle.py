"""Part of aws_flags_oracle_test.py: which calls the aws CLI makes for a long list, and what it prints of it."""
import json

from awscli.botocore.paginate import PageIterator
import jmespath

CLUSTERS = 250  # as in cli_judge.cc


def describe(Marker=None, MaxRecords=100):
    start = int(Marker or 0)
    end = min(CLUSTERS, start + MaxRecords)
    page = {"CacheClusters": [{"CacheClusterId": str(i)} for i in range(start, end)]}
    return {**page, "Marker": str(end)} if end < CLUSTERS else page


def by_botocore(max_items, page_size, token):
    calls = []

    def method(**parameters):
        calls.append(dict(parameters))
        return describe(**parameters)

    pages = PageIterator(method=method, input_token=["Marker"], output_token=[jmespath.compile("Marker")],
                         more_results=None, result_keys=[jmespath.compile("CacheClusters")], non_aggregate_keys=[],
                         limit_key="MaxRecords", max_items=max_items, starting_token=token, page_size=page_size,
                         op_kwargs={})
    return pages.build_full_result(), calls


def compare(judge, rnd):
    bad, count = [], 0
    cases = [(max_items, page_size) for max_items in (None, 0, 1, 20, 99, 100, 101, 200, 249, 250, 251)
             for page_size in (None, 20, 100)] + [(rnd.randint(1, 300), rnd.randint(20, 100)) for _ in range(20)]
    for max_items, page_size in cases:
        token = None
        for _ in range(4):  # an answer that is cut, and those that go on where it ends
            words = ["describe-cache-clusters"]
            words += [] if max_items is None else ["--max-items", str(max_items)]
            words += [] if page_size is None else ["--page-size", str(page_size)]
            words += [] if token is None else ["--starting-token", token]
            mine = judge([words])[0]
            theirs, calls = by_botocore(max_items, page_size, token)
            count += 1
            answer = json.loads(mine["out"]) if mine["code"] == 0 else mine
            ids = [cluster["CacheClusterId"] for cluster in answer.get("CacheClusters", [])]
            same = ids == [cluster["CacheClusterId"] for cluster in theirs["CacheClusters"]]
            same = same and answer.get("NextToken") == theirs.get("NextToken") and "Marker" not in answer
            if not same or [call["request"] for call in mine["calls"]] != calls:
                bad.append(f"{words}: ours {str(mine)[:300]}\n  theirs {str(theirs)[:300]} {calls}")
            token = theirs.get("NextToken")
            if token is None:
                break
    print(f"{count} long lists, {len(bad)} differences")
    return bad
