"""The benchmark of hours: what it must not touch."""

from __future__ import annotations

import pytest

from tests.benchmarks.soak import server_environment


def test_the_server_of_a_soak_knows_no_setting_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a shared catalogue or Chroma server nor a model or key reaches it."""
    for name in ("CITEWIRE_CATALOGUE_URL", "citewire_chroma_url", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "https://ours.example")
    monkeypatch.setenv("LANG", "C.UTF-8")
    given = server_environment({"CITEWIRE_HOME": "/new"})
    assert "https://ours.example" not in given.values()
    assert (given["CITEWIRE_HOME"], given["LANG"]) == ("/new", "C.UTF-8")
