"""Raises the floors of the quality gate to what is measured now; a floor is never lowered.

    python -m tests.quality [DATA] [--home FOLDER]

Without DATA only the bundled samples; with it (the folder that holds realtimeqa_mini) the other
sets too, over the library in FOLDER, which is made at the first run (minutes).
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ingest.pipeline import ingest
from ingest.sources.reader import samples_folder
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa import Assistant, Settings
from qa.evaluate import Report, evaluate
from qa.evaluate.quality_gate import check_floors, raise_floors, read_floors, write_floors
from qa.evaluate.question_sets.question_set import read_questions
from qa.interfaces.cli.evaluation_commands import current_commit
from tests.benchmarks.realtimeqa import fill
from tests.quality.sets import FLOORS, SAMPLES, measure_realtimeqa

QUESTIONS = Path(__file__).parents[1] / "data" / "sample_questions.jsonl"


def _assistant(library: Library) -> Assistant:
    return Assistant(Settings(model="none"), library=library)


def _raise_floors_to(report: Report, name: str) -> None:
    day = datetime.now(UTC).date().isoformat()
    floors = raise_floors(report, name, read_floors(FLOORS), date=day, commit=current_commit())
    write_floors(FLOORS, floors)
    print(*check_floors(report, name, floors), sep="\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, nargs="?", help="folder with realtimeqa_mini")
    parser.add_argument("--home", type=Path, help="folder of the RealTime QA library")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(Path(folder) / "samples", embedder=PackagedEmbedding())
        ingest([samples_folder()], library)
        _raise_floors_to(evaluate(_assistant(library), read_questions(QUESTIONS).cases), SAMPLES)
        if options.data:
            home = options.home or Path(folder) / "realtimeqa"
            library = Library(home, embedder=PackagedEmbedding())
            fill(library, options.data / "realtimeqa_mini")
            for mode in ("retrieval", "quoted"):
                report = measure_realtimeqa(_assistant(library), options.data, mode)
                _raise_floors_to(report, f"realtimeqa_mini {mode}")


if __name__ == "__main__":
    main()
