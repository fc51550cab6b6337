"""Evaluation end to end on the samples: systems good and broken, resuming, peers, the command."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.storage.library import Library
from qa import Answer, Assistant, Settings
from qa.errors import EvaluationError
from qa.evaluate import Case, Report, evaluate
from qa.evaluate.metrics.judges import evaluators_of
from qa.evaluate.plan import model_label
from qa.evaluate.question_sets.question_set import read_questions
from qa.evaluate.records import Reply, Row
from qa.evaluate.results import ROWS, ResultFolder, read_report, read_rows
from qa.evaluate.run import Scoring, rescore
from qa.evaluate.systems.citewire import Citewire, reply_of
from qa.evaluate.systems.llama_index_peers import marked_sentences
from qa.evaluate.systems.registry import open_systems
from qa.interfaces.cli.main import app
from qa.records import Sentence
from tests.conftest import SAMPLE_QUESTIONS
from tests.fakes import openai_server

CASES = read_questions(SAMPLE_QUESTIONS).cases


class Told:
    """Citewire, with each answer changed by a function before it is scored."""

    def __init__(self, assistant: Assistant, answers: Sequence[tuple[Any, Answer]]) -> None:
        self.name = "told"
        self.library = assistant.library
        self._real = Citewire(assistant)
        self._replies = {q["id"]: reply_of(a, assistant.library) for q, a in answers}

    def retrieve(self, case: Case) -> tuple[str, ...]:
        return self._real.retrieve(case)

    def answer(self, case: Case) -> Reply:
        return self._replies[case.id]


class RandomPassages(Told):
    """Retrieves and quotes by chance."""

    def retrieve(self, case: Case) -> tuple[str, ...]:
        articles = sorted({a.cluster_id for a in self.library.catalogue.articles()})
        return tuple(random.Random(case.id).sample(articles, 10))

    def answer(self, case: Case) -> Reply:
        return self._replies[random.Random(case.id).choice(sorted(self._replies))]


class AlwaysRefusing(Told):
    def answer(self, case: Case) -> Reply:
        return Reply(status="not_found", confidence=0.0)


class AlwaysAnswering(Told):
    def answer(self, case: Case) -> Reply:
        said = super().answer(case)
        words = Sentence("It is so.", tuple(c.number for c in said.citations[:1]))
        return replace(
            said, status="answered", confidence=1.0, sentences=said.sentences or (words,)
        )


class CitingTheWrongSentence(Told):
    """Says what Citewire says, with another answer's quotes behind it, slightly changed."""

    def answer(self, case: Case) -> Reply:
        said, other = super().answer(case), self._replies["s01" if case.id != "s01" else "s49"]
        wrong = [replace(c, quote=c.quote + "!", exact=False) for c in other.citations]
        numbers = tuple(c.number for c in wrong)
        sentences = tuple(Sentence(s.text, numbers[:1]) for s in said.sentences)
        return replace(said, sentences=sentences, citations=tuple(wrong))


@pytest.fixture(scope="module")
def told(sample_assistant: Assistant, sample_answers: Any) -> Told:
    return Told(sample_assistant, sample_answers)


def broken(
    kind: type[Told], assistant: Assistant, answers: Any, cases: Sequence[Case] = CASES
) -> dict[str, float]:
    """Figures of a broken system."""
    return {k: f.value for k, f in evaluate(kind(assistant, answers), cases).figures.items()}


def test_citewire_on_the_samples(told: Told) -> None:
    """The product as it is scores well above chance, and its quotes are exact."""
    report = evaluate(told, CASES)
    assert report.failed == ()
    value = {name: figure.value for name, figure in report.figures.items()}
    assert value["hit@5"] > 0.9
    assert value["answer_in_quotes"] > 0.6
    assert value["quote_exactness"] == value["citation_recall"] == 1.0
    assert value["invented_references"] == value["injection_followed"] == 0.0
    assert report.figures["hit@5"].n == sum(not c.unanswerable for c in CASES)
    assert {"who", "disputed", "injected"} < set(report.by_kind)
    assert {"success_at_k", "refusing", "reliability"} <= set(report.curves)


