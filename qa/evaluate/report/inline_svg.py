"""Renders matplotlib figures as inline SVG that takes its colours and font from the page.

Figures are drawn with the stand-in colours below; on the way out each becomes a CSS value with a
fallback, so that one drawing serves light and dark. Knows nothing about what is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from qa.evaluate.extras import require_extra
from qa.evaluate.report.number_format import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, SOFT, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"

# Okabe and Ito's colours, darkened for text on paper. The page has lighter ones for the dark.
PALETTE = ("#0b6aa2", "#c2500a", "#00795a", "#9c4583", "#6f6500", "#4d4d4d")
SERIES = tuple(f"#05050{i}" for i in range(len(PALETTE)))

_COLOURS = {
    INK: "currentColor",
    SOFT: "var(--plot-soft, #6b6b6b)",
    GRID: "var(--plot-grid, #dddddd)",
    PAPER: "var(--plot-paper, #ffffff)",
} | {
    stand_in: f"var(--plot-{i + 1}, {PALETTE[i]})"
    for i, stand_in in enumerate(SERIES)
}  # fmt: skip

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a system may be called $x$
    "text.color": INK,
    "font.size": 11.5,
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.labelcolor": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "path.simplify": True,
}

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def render_svg(width: float, height: float, title: str, draw: Callable[[Figure], None]) -> str:
    """What ``draw`` puts on a figure of so many points, as one ``<svg>`` named ``title``.

    The figure belongs to no window; the style holds only while it is drawn. Raises EvaluationError
    when matplotlib is not installed.
    """
    require_extra("matplotlib", "Plots")
    import matplotlib
    from matplotlib.figure import Figure

    out, title = io.StringIO(), clean(title)
    with matplotlib.rc_context(_STYLE | {"svg.hashsalt": title}):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        draw(figure)
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Type")))
    return _to_inline_svg(out.getvalue(), title)


def _to_inline_svg(text: str, title: str) -> str:
    """The drawing without size, style sheet, metadata and unused ids, named for screen readers."""
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        _clean_attributes(element)
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": root.attrib["viewBox"],
        "class": "plot",
        "role": "img",
        "aria-label": title,
        "stroke-linejoin": "round",
    }
    name = ElementTree.Element("title")
    name.text = title
    root.insert(0, name)
    return ElementTree.tostring(root, encoding="unicode")


def _clean_attributes(element: ElementTree.Element) -> None:
    attributes = element.attrib
    if element.tag == "g":
        attributes.pop("id", None)
    if link := attributes.pop(_LINK, None):
        attributes["href"] = link
    for name in ("d", "x", "y", "transform", "width", "height"):
        if name in attributes:
            attributes[name] = _LONG_NUMBER.sub(lambda m: f"{float(m[0]):.2f}", attributes[name])
    if style := attributes.get("style"):
        kept = [p for p in style.split("; ") if not p.startswith("font-family")]
        attributes["style"] = _with_css_colours("; ".join(kept))


def _with_css_colours(style: str) -> str:
    for stand_in, value in _COLOURS.items():
        style = style.replace(stand_in, value)
    return style
