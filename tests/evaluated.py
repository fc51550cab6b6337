"""Two invented systems, measured on invented questions: what a report is drawn from in tests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from qa.evaluate.records import Case, CitedQuote, Estimate, Reply, Report, Row
from qa.records import Sentence

_STORIES = """
How many lighthouses will Ostrava Bay keep lit?
seven
The harbour board will keep seven lighthouses lit through the winter, its secretary said on Tuesday.
Board spares the bay's lights
Marrow Point Courier
how many

Who leads the new inquiry into the Tarn dam?
Ilse Brandvold
Retired judge Ilse Brandvold will lead the inquiry into the cracks found at the Tarn dam.
Judge named for dam inquiry
The Tarn Valley News
who

When does the night ferry to Hollin return?
14 March
The night ferry to Hollin returns on 14 March after five months in dry dock.
Night ferry is back next month
Marrow Point Courier
when

Where was the stolen cello found?
in a bakery
Police found the 1741 cello in a bakery in Fenwick Lane, wrapped in flour sacks.
Cello turns up among the loaves
Evening Ledger
where

Why did the Velm orchard growers stop their auction?
a fungus
Growers stopped the auction after a fungus was found on pears from three orchards.
Pears withdrawn in Velm
Country Post
why

How much will the tram extension to Quillon cost?
412 million crowns
The extension to Quillon will cost 412 million crowns, a third more than was planned in spring.
Tram to Quillon grows dearer
Evening Ledger
how many

Who won the mountain marathon in Sarn?
Dagny Olufsen
Dagny Olufsen won the mountain marathon in Sarn in 4 hours 11 minutes.
Olufsen first over the pass
The Tarn Valley News
who

Which minister resigned over the grain contracts?
Matthis Korr
Agriculture minister Matthis Korr resigned on Friday over contracts for grain that never came.
Korr goes over grain
National Register
who

How many schools reopen in the flooded district?
eleven
Eleven of the sixteen schools in the flooded district reopen on Monday.
Pupils return after the flood
Country Post
how many

When was the Brask tunnel closed?
2 October
The Brask tunnel was closed on 2 October when inspectors found water behind its lining.
Tunnel shut for the winter
National Register
when

What did archaeologists find under the Merrow theatre?
a Roman mosaic
Under the stage of the Merrow theatre archaeologists have found a Roman mosaic of eels and reeds.
Eels below the stage
Evening Ledger
what

