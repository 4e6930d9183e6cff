#!/usr/bin/python3
"""The checker finds what it must find in histories written by hand, and nothing in those that are good."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checker
import history
import script
from history import NIL, OK, REFUSED, UNKNOWN, Exit, Fault, Final, History, Op, Row


class Story:
    """One cache "g" with nodes g-001 (zone a) and g-002 (zone b); times in seconds, the end at 100."""

    def __init__(self):
        self.told = History(zones={"g-001": "a", "g-002": "b"},
                            caches={"g-001": "g", "g-002": "g", "g": "g"})
        self.told.states = [{"cache": "g", "time": 100.0, "read": True, "wrong": []}]

    def write(self, key, value, at, outcome=OK, client="w", size=50, where="primary"):
        self.told.ops.append(Op("write", "g", where, client, key, value, size, at - 0.001, at, outcome, 1))
        return self

    def read(self, key, value, at, client="r", where="primary"):
        self.told.ops.append(Op("read", "g", where, client, key, value, 0, at - 0.001, at, OK, 1))
        return self

    def final(self, **values):
        self.told.finals = [Final("g", key, value) for key, value in values.items()]
        return self

    def row(self, at, promoted=0.01, age=0.1, lost=0, outcome="promoted", cause="exited", keys=None):
        self.told.rows.append(Row(len(self.told.rows) + 1, "g", cause, "g-001", "g-002", at,
                                  None if promoted is None else at + promoted, at + (promoted or 0.0), age, lost,
                                  "empty" in outcome, keys, outcome))
        return self

    def fault(self, kind, at, target="g-001", pid=0, lasts=0.0):
        self.told.faults.append(Fault(kind, at, at + lasts, target, pid, "done"))
        return self

    def exit(self, at, pid=7, node="g-001", since=0.0):
        self.told.exits.append(Exit(pid, node, self.told.zones[node], since, at))
        return self

    def kinds(self):
        return sorted(violation.kind for violation in checker.check(self.told).violations)


class ValuesTest(unittest.TestCase):
    def test_what_was_written_is_there(self):
        self.assertEqual(Story().write("u", 1, 1).read("u", 1, 2).final(u=1).kinds(), [])

    def test_a_lost_write(self):
        self.assertEqual(Story().write("u", 1, 1).final().kinds(), ["lost"])

    def test_a_write_overtaken_by_an_older_one(self):
        self.assertEqual(Story().write("r", 1, 1).write("r", 2, 2).final(r=1).kinds(), ["lost"])

    def test_an_unknown_write_may_be_there_or_not(self):
        self.assertEqual(Story().write("u", 1, 1, UNKNOWN).final().kinds(), [])
        self.assertEqual(Story().write("u", 1, 1, UNKNOWN).final(u=1).kinds(), [])

    def test_an_unknown_write_that_was_seen_must_stay(self):
        self.assertEqual(Story().write("u", 1, 1, UNKNOWN).read("u", 1, 2).final().kinds(), ["lost"])

    def test_a_refused_write_was_not_applied(self):
        self.assertEqual(Story().write("u", 1, 1, REFUSED).final().kinds(), [])
        self.assertEqual(Story().write("u", 1, 1, REFUSED).final(u=1).kinds(), ["nowhere"])

    def test_values_from_nowhere(self):
        self.assertEqual(Story().final(x=5).kinds(), ["nowhere"])
        self.assertEqual(Story().write("r", 1, 1).read("r", 3, 2, where="reader").final(r=1).kinds(), ["nowhere"])
        self.assertEqual(Story().write("r", 1, 1).write("r", 2, 9).read("r", 2, 2).final(r=2).kinds(), ["nowhere"])

    def test_reads_of_a_client_go_back(self):
        story = Story().write("r", 1, 1).write("r", 2, 2).read("r", 2, 3).read("r", 1, 4).final(r=2)
        self.assertEqual(story.kinds(), ["went back"])

    def test_a_stale_read(self):
        self.assertEqual(Story().write("r", 1, 1).write("r", 2, 2).read("r", 1, 4).final(r=2).kinds(), ["stale"])
        self.assertEqual(Story().write("u", 1, 1).read("u", NIL, 4).final(u=1).kinds(), ["stale"])

    def test_replicas_may_be_behind(self):
        story = Story().write("r", 1, 1).write("r", 2, 2).read("r", 1, 4, where="reader").read("r", NIL, 5, where="node")
        self.assertEqual(story.final(r=2).kinds(), [])

    def test_a_read_that_overlaps_the_write_may_see_either(self):
        story = Story().write("r", 1, 1).write("r", 2, 2)
        self.assertEqual(story.read("r", 1, 2.0005).final(r=2).kinds(), [])

    def test_a_cache_that_could_not_be_read_is_reported_for_that_alone(self):
        story = Story().write("u", 1, 1)
        story.told.states = [{"cache": "g", "time": 100.0, "read": False, "wrong": ["no primary"]}]
        self.assertEqual(story.kinds(), ["not settled"])


class CoverageTest(unittest.TestCase):
    def lost_at(self, at, **row):
        return Story().fault("kill-primary", 10.0, pid=7).exit(10.0).write("u", 1, at).row(10.0, **row).final()

    def test_what_came_after_the_last_offset_is_stated(self):
        self.assertEqual(self.lost_at(9.95).kinds(), [])
        self.assertEqual(checker.check(self.lost_at(9.95).told).covered, {"window": 1})

    def test_what_came_before_is_not(self):
        self.assertEqual(self.lost_at(9.5).kinds(), ["lost"])

    def test_what_came_after_the_promotion_is_not(self):
        self.assertEqual(self.lost_at(10.5).kinds(), ["lost"])

    def test_stated_bytes_cover_so_many_writes(self):
        self.assertEqual(self.lost_at(9.5, lost=50).kinds(), [])
        story = Story().fault("kill-primary", 10.0, pid=7).exit(10.0).row(10.0, lost=120).final()
        for i in range(3):
            story.write(f"u{i}", i, 9.5 + i / 100)
        self.assertEqual(story.kinds(), ["lost"])

    def test_the_age_counts_from_the_kill_though_the_row_is_later(self):
        story = Story().fault("kill-primary", 8.0, pid=7).exit(8.0).write("u", 1, 7.95).row(10.0).final()
        self.assertEqual(story.kinds(), [])

    def test_a_called_off_change_covers_nothing(self):
        self.assertEqual(self.lost_at(9.95, outcome="called off: no replica").kinds(), ["lost"])

    def test_unknown_loss_is_no_statement(self):
        self.assertEqual(self.lost_at(9.95, lost=None).kinds(), ["lost"])

    def test_an_emptied_primary_covers_all_before(self):
        story = self.lost_at(1, promoted=None, lost=None, outcome="the primary was replaced empty").write("v", 2, 20)
        story.final(v=2)
        self.assertEqual(story.kinds(), [])

    def test_an_emptied_primary_does_not_cover_what_came_after(self):
        story = self.lost_at(30, promoted=None, lost=None, outcome="the primary was replaced empty").write("v", 2, 20)
        story.final(v=2)
        self.assertEqual(story.kinds(), ["lost"])

    def test_emptied_with_fewer_keys_than_are_missed_is_untrue(self):
        self.assertEqual(self.lost_at(1, outcome="the primary was replaced empty", keys=0).kinds(), ["untrue row"])
        self.assertEqual(self.lost_at(1, outcome="the primary was replaced empty", keys=1).kinds(), [])
        self.assertEqual(self.lost_at(9, outcome="the primary was replaced empty", keys=0).kinds(), [])

    def test_a_stale_read_before_its_row_is_not_covered(self):
        story = self.lost_at(9.95).read("u", NIL, 9.97)
        self.assertEqual(story.kinds(), ["stale"])

    def test_a_read_after_a_stated_loss_may_go_back(self):
        self.assertEqual(self.lost_at(9.95).read("u", 1, 9.96).read("u", NIL, 11).kinds(), [])

    def test_a_reboot_empties(self):
        story = Story().write("u", 1, 5).final()
        self.assertEqual(story.fault("reboot", 6, "g").kinds(), [])
        self.assertEqual(Story().write("u", 1, 7).write("v", 2, 6.5).fault("reboot", 6, "g").final(v=2).kinds(), ["lost"])

    def test_a_handover_loses_nothing(self):
        self.assertEqual(self.lost_at(9.95, cause="manual").kinds(), ["lost"])

    def test_a_change_that_ended_covers_nothing_later(self):
        story = self.lost_at(30, promoted=None, outcome="handed over to a replica that died at once")
        self.assertEqual(story.write("v", 2, 20).final(v=2).kinds(), ["lost"])


class ProcessesTest(unittest.TestCase):
    def test_killed_for_no_reason(self):
        self.assertEqual(Story().exit(10).kinds(), ["killed"])
        self.assertEqual(Story().fault("kill-agent", 9.9, target="a").exit(10).kinds(), ["killed"])
        self.assertEqual(Story().fault("busy-script", 9.0, target="g", lasts=3).exit(10).kinds(), ["killed"])
        self.assertEqual(Story().fault("kill-primary", 10.0, pid=8).exit(10).kinds(), ["killed"])

    def test_ended_for_a_reason(self):
        for fault in (("kill-primary", 10.0, "g-001", 7), ("stop-primary", 9.6, "g-001", 7), ("lose-zone", 9.9, "a"),
                      ("down-up", 9.9, "lab"), ("node-type", 5.0, "g")):
            self.assertEqual(Story().fault(*fault).exit(10.0).kinds(), [], fault)

    def test_what_served_nobody_may_be_superseded(self):
        self.assertEqual(Story().exit(10, since=9.8).kinds(), [])
        self.assertEqual(Story().exit(10, since=9.8, pid=1).write("u", 1, 9.7).final(u=1).kinds(), ["killed"])

    def test_another_zone_is_no_reason(self):
        self.assertEqual(Story().fault("lose-zone", 9.9, "b").exit(10).kinds(), ["killed"])

    def test_emptied_for_no_reason(self):
        empty = {"lost": None, "outcome": "the node group began again empty", "cause": "resumed"}
        self.assertEqual(Story().fault("down-up", 9, "lab").row(10, **empty).kinds(), ["emptied"])
        self.assertEqual(Story().fault("kill-primary", 8, pid=7).fault("down-up", 9, "lab").row(10, **empty).kinds(), [])

    def test_a_zone_that_nobody_lost(self):
        self.assertEqual(Story().row(10, cause="zone-lost").kinds(), ["untrue row"])
        self.assertEqual(Story().fault("lose-zone", 9.9, "a", lasts=1).row(10, cause="zone-lost").kinds(), [])


class RecordsTest(unittest.TestCase):
    def test_tables_come_back_as_they_were(self):
        story = Story().write("u", 1, 1.5).read("u", 1, 2).fault("hog", 3, "lab").exit(4)
        with tempfile.TemporaryDirectory() as directory:
            for kind, records in ((Op, story.told.ops), (Fault, story.told.faults), (Exit, story.told.exits)):
                path = os.path.join(directory, "table")
                history.write_table(path, records)
                self.assertEqual(history.read_table(path, kind), records)

    def test_a_row_of_the_lab(self):
        row = history.parse_row({"Id": 5, "ReplicationGroupId": "g", "Cause": "exited", "OldPrimary": "g-001", "NewPrimary": "g-002",
                                 "StartedAt": "1970-01-01T00:01:40.500000+00:00", "FencedMicros": 3000, "PromotedMicros": 10000,
                                 "ReplacedMicros": -1, "OldOffsetAgeMicros": 250000, "LostBytes": -1, "Outcome": "promoted"},
                                [(0.0, 90.0), (1000.0, 95.0)])
        self.assertAlmostEqual(row.started, 10.5)
        self.assertAlmostEqual(row.promoted, 10.51)
        self.assertEqual((row.offset_age, row.lost_bytes, row.emptied), (0.25, None, False))


class ScriptTest(unittest.TestCase):
    def test_a_seed_is_a_script(self):
        kinds = script.parse_kinds("all")
        self.assertEqual(script.make_script(7, 60, kinds, 0.6), script.make_script(7, 60, kinds, 0.6))
        self.assertNotEqual(script.make_script(7, 60, kinds, 0.6), script.make_script(8, 60, kinds, 0.6))
        self.assertEqual({step.kind for step in script.make_script(7, 3000, kinds, 0.6)}, set(kinds))

    def test_kinds_by_group_and_by_name(self):
        self.assertEqual(set(script.parse_kinds("agent,hog")), {"kill-agent", "stop-agent", "hog"})
        self.assertRaises(ValueError, script.parse_kinds, "earthquake")


if __name__ == "__main__":
    unittest.main()
