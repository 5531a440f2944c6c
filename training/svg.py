"""Plots as SVG that stands inside a page: it takes the page's colours and names nothing but itself."""

import io
import re
from collections.abc import Callable
from html import escape
from typing import Final

import matplotlib as mpl
from matplotlib import style
from matplotlib.figure import Figure

_ROLES: Final = (
    "ink",
    "muted",
    "rule",
    "crossed",
    "aside",
    "yes",
    "unsure",
    "no",
    "paper",
)
COLOURS: Final = {role: f"#fe{number:02x}dc" for number, role in enumerate(_ROLES, 1)}
"""A stand-in for each of the page's colours, which the page then gives as `var(--ROLE)`."""

_STYLE: Final = {
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.linewidth": 0.6,
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}

_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def drawn(name: str, title: str, description: str, draw: Callable[[], Figure]) -> str:
    """Draw a figure; the same figure gives the same text.

    Args:
        name: unique in the page, of letters, digits, dashes and underscores.
        title: what the plot shows, for those who cannot see it.
        description: what is to be seen in it.
        draw: makes the figure, with the style of all plots in force.

    Returns:
        An `svg` element without namespaces, as HTML has it.
    """
    buffer = io.StringIO()
    with style.context(["default", {**_STYLE, "svg.hashsalt": name}]):
        figure = draw()
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return _inline(buffer.getvalue(), name, title, description)


def _inline(text: str, name: str, title: str, description: str) -> str:
    """Cut an SVG document down to an element that can stand in a page beside others."""
    body = text[text.index("<svg") :]
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    opening, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]+"', opening)
    rest = rest.replace("xlink:href=", "href=")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', rest))
    rest = re.sub(
        r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", rest
    )
    rest = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", rest)
    for unwanted in (
        r"<defs>\s*<style.*?</style>\s*</defs>",
        r" font-family: [^;\"]*;",
        r' transform="rotate\(-0 [^"]*"',
    ):
        rest = re.sub(unwanted, "", rest, flags=re.DOTALL)
    for role, colour in COLOURS.items():
        rest = rest.replace(colour, f"var(--{role})")
    rest = "\n".join(line.strip() for line in rest.strip().splitlines())
    return (
        f'<svg {box[0] if box else ""} role="img" aria-labelledby="{name}-title {name}-desc">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-desc">{escape(description)}</desc>\n{rest}'
    )


def version() -> str:
    """Of the library that draws."""
    return mpl.__version__
