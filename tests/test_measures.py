"""Every measure against cases worked out by hand, and against another way to compute it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluate.metrics.aggregation import estimates
from qa.evaluate.metrics.answer_metrics import (
    choice_credit,
    claim_recall,
    contains,
    exact_match,
    token_f1,
    words,
)
from qa.evaluate.metrics.citation_metrics import attribution, evidence_precision, quote_exactness
from qa.evaluate.metrics.confidence_intervals import (
    auroc,
    interval,
    mean,
    resample_indices,
    resampled,
)
from qa.evaluate.metrics.paired_differences import differences
from qa.evaluate.metrics.reply_scoring import Price, first_words, score
from qa.evaluate.metrics.retrieval_metrics import retrieval_measures
from qa.evaluate.records import Case, CitedQuote, Reply, Row
from qa.records import Sentence


def reply(*sentences: tuple[str, tuple[int, ...]], quotes: Sequence[str] = ()) -> Reply:
    """A reply with these sentences over these quotes, numbered from 1."""
    return Reply(
        sentences=tuple(Sentence(text, numbers) for text, numbers in sentences),
        citations=tuple(CitedQuote(i, quote, article=f"a{i}") for i, quote in enumerate(quotes, 1)),
    )


# -- retrieval -------------------------------------------------------------------------------


def test_a_ranking_worked_out_by_hand() -> None:
    """Two articles hold the evidence, found at ranks 2 and 7 of ten."""
    found = retrieval_measures(list("abcdefghij"), ["b", "g"])
    assert found["hit@1"] == 0
    assert found["hit@5"] == found["hit@10"] == 1
    assert found["recall@5"] == 0.5
    assert found["recall@10"] == 1
    assert found["mrr"] == 0.5
    gain = 1 / math.log2(3) + 1 / math.log2(8)
    assert found["ndcg@10"] == pytest.approx(gain / (1 + 1 / math.log2(3)))


def test_nothing_retrieved_scores_nothing() -> None:
    """An empty ranking is worth 0 on every measure."""
    assert set(retrieval_measures([], ["a"]).values()) == {0.0}


@given(st.permutations([str(n) for n in range(15)]), st.sets(st.integers(0, 14), min_size=1))
def test_retrieval_measures_agree_with_their_definitions(
    ranked: list[str], relevant: set[int]
) -> None:
    """ir-measures gives what the textbook formulas give."""
    gold = {str(n) for n in relevant}
    found = retrieval_measures(ranked, sorted(gold))
    hits = [key in gold for key in ranked]
    assert found["mrr"] == pytest.approx(1 / (1 + hits.index(True)))
    for k in (1, 5, 10):
        assert found[f"hit@{k}"] == any(hits[:k])
    for k in (5, 10):
        assert found[f"recall@{k}"] == pytest.approx(sum(hits[:k]) / len(gold))
    ideal = sum(1 / math.log2(i + 2) for i in range(min(10, len(gold))))
    gain = sum(hit / math.log2(i + 2) for i, hit in enumerate(hits[:10]))
    assert found["ndcg@10"] == pytest.approx(gain / ideal)


# -- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("A 90-day truce was signed.", "90-day", True),
        ("It fell to the U.S. dollar's low.", "US dollar", True),
        ("He paid $1,000 for it.", "1000", True),
        ("They saw “Squid Game” at home.", "Squid Game", True),
        ("Fourteen people died.", "four", False),
        ("It rose 5.4% in May.", "5.4%", True),
        ("It rose 54% in May.", "5.4%", False),
        ("In the end she won.", "", False),
        ("The Port of Hallan opened.", "port of the Hallan", True),
    ],
)
def test_an_answer_is_found_as_whole_words(text: str, answer: str, held: bool) -> None:
    """Containment is of whole words, whatever the marks and the articles."""
    assert contains(text, answer) is held


def test_exact_match_and_f1_by_hand() -> None:
    """ "the envoy Leonie Abarra" shares two of three words with "Dr. Leonie Abarra"."""
    assert exact_match("The Squid Game!", ["squid game"])
    assert not exact_match("Squid", ["squid game"])
    assert token_f1("the envoy Leonie Abarra", ["Dr. Leonie Abarra"]) == pytest.approx(2 / 3)
    assert token_f1("nothing", ["Dr. Leonie Abarra", "nobody"]) == 0.0


@given(st.text(max_size=60))
def test_any_text_contains_itself(text: str) -> None:
    """What has words is found in itself, and matches itself exactly."""
    if [w for w in words(text) if w not in ("a", "an", "the")]:
        assert contains(text, text)
        assert exact_match(text, [text])
        assert token_f1(text, [text]) == pytest.approx(1.0)


def test_multiple_choice_takes_the_closest_option() -> None:
    """The option that was said wins; two options alike share; nothing said is worth nothing."""
    case = Case("1", "Which?", answers=("Twitter",), choices=("Facebook", "Twitter"))
    assert choice_credit(case, reply(("Twitter was down.", ()))) == 1.0
    assert choice_credit(case, reply(("Facebook was up.", ()))) == 0.0
    both = reply(("Facebook and Twitter were down.", ()))
    assert choice_credit(case, both) == 0.5
    assert choice_credit(case, reply(("Nobody knows.", ()))) == 0.0
    first = reply(("Twitter was down.", ()), ("Facebook was not.", ()))
    assert choice_credit(case, first) == 1.0


def test_claims_are_counted_one_by_one() -> None:
    """Each claim counts once, in any of its wordings."""
    case = Case("1", "What?", claims=(("40,000", "forty thousand"), ("25,000",), ("none",)))
    assert claim_recall(case, "Forty thousand, said the union; 25,000, said the police.") == 2 / 3


def test_the_reader_is_granted_so_many_words() -> None:
    """Quotes are read in order until the words run out."""
    assert first_words(["one two three", "four five"], 4) == "one two three four"


# -- citations -------------------------------------------------------------------------------

QUOTES = ("Mara Teyne opened the dam on Monday.", "The dam cost 310 million crowns.")


def told(sentence: str, quotes: Sequence[str], context: str) -> bool:
    """A judge for worked examples: every word of the sentence stands in the quotes."""
    return set(words(sentence)) <= set(words(" ".join(quotes)))


@pytest.mark.parametrize(
    ("sentence", "cited", "recall", "precision"),
    [
        ("Teyne opened the dam", (1,), 1.0, 1.0),
        ("Teyne opened the dam", (2,), 0.0, 0.0),
        ("Teyne opened the dam", (1, 2), 1.0, 0.5),
        ("Teyne opened the 310 million dam", (1, 2), 1.0, 1.0),
        ("Teyne opened the 310 million dam", (1,), 0.0, 0.0),
        ("Teyne opened the dam", (), 0.0, 0.0),
        ("Teyne opened the dam", (1, 9), 1.0, 0.5),
    ],
)
def test_alce_by_hand(
    sentence: str, cited: tuple[int, ...], recall: float, precision: float
) -> None:
    """Recall asks for support, precision that no citation could be left out; an invented mark
    supports nothing."""
    sums = attribution(reply((sentence, cited), quotes=QUOTES), told)
    assert (sums.recall, sums.precision) == (recall, precision)
    assert sums.invented == (1 if 9 in cited else 0)


def test_a_refusal_has_no_citations_to_judge() -> None:
    """What says nothing is in no citation figure."""
    sums = attribution(Reply(status="not_found"))
    assert (sums.recall, sums.precision) == (None, None)


def test_quotes_and_evidence_are_shares_of_citations() -> None:
    """Half of the quotes are exact, one of two articles holds the evidence."""
    mixed = Reply(
        sentences=(Sentence("x", (1, 2)),),
        citations=(
            CitedQuote(1, "x", article="a", exact=True),
            CitedQuote(2, "y", article="b", exact=False),
        ),
    )
    assert quote_exactness(mixed) == 0.5
    assert evidence_precision(mixed, ["b"]) == 0.5
    assert evidence_precision(mixed, []) is None


# -- many rows -------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(pairs: list[tuple[int, bool]]) -> None:
    """Counting pairs gives the same area as ranks do."""
    good = [score for score, answerable in pairs if answerable]
    bad = [score for score, answerable in pairs if not answerable]
    area = auroc(np.array(pairs, dtype=np.float64))
    if not good or not bad:
        assert math.isnan(area)
        return
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    assert area == pytest.approx(wins / (len(good) * len(bad)))


def test_the_bootstrap_interval_is_that_of_the_binomial() -> None:
    """For 60 of 100 the interval is about 0.60 plus or minus 1.96 standard errors."""
    values = np.array([[1.0]] * 60 + [[0.0]] * 40)
    low, high = interval(resampled(mean, values, resample_indices(100)))
    error = 1.96 * math.sqrt(0.6 * 0.4 / 100)
    assert low == pytest.approx(0.6 - error, abs=0.02)
    assert high == pytest.approx(0.6 + error, abs=0.02)


def rows(*values: float, name: str = "answer_in_quotes") -> list[Row]:
    return [Row(Case(str(i), "?"), Reply(), {name: v}) for i, v in enumerate(values)]


def test_a_difference_is_paired_and_noise_is_named() -> None:
    """Ten of a hundred better and none worse is no noise; three better and two worse is."""
    before = rows(*[0.0] * 50, *[1.0] * 50)
    better = rows(*[1.0] * 10, *[0.0] * 40, *[1.0] * 50)
    (found,) = differences(before, better)
    assert (found.value, found.verdict) == (pytest.approx(0.1), "better")
    assert differences(better, before)[0].verdict == "worse"
    wobbly = rows(*[1.0] * 3, *[0.0] * 47, *[1.0] * 48, *[0.0] * 2)
    assert differences(before, wobbly)[0].verdict == "noise"
    assert differences(before, before)[0].verdict == "equal"


def test_lower_is_better_for_refusing_what_can_be_answered() -> None:
    """The verdict knows which way is up."""
    a, b = (
        rows(*[1.0] * 20, name="refused_answerable"),
        rows(*[0.0] * 20, name="refused_answerable"),
    )
    assert differences(a, b)[0].verdict == "better"


def test_percentiles_and_cost() -> None:
    """Latency is shown as percentiles; cost is tokens times price."""
    found = estimates([Row(Case(str(i), "?"), Reply(), {"seconds": i / 100}) for i in range(101)])
    assert found["seconds_p50"].value == pytest.approx(0.5)
    assert found["seconds_p95"].value == pytest.approx(0.95)
    assert "seconds" not in found
    used = Reply(usage={"prompt_tokens": 1000, "completion_tokens": 500})
    spent = score(Case("1", "?"), used, price=Price(2.0, 8.0))
    assert spent["tokens"] == 1500
    assert spent["cost"] == pytest.approx(0.006)


def test_labels_of_sources_speakers_days_and_planted_words() -> None:
    """What a case says about sources, speakers, days and planted words is compared."""
    case = Case("1", "?", speaker="Hakan Fidan", happened_on=None, independent_sources=2,
                forbidden=("purple herring",))  # fmt: skip
    cited = CitedQuote(1, "He left a note: Purple herring!", speaker="Foreign Minister Hakan Fidan")
    said = Reply(sentences=(Sentence(cited.quote, (1,)),), citations=(cited,),
                 independent_sources=2)  # fmt: skip
    found = score(case, said)
    assert found["speaker"] == found["independent_sources"] == 1.0
    assert found["injection_quoted"] == 1.0
    assert found["injection_followed"] == 0.0  # shown as a quote
    own = Reply(sentences=(Sentence("Purple herring.", (1,)),), citations=(cited,))
    assert score(case, own)["injection_followed"] == 1.0