Why was the bridge toll dropped?
the loan is paid
The toll was dropped because the loan is paid, nine years early, the road agency said.
Free over the Ander
National Register
why
"""
"""Question, answer, the sentence that holds it, title, outlet, kind; six lines each."""

STORIES = tuple(tuple(story.splitlines()) for story in _STORIES.strip().split("\n\n"))

UNANSWERABLE = (
    "Who designed the uniforms of the Ostrava Bay lifeguards?",
    "How many passengers has the Quillon tram carried since 1990?",
    "Which song opened the closing ceremony of the Sarn games?",
    "What does the dam inquiry conclude?",
    "Who won the 2031 chess title in Port Lusk?",
    "How many pears does Velm export to the islands?",
)


def row(number: int, rng: random.Random, skill: float, scale: float) -> Row:
    """One question; ``skill`` is how often it goes well, ``scale`` how slow the system is."""
    if number % 4 == 3:
        return _unanswerable(number, rng, skill, scale)
    question, answer, said, title, outlet, kind = STORIES[number % len(STORIES)]
    day = date(2026, 3, 1) + timedelta(days=number)
    case = Case(
        f"q{number:03d}", question, day, (answer,), (f"story-{number % 12}",), kind=kind,
        choices=(answer, "nine", "Petra Lund", "in a boathouse") if number % 3 == 0 else (),
    )  # fmt: skip
    if number == 33:
        return Row(
            case, None, {}, "ReadTimeout: the model at 127.0.0.1:8080 gave no answer in 60 s"
        )
    rank = 1 if rng.random() < skill else rng.choice([0, 2, 3, 4, 7, 12])
    measures = {"mrr": 1 / rank if rank else 0.0, "hit@1": float(rank == 1),
                "hit@5": float(0 < rank <= 5), "hit@10": float(0 < rank <= 10)}  # fmt: skip
    if rng.random() < 0.08:
        reply = Reply("not_found", confidence=0.2 + rng.random() / 8, timings=_took(rng, scale))
        return Row(case, reply, measures | {"refused_answerable": 1.0})
    right = rank == 1 or rng.random() < skill / 2
    text = said if right else STORIES[(number + 5) % 12][2]
    start = text.find(answer)
    second = "The council will return to the matter after Easter."
    cited = CitedQuote(1, text, f"story-{number % 12}", title, f"{outlet} · {day.day} {day:%B %Y}",
                  True, round(0.5 + rng.random() / 2, 3), days=(day.isoformat(),))  # fmt: skip
    sentences = [Sentence(text, (1,), (start, start + len(answer)) if start >= 0 else None)]
    supported = 1.0
    if rng.random() < 0.3:
        sentences.append(Sentence(second, (1,)))
        supported = 1.0 if rng.random() < skill else 0.5
    reply = Reply(
        "answered", tuple(sentences), (cited,), _near(number),
        round(0.35 + rng.random() * 0.6, 3), answer if right else None,
        timings=_took(rng, scale), usage={"prompt_tokens": 900, "completion_tokens": 60},
    )  # fmt: skip
    return Row(case, reply, measures | {
        "answer_in_quotes": float(right), "answer_in_first_quote": float(right and rank == 1),
        "token_f1": float(right), "citation_recall": supported, "citation_precision": supported,
        "quote_exactness": 1.0, "refused_answerable": 0.0, "tokens": 960.0, "cost": 0.0003,
    })  # fmt: skip


def _near(number: int) -> tuple[str, ...]:
    return tuple(f"story-{(number + i) % 12}" for i in range(9))


def _unanswerable(number: int, rng: random.Random, skill: float, scale: float) -> Row:
    question = UNANSWERABLE[number // 4 % len(UNANSWERABLE)]
    planted = ("BUY LUSK COIN",) if number % 24 == 23 else ()
    case = Case(f"u{number:03d}", question, date(2026, 4, 2), unanswerable=True,
                kind="injected" if planted else "no answer", forbidden=planted)  # fmt: skip
    if rng.random() < skill:
        reply = Reply("not_found", confidence=rng.random() / 3, timings=_took(rng, scale))
        return Row(case, reply, {"refused_unanswerable": 1.0})
    _, _, said, title, outlet, _ = STORIES[number % 12]
    cited = CitedQuote(1, said, f"story-{number % 12}", title, outlet, True, 0.41)
    reply = Reply("partial", (Sentence(said, (1,)),), (cited,), ("story-1",),
                  round(0.3 + rng.random() / 2, 3), timings=_took(rng, scale))  # fmt: skip
    followed = {"injection_followed": float(skill < 0.7)} if planted else {}
    return Row(case, reply, {"refused_unanswerable": 0.0, "citation_recall": 1.0} | followed)


def _took(rng: random.Random, scale: float) -> dict[str, float]:
    return {"total": round(scale * rng.lognormvariate(0, 0.6), 4)}


def figure(values: Sequence[float]) -> Estimate:
    """A mean with an interval that is wide enough to look at."""
    mean, half = float(np.mean(values)), 1.96 * float(np.std(values)) / len(values) ** 0.5
    return Estimate(mean, max(mean - half, 0), min(mean + half, max(values)), len(values))


def figures(rows: Sequence[Row]) -> dict[str, Estimate]:
    """The mean of every measure that a row has, and the seconds."""
    names = dict.fromkeys(name for one in rows for name in one.measures)
    found = {n: figure([r.measures[n] for r in rows if n in r.measures]) for n in names}
    times = [r.reply.timings["total"] for r in rows if r.reply]
    if times:
        p50, p95 = np.percentile(times, [50, 95])
        found["seconds_p50"] = Estimate(p50, p50 * 0.9, p50 * 1.1, len(times))
        found["seconds_p95"] = Estimate(p95, p95 * 0.8, p95 * 1.3, len(times))
    return found


def curves(rng: random.Random, skill: float) -> dict[str, Any]:
    """Curves of the shapes that a run gives."""
    steps = [i / 40 for i in range(41)]
    scores = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]
    true = [min(0.98, max(0.03, s * skill * 1.15 + rng.uniform(-0.06, 0.06))) for s in scores]
    return {
        "success_at_k": {"k": list(range(1, 21)),
                         "share": [1 - (1 - skill) * 0.8 ** (k - 1) for k in range(1, 21)]},
        "refusing": {"threshold": steps, "refused_answerable": [t**2.2 for t in steps],
                     "refused_unanswerable": [t ** (1.3 - skill) for t in steps],
                     "at": [0.4**2.2, 0.4 ** (1.3 - skill)]},
        "reliability": {"predicted": scores, "observed": true,
                        "low": [max(0, t - 0.11) for t in true],
                        "high": [min(1, t + 0.1) for t in true],
                        "n": [12, 31, 48, 77, 90, 64], "ece": 0.083,
                        "of": "the support score against whether the checker agrees"},
    }  # fmt: skip


def report(
    system: str = "citewire", skill: float = 0.8, scale: float = 0.06, n: int = 60
) -> Report:
    """A whole report of so many rows; the same for the same arguments."""
    rng = random.Random(f"{system} {n}")
    rows = tuple(row(i, rng, skill, scale) for i in range(n))
    kinds = list(dict.fromkeys(r.case.kind for r in rows))
    run = {"set": "island-papers", "questions": ["5f0c1d2e3a4b"], "articles": 1204,
           "passages": 9876, "newest": "2026-04-30", "library": "77aa01bc",
           "mode": "quoted", "model": None, "sample": n, "seed": 7, "version": "0.1.0",
           "when": "2026-11-22T21:40:00+00:00", "system": system, "workers": 2}  # fmt: skip
    return Report(
        system, run, rows, figures([r for r in rows if not r.error]),
        {k: figures([r for r in rows if r.case.kind == k and not r.error]) for k in kinds},
        curves(rng, skill),
    )  # fmt: skip
