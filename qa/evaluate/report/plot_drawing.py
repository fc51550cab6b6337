"""Draws the plots of evaluation with matplotlib, each as inline SVG.

A series has its colour, its mark and its dash from its place in the list, so plots of the same
systems match each other and ``swatch``; colour is never the only difference. Points that are not
numbers are left out. matplotlib is loaded by the first plot. Knows nothing about rows and reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.evaluate.report.inline_svg import GRID, INK, PALETTE, PAPER, SERIES, SOFT, render_svg
from qa.evaluate.report.number_format import clean, count, duration, number, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 440, 300
"""Units of a plot: at 390 pixels of screen its text is still 9 pixels high."""

MARKS = ("o", "s", "^", "D", "v", "P")
DASHES = ("solid", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 3)))

Curve = Mapping[str, Any]


def points(curve: Curve, *names: str) -> list[tuple[float, ...]]:
    """The rows of the columns named, without those where one is missing or not a number."""
    columns = [curve.get(name) if isinstance(curve, Mapping) else None for name in names]
    if not all(isinstance(column, Sequence) for column in columns):
        return []
    rows = (tuple(map(number, row)) for row in zip(*columns, strict=False))
    return [row for row in rows if None not in row]  # type: ignore[misc]


def success_plot(title: str, curves: Sequence[Curve]) -> str:
    """Share of questions whose evidence is among the first k articles; k, share in each curve."""

    def draw(figure: Figure) -> None:
        axes = _new_axes(figure, "k, articles looked at", "share of questions")
        for i, curve in enumerate(curves):
            if found := points(curve, "k", "share"):
                axes.plot(
                    *zip(*found, strict=True),
                    **_series_style(i),
                    markevery=_marked_points(len(found)),
                )
        _rank_ticks(axes)
        _share_ticks(axes.yaxis, _lowest_share(curves))

    return render_svg(WIDTH, HEIGHT, title, draw)


def refusing_plot(title: str, curves: Sequence[Curve]) -> str:
    """Refusing what has an answer against refusing what has none, over all thresholds.

    Each curve has ``refused_answerable``, ``refused_unanswerable`` and, as ``at``, the point of the
    threshold in use. Upper left is right; on the diagonal a system refuses at random.
    """

    def draw(figure: Figure) -> None:
        axes = _new_axes(figure, "answerable questions refused", "unanswerable questions refused")
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, dashes=(2, 3))
        for i, curve in enumerate(curves):
            if found := points(curve, "refused_answerable", "refused_unanswerable"):
                axes.plot(*zip(*found, strict=True), **_series_style(i) | {"marker": ""})
            if at := parse_point(curve.get("at")):
                mark: dict[str, Any] = {"marker": _cycled(MARKS, i), "markersize": 9, "zorder": 5}
                axes.plot(
                    *at, **mark, color=_cycled(SERIES, i), markeredgecolor=PAPER, clip_on=False
                )
        _share_ticks(axes.xaxis, 0)
        _share_ticks(axes.yaxis, 0)

    return render_svg(WIDTH, HEIGHT, title, draw)


def parse_point(value: Any) -> tuple[float, float] | None:
    """A pair of numbers, or None."""
    if not isinstance(value, Sequence) or len(value) != 2:
        return None
    x, y = map(number, value)
    return None if x is None or y is None else (x, y)


def reliability_plot(title: str, curve: Curve, series: int = 0) -> str:
    """The score promised against what was found true in each bin; below it, cases in each bin.

    ``curve`` has predicted, observed, low, high (the interval of observed) and n.
    """
    bins = points(curve, "predicted", "observed", "low", "high", "n")
    colour = _cycled(SERIES, series)

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(5, 1))
        _style_axes(upper, "", "found true")
        upper.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, dashes=(2, 3))
        for x, _, low, high, _ in bins:
            upper.plot([x, x], [low, high], color=colour, linewidth=1.2, alpha=0.65)
        upper.plot([b[0] for b in bins], [b[1] for b in bins], **_series_style(series))
        upper.tick_params(labelbottom=False, bottom=False)
        _share_ticks(upper.yaxis, 0)
        _style_axes(lower, "score", "cases")
        lower.grid(visible=False)
        lower.bar([b[0] for b in bins], [b[4] for b in bins], width=0.035, color=colour, alpha=0.5)
        most = max((b[4] for b in bins), default=1) or 1
        lower.set_yticks([0, most], ["0", count(most)])
        _share_ticks(lower.xaxis, 0)

    return render_svg(WIDTH, HEIGHT, title, draw)


def latency_plot(title: str, times: Sequence[Sequence[float]], names: Sequence[str]) -> str:
    """How long answers took, one histogram a system on one scale, with median and p95.

    ``times`` are seconds. The scale is logarithmic when the slowest took 20 times the fastest.
    """
    import numpy as np

    kept = [(i, [t for t in series if t > 0]) for i, series in enumerate(times)]
    kept = [(i, series) for i, series in kept if series]
    every = [t for _, series in kept for t in series]
    low, high = min(every), max(every)
    log = high / low > 20
    edges = np.geomspace(low, high * 1.001, 33) if log else np.linspace(0, high * 1.001, 33)

    def draw(figure: Figure) -> None:
        rows = figure.subplots(len(kept), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (i, series) in zip(rows, kept, strict=True):
            _draw_histogram(axes, series, edges, _cycled(SERIES, i), names[i])
        if log:
            rows[-1].set_xscale("log")
        _duration_ticks(rows[-1], low, high, log)

    return render_svg(WIDTH, max(210, 56 + 90 * len(kept)), title, draw)


def _draw_histogram(
    axes: Axes, series: Sequence[float], edges: Any, colour: str, name: str
) -> None:
    import numpy as np

    _style_axes(axes, "", "")
    axes.grid(visible=False)
    heights = axes.hist(series, bins=edges, color=colour, alpha=0.75, edgecolor=PAPER)[0]
    top = float(max(heights)) or 1
    axes.set_ylim(0, top * 1.12)
    axes.set_yticks([top], [count(top)])
    middle, late = (float(v) for v in np.percentile(series, [50, 95]))
    axes.axvline(middle, color=INK, linewidth=1.4)
    axes.axvline(late, color=INK, linewidth=1.2, dashes=(3, 2))
    axes.set_title(_truncated(name, 28), loc="left", fontsize=11.5)
    axes.set_title(f"median {duration(middle)}, p95 {duration(late)}", loc="right", fontsize=10.5,
                   color=SOFT)  # fmt: skip


def differences_plot(
    differences: Sequence[tuple[str, float, float, float]],
    *,
    title: str = "Differences with their 95 % intervals",
) -> str:
    """A forest plot: for each (name, difference, low, high) a point and its interval around zero.

    An interval that reaches zero is drawn hollow and pale: the difference may be chance. All of
    them share one scale, so pass differences of one unit. Raises ValueError when there are none.
    """
    kept = [row for row in differences if None not in map(number, row[1:])]
    if not kept:
        raise ValueError("no differences to draw")

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        _style_axes(axes, "difference", "")
        axes.grid(visible=False, axis="y")
        axes.axvline(0, color=INK, linewidth=1)
        for y, (name, value, low, high) in enumerate(kept):
            _draw_interval(axes, y, value, low, high)
            label: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "bottom"}
            axes.text(0, y - 0.22, _truncated(name, 42), color=INK, **label)
            text = f"{_signed(value)}  [{_signed(low)}, {_signed(high)}]"
            axes.text(1, y - 0.22, text, ha="right", fontsize=10.5, color=SOFT, **label)
        axes.set_ylim(len(kept) - 0.4, -0.85)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        reach = max(abs(v) for row in kept for v in row[1:]) or 1
        axes.set_xlim(-1.08 * reach, 1.08 * reach)
        axes.xaxis.set_major_formatter(lambda x, _: _signed(round(x, 6)) if abs(x) > 1e-9 else "0")

    return render_svg(WIDTH, 62 + 36 * len(kept), title, draw)


def _draw_interval(axes: Axes, y: float, value: float, low: float, high: float) -> None:
    clear = low > 0 or high < 0
    colour = SERIES[0] if clear else SOFT
    axes.plot([low, high], [y, y], color=colour, linewidth=2 if clear else 1.3)
    axes.plot([value], [y], marker="o", markersize=7, color=colour,
              markerfacecolor=colour if clear else PAPER, markeredgewidth=1.4)  # fmt: skip


def _signed(value: float) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + share(abs(value))


def _truncated(text: str, longest: int) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def swatch(series: int) -> str:
    """The line and mark of a series, for a key beside the plot."""
    i = series % len(SERIES)
    colour = f"var(--plot-{i + 1}, {PALETTE[i]})"
    dash = DASHES[i]
    pattern = "" if isinstance(dash, str) else " ".join(f"{1.8 * part:g}" for part in dash[1])
    shape = (
        '<circle cx="17" cy="6" r="3.6"/>',
        '<path d="M13.6 2.6h6.8v6.8h-6.8z"/>',
        '<path d="M17 1.8l4.4 7.8h-8.8z"/>',
        '<path d="M17 1.4l4.6 4.6-4.6 4.6-4.6-4.6z"/>',
        '<path d="M17 10.2l-4.4-7.8h8.8z"/>',
        '<path d="M15.6 1.8h2.8v2.8h2.8v2.8h-2.8v2.8h-2.8v-2.8h-2.8v-2.8h2.8z"/>',
    )[i]
    return (
        '<svg class="swatch" viewBox="0 0 34 12" aria-hidden="true" focusable="false">'
        f'<path d="M0 6h34" style="stroke: {colour}; stroke-width: 1.8; fill: none; '
        f'stroke-dasharray: {pattern or "none"}"/><g style="fill: {colour}">{shape}</g></svg>'
    )


# -- axes -----------------------------------------------------------------------------------


def _new_axes(figure: Figure, across: str, up: str) -> Axes:
    axes = figure.subplots()
    _style_axes(axes, across, up)
    return axes


def _style_axes(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, color=GRID)
    axes.spines["left"].set_visible(False)


def _series_style(i: int) -> dict[str, Any]:
    """Colour, mark and dash of the i-th system, the same in every plot and in ``swatch``."""
    return {
        "color": _cycled(SERIES, i), "marker": _cycled(MARKS, i), "linestyle": _cycled(DASHES, i),
        "linewidth": 1.8, "markersize": 5.5, "markeredgewidth": 0, "clip_on": False,
    }  # fmt: skip


def _cycled(values: Sequence[Any], i: int) -> Any:
    return values[i % len(values)]


def _marked_points(length: int) -> list[int]:
    """Which points get a mark: the first ones, where curves bend, and then every fifth."""
    return [i for i in range(length) if i in (0, 2) or i % 5 == 4]


def _lowest_share(curves: Sequence[Curve]) -> float:
    """Where an axis of shares begins: as high as shows every point, in fifths."""
    lowest = min((y for c in curves for _, y in points(c, "k", "share")), default=0)
    return max(0, int(lowest * 5 - 0.25) / 5)


def _share_ticks(axis: Any, low: float) -> None:
    steps = [s / 10 for s in range(0, 11, 2 if low < 0.6 else 1) if s / 10 >= low - 1e-9]
    axis.set_ticks(steps, labels=[f"{s:.1g}".removeprefix("0") or "0" for s in steps])
    axes = axis.axes
    (axes.set_xlim if axis is axes.xaxis else axes.set_ylim)(low, 1)


def _rank_ticks(axes: Axes) -> None:
    left, right = axes.dataLim.intervalx
    if right - left >= 4:
        axes.set_xticks([1, *range(5, int(right) + 1, 5)])


def _duration_ticks(axes: Axes, low: float, high: float, log: bool) -> None:
    """Ticks that a person would choose: 1, 2 and 5 of each power of ten."""
    axes.set_xlabel("seconds to the whole answer" + (", logarithmic" if log else ""))
    if not log:
        axes.xaxis.set_major_formatter(lambda x, _: duration(x) if x else "0")
        axes.locator_params(axis="x", nbins=6)
        return
    nice = [m * 10.0**power for power in range(-6, 6) for m in (1, 2, 5)]
    ticks = [t for t in nice if low <= t <= high]
    if len(ticks) > 7:
        ticks = [t for t in ticks if f"{t:e}".startswith("1")] if len(ticks) > 10 else ticks[::2]
    axes.set_xticks(ticks, [duration(t) for t in ticks])
    axes.set_xticks([], minor=True)