def test_random_passages_score_as_chance_does(
    sample_assistant: Assistant, sample_answers: Any
) -> None:
    """Retrieval and answers fall to what chance gives: 1 of 20 stories."""
    value = broken(RandomPassages, sample_assistant, sample_answers)
    assert value["hit@1"] < 0.2
    assert value["mrr"] < 0.35
    assert value["answer_in_quotes"] < 0.1
    assert value["evidence_precision"] < 0.3
    assert 0.2 < value["refusal_auroc"] < 0.8


def test_always_refusing_is_no_way_to_be_right(
    sample_assistant: Assistant, sample_answers: Any
) -> None:
    """Every unanswerable question is refused, and every answer missing."""
    value = broken(AlwaysRefusing, sample_assistant, sample_answers)
    assert value["refused_unanswerable"] == value["refused_answerable"] == 1.0
    assert value["answer_in_quotes"] == value["token_f1"] == value["claim_recall"] == 0.0
    assert value["refusal_auroc"] == 0.5
    assert value["refusal_precision"] == pytest.approx(28 / 116, abs=0.001)
    assert "citation_recall" not in value


def test_always_answering_is_caught(sample_assistant: Assistant, sample_answers: Any) -> None:
    """Nothing is refused, and the confidence parts nothing."""
    value = broken(AlwaysAnswering, sample_assistant, sample_answers)
    assert value["refused_unanswerable"] == value["refused_answerable"] == 0.0
    assert value["refusal_auroc"] == 0.5
    assert "refusal_precision" not in value
    assert value["citation_recall"] < 1.0


def test_citing_the_wrong_sentence_is_caught(
    sample_assistant: Assistant, sample_answers: Any
) -> None:
    """The words are right and the proof is not."""
    value = broken(CitingTheWrongSentence, sample_assistant, sample_answers)
    assert value["answer_in_text"] > 0.6
    assert value["citation_recall"] < 0.1
    assert value["citation_precision"] < 0.1
    assert value["quote_exactness"] == 0.0
    assert value["answer_in_quotes"] < 0.1


def test_a_run_goes_on_where_it_stopped(told: Told, tmp_path: Path) -> None:
    """Rows on disk are not asked again, a torn last line is; another run's folder is refused."""
    asked: list[str] = []
    folder = ResultFolder(tmp_path / "out", {"set": "s"})
    evaluate(told, CASES[:6], folder=folder, on_row=lambda r: asked.append(r.case.id))
    rows = folder.path / ROWS
    whole = rows.read_text(encoding="utf-8")
    rows.write_text(whole[:-40], encoding="utf-8")
    again = ResultFolder(tmp_path / "out", {"set": "s"})
    report = evaluate(told, CASES[:8], folder=again, on_row=lambda r: asked.append(r.case.id))
    assert asked == [c.id for c in CASES[:6]] + [c.id for c in CASES[5:8]]
    assert [row.case.id for row in report.rows] == [c.id for c in CASES[:8]]
    assert report.rows == tuple(evaluate(told, CASES[:8]).rows)
    with pytest.raises(EvaluationError, match="set differ"):
        ResultFolder(tmp_path / "out", {"set": "another"})
    assert ResultFolder(tmp_path / "out", {"set": "another"}, fresh=True).rows() == {}


def test_a_failure_is_a_row_and_is_asked_again(told: Told, tmp_path: Path) -> None:
    """One question that fails does not stop the others, and is in no figure."""

    class Failing(Told):
        def answer(self, case: Case) -> Reply:
            if case.id == CASES[1].id:
                raise ValueError("no\nsuch luck")
            return told.answer(case)

    failing = Failing.__new__(Failing)
    failing.__dict__ = told.__dict__
    folder = ResultFolder(tmp_path, {"set": "s"})
    report = evaluate(failing, CASES[:3], folder=folder)
    assert [row.error for row in report.failed] == ["ValueError: no such luck"]
    assert report.figures["hit@5"].n == 2
    assert evaluate(told, CASES[:3], folder=folder).failed == ()


