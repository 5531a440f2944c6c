"""An evaluation as one HTML file."""

import html
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from dutyline.vocabulary import OUTPUTS
from training.evaluation import Evaluation
from training.report import report

VOID = {"meta", "br", "wbr", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.under: Counter[tuple[str, str]] = Counter()
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} stands twice"
        self.elements.append((tag, dict(attrs)))
        if self.open:
            self.under[self.open[-1], tag] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="session")
def text(evaluation: Evaluation) -> str:
    return report(evaluation)


@pytest.fixture(scope="session")
def page(text: str) -> Page:
    return Page(text)


def test_the_report_is_a_whole_page(text: str, page: Page) -> None:
    assert text.startswith("<!DOCTYPE html>")
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("h1")) == 1
    assert len(page.named("title")) == 1 + len(page.named("svg"))


def test_ids_are_unique_and_all_that_is_referred_to_is_there(text: str, page: Page) -> None:
    ids = Counter(found["id"] for _, found in page.elements if "id" in found)
    assert [name for name, count in ids.items() if count > 1] == []
    wanted = {found["href"] or "" for _, found in page.elements if "href" in found}
    wanted |= {f"#{name}" for name in re.findall(r"url\(#([^)]+)\)", text)}
    for _, found in page.elements:
        wanted |= {f"#{name}" for name in (found.get("aria-labelledby") or "").split()}
    assert wanted
    assert {f"#{name}" for name in ids} >= wanted


def test_the_report_needs_nothing_but_itself(text: str, page: Page) -> None:
    assert "http" not in text
    assert "//" not in text
    assert "@import" not in text
    assert not [found for _, found in page.elements if "src" in found]
    assert not {"script", "link", "iframe", "object", "img"} & {tag for tag, _ in page.elements}


def test_the_report_holds_no_note(text: str, notes: list[str]) -> None:
    plain = html.unescape(text)
    assert notes
    for note in notes:
        assert note not in plain


def test_every_output_has_its_plots(page: Page) -> None:
    titles = [found["aria-labelledby"] or "" for found in page.named("svg")]
    for output in OUTPUTS:
        for kind in ("pr", "cal", "slices"):
            assert f"{kind}-{output}-title {kind}-{output}-desc" in titles
    assert "verdicts-crossed-title verdicts-crossed-desc" in titles
    assert "verdicts-aside-title verdicts-aside-desc" in titles


def test_every_plot_says_what_it_shows(page: Page) -> None:
    assert all(found["role"] == "img" for found in page.named("svg"))
    assert page.under["svg", "title"] == page.under["svg", "desc"] == len(page.named("svg"))


def test_plots_take_the_colours_of_the_page(text: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert drawings
    for drawing in drawings:
        assert "var(--" in drawing
        assert not re.search(r"#[0-9a-f]{6}\b", drawing)
    roles = set(re.findall(r"var\(--([a-z]+)\)", text))
    for style in re.findall(r":root \{([^}]*)\}", text):
        assert {role for role in roles if f"--{role}:" in style} == roles


def test_words_can_be_read_on_their_background(text: str) -> None:
    for style in re.findall(r":root \{([^}]*)\}", text):
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", style))
        for words in ("ink", "muted", "link", "good", "bad"):
            for behind in ("paper", "panel"):
                assert contrast(colours[words], colours[behind]) >= 4.5, (words, behind)
        for behind in ("yes", "unsure", "no"):
            assert contrast(colours["ink"], colours[behind]) >= 4.5, behind
        for line in ("crossed", "aside"):
            assert contrast(colours[line], colours["paper"]) >= 3, line


def contrast(one: str, other: str) -> float:
    """As WCAG 2 has it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_table_has_headings_with_a_scope(page: Page) -> None:
    assert page.under["table", "thead"] == page.under["table", "tbody"] == len(page.named("table"))
    assert all(found.get("scope") for found in page.named("th"))


def test_what_was_evaluated_and_every_target_are_told_first(evaluation: Evaluation, page: Page) -> None:
    words = " ".join(" ".join(page.words).split())
    first = words[: words.index("With words, rules and policy")]
    assert evaluation.kept_aside
    assert evaluation.cross_validated.corpus.sha256 in first
    assert evaluation.kept_aside.corpus.sha256 in first
    told = re.findall(r"(?:✓ reached|✗ not reached), by", first)
    assert len(told) == 10


def test_incidents_left_without_police_are_named_by_id(evaluation: Evaluation) -> None:
    left_out = replace(evaluation.cross_validated, left_out=frozenset({"<b>1", "x-2"}))
    shown = report(replace(evaluation, cross_validated=left_out, kept_aside=None))
    assert '<span class="id">&lt;b&gt;1</span>, <span class="id">x-2</span>' in shown


def test_nothing_kept_aside_is_said(evaluation: Evaluation) -> None:
    shown = report(replace(evaluation, kept_aside=None))
    Page(shown)
    assert "No incidents are kept aside" in shown
    assert "verdicts-aside" not in shown


def test_the_same_evaluation_gives_the_same_bytes(evaluation: Evaluation, text: str) -> None:
    assert report(evaluation) == text
