"""State that survives: what the state topic holds gives the incidents back exactly."""

from hypothesis import given
from hypothesis import strategies as st
from support.fakes import plain_judge

from dutyline.desk import Arrival
from dutyline.incident.state import Limits
from dutyline.notes.event import Note
from dutyline.suggestion.event import encode as encode_suggestion
from streams.shelf import Clock, Remembering, Shelf, StateWrite
from streams.state_log import fold, incident_of, note_key, summary_key

LIMITS = Limits(quiet=100.0, closed=10.0, notes=6, characters=10_000)
REMEMBERING = Remembering(LIMITS, ended=1000.0)

words = st.sampled_from(["RP ADV", "hazard:weapon", "no hazard:weapon", "mental_health", "needs_police"])
arrived = st.lists(
    st.builds(
        Note,
        incident_id=st.sampled_from(["A", "B\x00", "Ü"]),
        text=words,
        note_id=st.none() | st.sampled_from(["1", "2", "3"]),
        at=st.none() | st.floats(0, 300),
        closed=st.booleans(),
    ),
    max_size=16,
)


class Topic:
    """A compacted topic: the newest value of each key."""

    def __init__(self) -> None:
        self.newest: dict[bytes, bytes] = {}

    def write(self, writes: list[StateWrite]) -> None:
        for write in writes:
            if write.value is None:
                self.newest.pop(write.key, None)
            else:
                self.newest[write.key] = write.value

    def shelf_at(self, offset: int, clock: Clock) -> Shelf:
        held = fold(self.newest.items(), offset, LIMITS)
        return Shelf.restored(plain_judge(), REMEMBERING, due=offset, held=held, clock=clock)


def take(shelf: Shelf, topic: Topic, offset: int, note: Note, clock: Clock | None = None) -> list[bytes]:
    settled = shelf.settle([(offset, Arrival(note))], issued_at="now", clock=clock or Clock(0.0, 0.0))
    topic.write([write for _, write in settled if write])
    shelf.passed(offset, generation=1)
    return [encode_suggestion(outcome.suggestion) for outcome, _ in settled if outcome.suggestion]


@given(arrived, st.data())
def test_a_worker_that_takes_over_at_any_offset_publishes_the_same(
    notes: list[Note], data: st.DataObject
) -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    published = [take(shelf, topic, offset, note) for offset, note in enumerate(notes)]
    start = data.draw(st.integers(0, len(notes)))
    successor = topic.shelf_at(start, Clock(0.0, 0.0))
    again = [take(successor, topic, offset, notes[offset]) for offset in range(start, len(notes))]
    assert again == published[start:]
    assert successor.incidents == shelf.incidents


@given(arrived)
def test_writing_the_same_notes_again_leaves_the_topic_as_it_was(notes: list[Note]) -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    for offset, note in enumerate(notes):
        take(shelf, topic, offset, note)
    before = dict(topic.newest)
    again = topic.shelf_at(0, Clock(0.0, 0.0))
    for offset, note in enumerate(notes):
        take(again, topic, offset, note)
    assert topic.newest == before


@given(arrived, arrived, st.data())
def test_a_sweep_in_between_does_not_reuse_a_suggestion_id(
    before: list[Note], after: list[Note], data: st.DataObject
) -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    published = [item for offset, note in enumerate(before) for item in take(shelf, topic, offset, note)]
    later = Clock(500.0, 500.0)
    topic.write(shelf.sweep(later))
    if data.draw(st.booleans()):
        shelf = topic.shelf_at(len(before), later)
    for offset, note in enumerate(after, start=len(before)):
        published += take(shelf, topic, offset, note, later)
    ids = [item.split(b'"suggestion_id":"')[1].split(b'"')[0] for item in published]
    assert len(set(ids)) == len(ids)


def test_a_sweep_lets_go_of_notes_and_keeps_the_revision() -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    take(shelf, topic, 0, Note("A", "hazard:weapon"))
    take(shelf, topic, 1, Note("A", "DONE", closed=True))
    topic.write(shelf.sweep(Clock(70.0, 70.0)))
    assert list(topic.newest) == [summary_key("A")]
    again = topic.shelf_at(2, Clock(70.0, 70.0))
    incident = again.incidents["A"]
    assert (incident.revision, incident.lines, incident.responders) == (1, {}, ("police",))


def test_a_summary_is_let_go_in_the_end() -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    take(shelf, topic, 0, Note("A", "X"))
    topic.write(shelf.sweep(Clock(200.0, 200.0)))
    topic.write(shelf.sweep(Clock(1300.0, 1300.0)))
    assert not topic.newest
    assert not shelf.incidents


def test_an_open_incident_is_not_swept_while_notes_may_come() -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    take(shelf, topic, 0, Note("A", "X"), Clock(0.0, 0.0))
    assert shelf.sweep(Clock(99.0, 99.0)) == []


def test_setting_the_wall_clock_forward_ends_no_incident() -> None:
    topic, shelf = Topic(), Shelf(plain_judge(), REMEMBERING)
    take(shelf, topic, 0, Note("A", "X"), Clock(0.0, 0.0))
    assert shelf.sweep(Clock(wall=1e9, steady=61.0)) == []


def test_keys_give_their_incident_back_whatever_its_id_holds() -> None:
    for incident_id in ("I", "a\x00b", "a\x00", "\x00", "Ü😀", "x\x00summary", "x\x007"):
        assert incident_of(note_key(incident_id, 7)) == incident_id
        assert incident_of(summary_key(incident_id)) == incident_id


def test_a_skipped_offset_is_trusted_only_within_a_generation() -> None:
    shelf = Shelf(plain_judge(), REMEMBERING, due=5)
    shelf.passed(5, generation=1)
    assert shelf.fits(6, generation=2), "the very next note fits whoever delivers it"
    assert shelf.fits(9, generation=1), "a gap within a generation is a gap in the topic"
    assert not shelf.fits(9, generation=2), "another worker may have taken what lies between"
    assert not shelf.fits(5, generation=1), "a note that comes again needs the state before it"
