"""What holds for every text, however hostile."""

from hypothesis import given, settings
from hypothesis import strategies as st

from duty.cues import combine, load_lexicon
from dutyline.judgement.types import Line, Reading

NOTE_WORDS = "NO NEG KNIFE GUN SI DENIES HX IF // .. , HIT HER ADV RP UNITS ENRT BUT WITH 5150 CORR:"
STRANGE = ("DISREG LAST", "\N{RIGHT SINGLE QUOTATION MARK}", "\U0001f52a", "\xe9", "\0")
WORDS = st.sampled_from((*NOTE_WORDS.split(), *STRANGE))
TEXTS = st.one_of(st.text(min_size=1, max_size=300), st.lists(WORDS, min_size=1, max_size=40).map(" ".join))


def incident(texts: list[str]) -> tuple[list[Line], Reading]:
    lexicon = load_lexicon()
    lines = [Line(str(i), text, "call_taker") for i, text in enumerate(texts)]
    return lines, combine(lines, [lexicon.read_line(line) for line in lines], units_committed=False)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_evidence_always_indexes_into_the_text_that_it_names(texts: list[str]) -> None:
    lines, reading = incident(texts)
    by_id = {line.note_id: line.text for line in lines}

    found = [*reading.cues.values(), *reading.hazards.values()]
    evidence = [item for finding in found for item in finding.evidence]
    evidence += [item for items in reading.requests.values() for item in items]

    for item in evidence:
        assert item.text == by_id[item.note_id][item.start : item.end]
        assert item.text


@settings(deadline=None)
@given(TEXTS)
def test_a_line_is_read_by_its_text_alone_and_always_alike(text: str) -> None:
    lexicon = load_lexicon()

    first = lexicon.read_line(Line("a", text, "call_taker"))

    assert lexicon.read_line(Line("b", text, "system")) == first


def test_a_text_of_the_greatest_length_is_read() -> None:
    for unit in ("NO KNIFE ", "\U0001f52a", "SI,", "x", "HIT HER ", "\n", "NO "):
        text = (unit * 65_536)[:65_536]
        _, reading = incident([text])
        assert set(reading.hazards) == {
            "weapon",
            "violence",
            "self_harm",
            "medical",
            "vulnerable",
            "fire_traffic",
        }


def test_a_word_beside_characters_of_any_alphabet_is_found_where_it_stands() -> None:
    text = "\U0001f52a\u00e9\u4e2d HAS A KNIFE"

    _, reading = incident([text])

    assert reading.hazards["weapon"].verdict == "yes"
    assert reading.hazards["weapon"].evidence[0].text in text


def test_a_lone_surrogate_does_no_harm() -> None:
    _, reading = incident(["\ud800 HAS A KNIFE"])

    assert reading.hazards["weapon"].verdict == "yes"