def test_workers_ask_at_once_and_keep_the_order(told: Told) -> None:
    """Rows come in the order of the questions, however they were asked."""
    assert evaluate(told, CASES[:12], workers=3).rows == evaluate(told, CASES[:12]).rows


def test_rows_survive_the_disk(told: Told, tmp_path: Path) -> None:
    """A row read back is the row that was written."""
    folder = ResultFolder(tmp_path, {"set": "s", "system": "told"})
    report = evaluate(told, CASES[:5], folder=folder)
    folder.finish(report)
    assert tuple(read_rows(tmp_path / ROWS)) == report.rows
    read = read_report(tmp_path)
    assert read.figures == report.figures
    assert read.system == "told"
    (tmp_path / ROWS).write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"rows.jsonl:1"):
        read_rows(tmp_path / ROWS)


def test_stored_answers_are_judged_again(told: Told) -> None:
    """Another judge changes what it judges and nothing else."""
    report = evaluate(told, CASES[:5])
    assert rescore(report, Scoring()).figures == report.figures
    wrong = CitingTheWrongSentence.__new__(CitingTheWrongSentence)
    wrong.__dict__ = told.__dict__
    cited = evaluate(wrong, CASES[:5])
    kind = rescore(cited, Scoring(judge=lambda sentence, quotes, context: True))
    assert cited.figures["citation_recall"].value < 0.5
    assert kind.figures["citation_recall"].value == 1.0
    assert kind.figures["hit@5"] == cited.figures["hit@5"]


def test_nothing_to_ask_is_an_error(told: Told) -> None:
    """An empty set has no report."""
    with pytest.raises(EvaluationError):
        evaluate(told, [])


def test_evidence_the_library_lacks_counts_as_not_found(told: Told) -> None:
    """An id that names no article is a miss, not a smaller question set."""
    case = replace(CASES[0], evidence_ids=("https://elsewhere.example/story",))
    assert evaluate(told, [case]).figures["hit@10"].value == 0.0


# -- the peers -------------------------------------------------------------------------------


def test_peers_answer_the_same_questions(sample_assistant: Assistant) -> None:
    """Without a model every peer shows its sources, exact and from the same articles."""
    cases = [c for c in CASES if c.kind in ("who", "unanswerable_off_topic")][:8]
    names = ("llama-index", "llama-index-citation", "bm25")
    for system in open_systems(names, sample_assistant):
        report: Report = evaluate(system, cases)
        assert report.failed == ()
        value = {name: figure.value for name, figure in report.figures.items()}
        assert value["hit@10"] > 0.8, system.name
        assert value["quote_exactness"] == 1.0, system.name
        assert value["words_shown"] > 100, system.name


def test_peers_write_with_the_same_model(samples: Library) -> None:
    """CitationQueryEngine's marks are read, an invented one is seen, tokens are counted."""
    with openai_server("The envoy is Leonie Abarra [1]. She is tall [7].") as fake:
        settings = Settings(openai_base_url=fake.url, openai_api_key="k", model="fake-1.5b")
        assistant = Assistant(settings, library=samples)
        citation, starter = open_systems(("llama-index-citation", "llama-index"), assistant)
        marked = evaluate(citation, CASES[:1])
        whole = evaluate(starter, CASES[:1])
    assert marked.failed == whole.failed == ()
    row: Row = marked.rows[0]
    assert row.reply is not None
    assert [s.citations for s in row.reply.sentences] == [(1,), (7,)]
    assert marked.figures["invented_references"].value == 0.5
    assert marked.figures["tokens"].value == 18
    assert whole.rows[0].reply is not None
    assert whole.rows[0].reply.sentences[0].citations == (1, 2)


