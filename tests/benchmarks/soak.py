"""Uses a real server for minutes or hours as many visitors at once do, and checks it all through.

    python -m tests.benchmarks.soak --minutes 120 --visitors 50 --seed 1 --out docs/soak.md

Starts ``python -m app`` on a free port of this machine over a new library. Visitors come in bursts
and ask for the number in an article of their own, while an editor adds, revises, corrects, removes,
repairs and, in the first half, stops or kills the server and starts it again. After every round:

    each visitor got the number of the own article, as it stood while being asked
    every quote is what the cited version of its article says at its place
    the catalogue and both indexes hold the same passages, of as many articles as were planted
    nothing unexpected was answered, and nothing was logged as an error

Prints a report in Markdown: answers, errors, latency and memory by minute. Exit code 1 when a
check failed. Knows nothing about how answers are made.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]

MAX_MINUTES = 240
MAX_VISITORS = 50
MAX_ANSWERS = 200_000
MAX_FAILURES_TOLD = 20

REQUEST_SECONDS = 600.0
"""Longest that one request may take: the machine may be busy with other work."""

START_SECONDS = 900.0

MAX_STRANGERS = 120
"""Articles beside the visitors' own; beyond them the editor removes before adding."""

RESTARTS = 4
"""Restarts in the first half of a run, on average; the second half shows where memory ends."""

_SYLLABLES = (
    "bra dol fen gar hul jor kel lum mir nor pel quo ris sel tam ulv wex yar zem cas".split()
)


def server_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment without the settings of whoever runs this: the server is given ``settings``
    alone, so that it knows no library, Chroma server or model but its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("CITEWIRE_", "OPENAI_", "CHROMA_"))
    }
    return kept | {"PYTHONPATH": str(ROOT)} | settings


class Server:
    """``python -m app`` as a process of its own, which is stopped, killed and started again."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._home = home
        self.log = home.parent / "server.log"
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until questions can be answered."""
        settings = {
            "CITEWIRE_HOME": str(self._home), "CITEWIRE_PORT": str(self.port),
            "CITEWIRE_MODEL": "none", "CITEWIRE_QUESTIONS_PER_MINUTE": "0",
            "CITEWIRE_FEED_MINUTES": "0",
        }  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app"], env=server_environment(settings), stdout=log,
                stderr=log, cwd=self._home.parent,  # where no .env is
            )  # fmt: skip
        self.starts += 1
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2_000:]}")

    def stop(self, how: signal.Signals) -> None:
        """Send a signal, and wait until the process is gone."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def megabytes(self) -> float:
        """Resident memory of the process."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


@dataclass
class Planted:
    """An article with a number to ask for. ``possible`` are the numbers that may be told now: two
    while a revision is on its way."""

    name: str
    possible: set[int]
    id: str = ""

    @property
    def url(self) -> str:
        return f"https://soak.example/{self.name.lower()}"

    def question(self, dice: random.Random) -> str:
        return dice.choice([
            f"How many bells does the tower of {self.name} have?",
            f"How many bells are in the tower of {self.name}?",
            f"How many bells does {self.name}'s tower have?",
        ])  # fmt: skip

    def fields(self, number: int, dice: random.Random) -> dict[str, str]:
        """What is pasted into the form."""
        text = (
            f"The tower of {self.name} has {number} bells, the council said on Monday.\n\n"
            f"{_filler(dice)}\n\n{_filler(dice)}"
        )
        return {
            "title": f"Tower of {self.name} opened", "text": text, "url": self.url,
            "publisher": dice.choice(["Soak Gazette", "Harbour Post", "Evening Wire"]),
            "published": f"2026-0{dice.randrange(1, 9)}-1{dice.randrange(10)}",
        }  # fmt: skip


def _filler(dice: random.Random) -> str:
    words = ["council", "bridge", "harbor", "budget", "visitors", "repairs", "weather", "festival",
             "school", "market", "ferry", "museum", "railway", "garden"]  # fmt: skip
    return " ".join(
        f"The {dice.choice(words)} near the {dice.choice(words)} was discussed with the "
        f"{dice.choice(words)} committee of {_name(dice)}."
        for _ in range(6)
    )


def _name(dice: random.Random) -> str:
    return "".join(dice.choice(_SYLLABLES) for _ in range(4)).capitalize()


@dataclass
class Minute:
    """What was measured in one minute."""

    process: int = 0
    megabytes: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0
    done: Counter[str] = field(default_factory=Counter)


