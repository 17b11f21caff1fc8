from millrace.storage.directory import Directory, JournalState
from millrace.storage.overlay import Overlay
from millrace.storage.plan import plan, sweep_journal, sweep_space, sweep_trimmed
from millrace.storage.statements import ADD_DROPPED, ADD_NAME, APPEND, DELETE, DROP_NAME, PUT, SET_FLOOR


class Empty:
    """A Reader of nothing but the heads it is told."""

    def __init__(self, heads=None):
        self.heads = heads or {}

    def head(self, journal):
        return self.heads.get(journal, 0)

    def floor(self, journal):
        return 0


def test_a_new_space_gets_a_number_and_its_rows_come_in_order():
    overlay = Overlay(Empty())
    overlay.put("s", b"b", b"2")
    overlay.put("s", b"a", b"1")
    overlay.delete("s", b"c")
    made = plan(overlay, Directory(last_id=6))

    assert made.steps[0] == (ADD_NAME, [(7, "space", "s", 0)])
    assert made.steps[1] == (PUT, [(7, b"a", b"1"), (7, b"b", b"2")])
    assert made.directory.spaces == {"s": 7}


def test_deleting_from_what_does_not_exist_writes_nothing():
    overlay = Overlay(Empty())
    overlay.delete("s", b"a")
    overlay.trim("j", 3)

    assert plan(overlay, Directory()).steps == []


def test_a_dropped_space_is_swept_and_its_successor_has_another_number():
    overlay = Overlay(Empty())
    overlay.drop("s")
    overlay.put("s", b"k", b"v")
    made = plan(overlay, Directory(spaces={"s": 1}, last_id=1))

    assert dict(made.steps) == {
        DROP_NAME: [(1,)],
        ADD_DROPPED: [(1, "space")],
        ADD_NAME: [(2, "space", "s", 0)],
        PUT: [(2, b"k", b"v")],
    }
    assert made.sweeps == [sweep_space(1)]


def test_a_name_can_be_a_space_and_a_journal_and_both_are_dropped():
    overlay = Overlay(Empty({"s": 5}))
    overlay.drop("s")
    directory = Directory(spaces={"s": 1}, journals={"s": JournalState(2, 5, 0)}, last_id=2)
    made = plan(overlay, directory)
    made.directory.apply(directory)

    assert made.sweeps == [sweep_space(1), sweep_journal(2)]
    assert (directory.spaces, directory.journals) == ({}, {})


def test_trimmed_records_are_never_written_and_the_floor_is():
    overlay = Overlay(Empty({"j": 3}))
    for body in (b"4", b"5", b"6"):
        overlay.append("j", body)
    overlay.trim("j", 5)
    known = JournalState(9, 3, 0)
    made = plan(overlay, Directory(journals={"j": known}, last_id=9))

    state = JournalState(9, 6, 5)
    assert dict(made.steps) == {SET_FLOOR: [(9, 5)], APPEND: [(state.row(6), b"6")]}
    assert made.sweeps == [sweep_trimmed(state)]
    assert made.directory.journals == {"j": state}


def test_an_overlay_that_was_undone_is_empty():
    overlay = Overlay(Empty())
    overlay.begin()
    overlay.put("s", b"k", b"v")
    overlay.append("j", b"r")
    overlay.drop("t")
    overlay.undo()

    assert overlay.is_empty()
    assert plan(overlay, Directory(spaces={"s": 1}, last_id=1)).steps == []


def test_deletes_name_the_rows_of_a_space_that_exists():
    overlay = Overlay(Empty())
    overlay.delete("s", b"k")
    made = plan(overlay, Directory(spaces={"s": 4}, last_id=4))

    assert made.steps == [(DELETE, [(4, b"k")])]
    assert made.changed == [(4, b"k", None)]