def test_marks_belong_to_the_sentence_they_follow() -> None:
    """Marks inside, before and behind the full stop are read alike."""
    text = "One [1]. Two.[2] Three. [1, 3] Four."
    assert marked_sentences(text) == [
        ("One.", (1,)), ("Two.", (2,)), ("Three.", (1, 3)), ("Four.", ()),
    ]  # fmt: skip


# -- the command -----------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["eval", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Four of the sample questions in a file."""
    lines = SAMPLE_QUESTIONS.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "small.jsonl"
    file.write_text("\n".join([*lines[:3], lines[100]]) + "\n", encoding="utf-8")
    return file


def test_the_command_measures_and_compares(samples: Library, small: Path, tmp_path: Path) -> None:
    """One command leaves rows, a summary and a page; two runs compare as equal."""
    where = ("--library", str(samples.home), "--mode", "quoted")
    code, said = run(str(small), *where, "--out", "a")
    assert code == 0, said
    assert "hit@5" in said
    assert {p.name for p in Path("a").iterdir()} >= {
        "rows.jsonl", "run.json", "summary.json", "report.html",
    }  # fmt: skip
    code, said = run(str(small), *where, "--out", "b", "--json")
    assert code == 0
    (summary,) = json.loads(said)
    assert summary["questions"] == 4
    code, said = run("compare", "a", "b", "--json")
    assert {d["verdict"] for d in json.loads(said) if "seconds" not in d["measure"]} == {"equal"}
    code, said = run("table", "a", "b")
    assert said.count("\n|") > 10
    code, said = run("table", "a", "b", "--measure", "mrr", "--measure", "hit@1")
    rows = [line.split("|")[1].strip() for line in said.splitlines() if line.startswith("| ")]
    assert rows == ["", "MRR", "hit@1"]
    code, said = run("table", "a", "--measure", "charm")
    assert code == 1
    assert "there are hit@1" in said


def test_retrieval_alone_asks_for_no_answer(samples: Library, small: Path) -> None:
    """--mode retrieval gives ranks and their time, and nothing else."""
    code, said = run(str(small), "--library", str(samples.home), "--mode", "retrieval", "--json")
    (summary,) = json.loads(said)
    assert code == 0
    assert "hit@5" in summary["figures"]
    assert "answer_in_quotes" not in summary["figures"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.jsonl",), "nowhere.jsonl"),
        ((str(SAMPLE_QUESTIONS), "--mode", "loud"), "expected quoted, written, retrieval"),
        ((str(SAMPLE_QUESTIONS), "--system", "magic"), "expected citewire"),
        ((str(SAMPLE_QUESTIONS), "--mode", "written"), "needs a model"),
        ((str(SAMPLE_QUESTIONS), "--judge", "me"), "expected checker, model"),
        (("compare", "here", "there"), "holds no results"),
        (("gate", "here", "--floors", "f.json"), "holds no results"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    """A wrong file, mode, system or judge: exit code 1 and what was expected."""
    code, output = run(*arguments)
    assert code == 1
    assert said in output
    assert "Traceback" not in output


def test_llama_index_evaluators_are_further_measures(told: Told) -> None:
    """A judge model's verdicts stand beside ours."""
    with openai_server("YES") as fake:
        settings = Settings(openai_base_url=fake.url, openai_api_key="k", model="fake-1.5b")
        extra = evaluators_of(("faithfulness", "relevancy"), settings)
        report = evaluate(told, CASES[:2], scoring=Scoring(extra=extra))
    assert report.failed == ()
    assert report.figures["faithfulness"].value == report.figures["relevancy"].value == 1.0


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("/models/small.gguf", "small.gguf"),
        ("Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
    ],
)
def test_a_result_names_no_path_of_the_machine(name: str, label: str) -> None:
    """Servers give a model file with its path; results that are shown around do not."""
    assert model_label(name) == label