class Soak:
    """One run: the server, what was planted in it, and what was found."""

    def __init__(self, server: Server, given: argparse.Namespace) -> None:
        self.server = server
        self.given = given
        self.dice = random.Random(given.seed)
        self.visitors = [Planted(f"{_name(self.dice)}{n}", set()) for n in range(given.visitors)]
        self.strangers: list[Planted] = []
        self.samples = 0
        self.minutes: dict[int, Minute] = {}
        self.failures: list[str] = []
        self.checks: Counter[str] = Counter()
        self.lives: list[tuple[int, int, float]] = []
        """Process, answers that it has given, megabytes then."""
        self._answers_of_process = 0
        self._texts: dict[tuple[str, int], str] = {}
        self._lock = threading.Lock()
        self._up = threading.Event()
        self._started = time.monotonic()
        self._client = httpx.Client(
            base_url=server.address, timeout=REQUEST_SECONDS, follow_redirects=True,
            limits=httpx.Limits(max_connections=given.visitors + 10),
        )  # fmt: skip

    # -- what is measured ----------------------------------------------------------------

    def minute(self) -> Minute:
        passed = int((time.monotonic() - self._started) / 60)
        return self.minutes.setdefault(passed, Minute())

    def fail(self, what: str) -> None:
        with self._lock:
            self.minute().failures += 1
            if len(self.failures) < MAX_FAILURES_TOLD:
                self.failures.append(what[:400])

    def check(self, name: str, holds: bool, otherwise: str) -> None:
        with self._lock:
            self.checks[name] += 1
        if not holds:
            self.fail(f"{name}: {otherwise}")

    @property
    def answers(self) -> int:
        return sum(len(minute.milliseconds) for minute in self.minutes.values())

    # -- visitors ------------------------------------------------------------------------

    def request(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """What the server replies; while it is being started again, visitors wait and try again."""
        while True:
            self._up.wait()
            started = self.server.starts
            try:
                return send()
            except httpx.TransportError as error:
                if self._up.is_set() and self.server.starts == started:
                    time.sleep(1.0)  # a restart closes connections before it says so
                    if self._up.is_set() and self.server.starts == started:
                        self.fail(f"no reply: {error!r}")
                        raise

    def visit(self, seed: int) -> None:
        """One visitor: a page now and then, and the number in the own article."""
        dice = random.Random(seed)
        own = self.visitors[seed % len(self.visitors)]
        try:
            if dice.random() < 0.2:
                path = dice.choice(["/", "/library", f"/article/{own.id}", "/library?q=bells"])
                page = self.request(lambda: self._client.get(path))
                self.check("page", page.status_code == 200, f"{path}: {page.status_code}")
            self.ask(own, dice)
        except httpx.TransportError:
            return

    def ask(self, own: Planted, dice: random.Random) -> None:
        question = own.question(dice)
        day = str(date(2026, 10, 1) + timedelta(days=dice.randrange(50)))
        before = set(own.possible)
        through_queue = dice.random() < 0.2
        asked = self._ask_gradio if through_queue else self._ask_api
        started = time.perf_counter()
        answer = asked(question, day)
        took = (time.perf_counter() - started) * 1_000
        if answer is None:
            return
        with self._lock:
            self.minute().milliseconds.append(took)
            self._answers_of_process += 1
        told = {int(n) for n in re.findall(r"has (\d+) bells", answer["text"])}
        if not told and answer["status"] == "not_found":
            with self._lock:
                self.minute().done["refusals"] += 1
            return
        told_what = f"{answer['status']}: {answer['text'][:200]}"
        own_only = told <= before | own.possible and len(told) == 1
        self.check("the own number", own_only, f"{question} got {told_what}, not {before}")
        for citation in answer["citations"]:
            self.check_quote(citation)

    def _ask_api(self, question: str, day: str) -> dict[str, Any] | None:
        body = {"question": question, "asked_at": day}
        headers = {"accept": "application/json"}
        reply = self.request(lambda: self._client.post("/api/ask", json=body, headers=headers))
        if reply.status_code != 200:
            self.fail(f"/api/ask: {reply.status_code} {reply.text[:200]}")
            return None
        found: dict[str, Any] = reply.json()
        return found

    def _ask_gradio(self, question: str, day: str) -> dict[str, Any] | None:
        """Through the queue of the chat page."""

        def send() -> httpx.Response:
            path = "/gradio_api/call/ask"
            event = self._client.post(path, json={"data": [question, day]}).json()["event_id"]
            return self._client.get(f"{path}/{event}")

        reply = self.request(send)
        found = re.search(r"event: complete\ndata: (.*)", reply.text)
        if found is None:
            self.fail(f"gradio: {reply.status_code} {reply.text[-200:]}")
            return None
        answer: dict[str, Any] = json.loads(found[1])[0]
        return answer

    def check_quote(self, citation: dict[str, Any]) -> None:
        key = citation["article_id"], citation["version"]
        if key not in self._texts:
            path = f"/api/articles/{key[0]}?version={key[1]}"
            reply = self.request(lambda: self._client.get(path))
            if reply.status_code == 404:
                return  # removed since
            self._texts[key] = reply.json()["text"]
        there = self._texts[key][citation["start"] : citation["end"]]
        self.check("the quote is in the article", there == citation["quote"], str(citation)[:300])

    # -- the editor ----------------------------------------------------------------------

    def post(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        return self.request(lambda: self._client.post(f"/library/{path}", data=fields))

    def finish(self, reply: httpx.Response) -> str:
        """The page of a job when it is over."""
        where = str(reply.url)
        if reply.status_code != 200 or "/library/jobs/" not in where:
            self.fail(f"no job: {reply.status_code} {where}")
            return ""
        while True:
            page = self.request(lambda: self._client.get(where)).text
            if 'data-over="true"' in page or 'id="job"' not in page:
                return page
            time.sleep(0.2)

    def plant(self, planted: Planted) -> None:
        """Add an article, or revise it."""
        number = self.dice.randrange(2, 10_000)
        planted.possible.add(number)
        page = self.finish(self.post("add/text", planted.fields(number, self.dice)))
        found = re.search(r'kind (new|revised)">.*?/article/([0-9a-f]+)"', page, re.DOTALL)
        self.check("the job told its outcome", found is not None, page[-300:])
        if found:
            planted.id = found[2]
            planted.possible = {number}

    def add(self) -> None:
        stranger = Planted(f"{_name(self.dice)}{self.dice.randrange(10_000)}", set())
        self.plant(stranger)
        self.strangers.append(stranger)

    def revise(self) -> None:
        self.plant(self.dice.choice(self.visitors))

    def correct(self) -> None:
        chosen = self.dice.choice(self.visitors)
        day = f"2026-09-{self.dice.randrange(10, 29)}"
        fields = {"published": day, "publisher": f"Corrected {self.dice.randrange(9)}"}
        reply = self.post(f"articles/{chosen.id}/edit", fields)
        self.check("a correction is stored", reply.status_code == 200, reply.text[-300:])

    def remove(self) -> None:
        if not self.strangers:
            return
        gone = self.strangers.pop(self.dice.randrange(len(self.strangers)))
        reply = self.post("remove", {"id": gone.id})
        self.check("a removal is done", reply.status_code == 200, reply.text[-300:])

    def repair(self) -> None:
        page = self.finish(self.post("health/repair", {}))
        self.check("a repair is done", "Rebuilt" in page, page[-300:])

    def restart(self) -> None:
        """In the middle of a job, which is then submitted again."""
        stranger = Planted(f"{_name(self.dice)}{self.dice.randrange(10_000)}", set())
        self.post("add/text", stranger.fields(self.dice.randrange(2, 10_000), self.dice))
        self._up.clear()
        self.server.stop(self.dice.choice([signal.SIGTERM, signal.SIGKILL]))
        self._answers_of_process = 0
        self.server.start()
        self._up.set()
        self.plant(stranger)
        self.strangers.append(stranger)

    def operate(self) -> None:
        """One thing that an editor does, at random."""
        minutes = (time.monotonic() - self._started) / 60
        share = {"add": 5.0, "revise": 4.0, "correct": 1.0, "remove": 2.0, "repair": 0.3}
        if len(self.strangers) >= MAX_STRANGERS:
            share["add"], share["remove"] = 2.0, 5.0
        (chosen,) = self.dice.choices(list(share), list(share.values()))
        restarted = sum(minute.done["restart"] for minute in self.minutes.values())
        due = minutes / (self.given.minutes / 2) * RESTARTS
        if minutes < self.given.minutes / 2 and restarted < due - self.dice.random():
            chosen = "restart"
        getattr(self, chosen)()
        self.minute().done[chosen] += 1

    # -- the run -------------------------------------------------------------------------

    def examine(self) -> None:
        """What must hold whenever nobody writes, and how much memory is used."""
        page = self.request(lambda: self._client.get("/library/health")).text
        self.check("the stores agree", "hold the same passages" in page, page[-900:])
        page = self.request(lambda: self._client.get("/library")).text
        found = re.search(r"([\d,]+) articles", page)
        total = int(found[1].replace(",", "")) if found else -1
        planted = len(self.visitors) + len(self.strangers)
        if not self.samples:
            self.samples = total - planted
        self.check("as many articles as were planted", total == planted + self.samples,
                   f"{total} articles, {planted} planted and {self.samples} samples")  # fmt: skip
        minute = self.minute()
        minute.process, minute.megabytes = self.server.starts, self.server.megabytes()
        self.lives.append((self.server.starts, self._answers_of_process, minute.megabytes))

    def run(self) -> None:
        self.server.start()
        self._up.set()
        for planted in self.visitors:
            self.plant(planted)
        self.examine()
        self._started = time.monotonic()
        self.minutes.clear()
        seeds = count(1)
        with ThreadPoolExecutor(self.given.visitors) as crowd:
            while time.monotonic() - self._started < 60 * self.given.minutes:
                if self.answers >= MAX_ANSWERS or len(self.failures) >= MAX_FAILURES_TOLD:
                    break
                burst = self.dice.randrange(1, self.given.visitors + 1)
                visits = [crowd.submit(self.visit, next(seeds)) for _ in range(burst)]
                self.operate()
                for visit in visits:
                    visit.result()
                self.examine()
        log = self.server.log.read_text(errors="replace")
        errors = re.findall(r"^.*(?:Traceback|ERROR|Error:).*$", log, re.MULTILINE)
        self.check("nothing was logged as an error", not errors, "; ".join(errors[:5]))

    def close(self) -> None:
        self._client.close()
        self.server.stop(signal.SIGTERM)


def render(soak: Soak, seconds: float) -> str:
    """The report in Markdown."""
    given = soak.given
    everything = sorted(ms for minute in soak.minutes.values() for ms in minute.milliseconds)
    done: Counter[str] = sum((m.done for m in soak.minutes.values()), Counter())
    lines = [
        f"`python -m tests.benchmarks.soak --minutes {given.minutes:g} --visitors {given.visitors} "
        f"--seed {given.seed}`, {date.today():%-d %B %Y}: {len(everything):,} answers in "
        f"{seconds / 60:.0f} minutes, {sum(m.failures for m in soak.minutes.values())} failures; "
        f"{_percentile(everything, 50):,.0f} ms (median), {_percentile(everything, 95):,.0f} ms "
        "(95th percentile), in bursts.",
        "",
        f"{done.pop('refusals', 0):,} questions were refused (\"not in these articles\"), which is "
        "no failure here. The editor meanwhile: "
        + ", ".join(f"{name} {n:,}" for name, n in done.most_common())
        + f". The server was started {soak.server.starts} times.",
        "",
        "| checked | times |", "|---|---|",
        *(f"| {name} | {times:,} |" for name, times in soak.checks.items()),
        "",
        "| minute | process | MB | answers | failures | p50 ms | p95 ms |",
        "|---|---|---|---|---|---|---|",
        *(_row(number, minute) for number, minute in sorted(soak.minutes.items())),
        "",
        "| process | answers given | MB |", "|---|---|---|",
        *(f"| {process} | {answers:,} | {size:.0f} |" for process, answers, size in _some(soak)),
    ]  # fmt: skip
    if soak.failures:
        lines += ["", "Failures:", "", *(f"- {what}" for what in soak.failures)]
    return "\n".join(lines) + "\n"


def _row(number: int, minute: Minute) -> str:
    times = sorted(minute.milliseconds)
    return (
        f"| {number} | {minute.process} | {minute.megabytes:.0f} | {len(times):,} | "
        f"{minute.failures} | {_percentile(times, 50):,.0f} | {_percentile(times, 95):,.0f} |"
    )


def _some(soak: Soak) -> list[tuple[int, int, float]]:
    """Memory after about every 200 answers of each process, and its last."""
    kept: list[tuple[int, int, float]] = []
    for at, (process, answers, size) in enumerate(soak.lives):
        last = at + 1 == len(soak.lives) or soak.lives[at + 1][0] != process
        if last or not kept or kept[-1][0] != process or answers - kept[-1][1] >= 200:
            kept.append((process, answers, size))
    return kept


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10, help=f"at most {MAX_MINUTES}")
    parser.add_argument("--visitors", type=int, default=50, help=f"at most {MAX_VISITORS}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the report there as well")
    given = parser.parse_args()
    given.minutes = min(given.minutes, MAX_MINUTES)
    given.visitors = min(max(given.visitors, 1), MAX_VISITORS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        soak = Soak(Server(Path(folder) / "home"), given)
        started = time.monotonic()
        try:
            soak.run()
        finally:
            soak.close()
            report = render(soak, time.monotonic() - started)
            print(report, flush=True)
            if given.out:
                given.out.write_text(report, encoding="utf-8")
    sys.exit(1 if soak.failures else 0)


if __name__ == "__main__":
    main()
