"""The errors that ingestion and the library raise on purpose, as one tree.

    IngestError
    ├── BadInput            a source that is not an article (reason, and which source)
    ├── FetchRefused        an address that must not or could not be fetched
    ├── BadFilter           a filter that cannot match anything (an outlet that is not there)
    ├── LibraryError
    │   ├── LibraryBusy     another process is writing
    │   ├── LibraryReadOnly nothing may be written here
    │   ├── EmbedderChanged the library was embedded with something else
    │   ├── LibraryBroken   a store cannot be read
    │   └── DiskFull        nothing more can be written
    └── WeightsError        the packaged model is missing or not the one we know

Every message says what was wrong, with which file or address, and what to do. Knows nothing about
how the errors are shown.
"""

from typing import Self

REPAIR_ADVICE = "Run `citewire repair`: it rebuilds both indexes from the catalogue."


class IngestError(Exception):
    """Base of every error this package raises on purpose."""


class BadInput(IngestError):
    """A source that cannot become an article: ``source`` names it, ``reason`` says why."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


class BadFilter(IngestError):
    """A filter on articles that cannot match anything as it is written."""


class FetchRefused(BadInput):
    """An address that is not allowed, too large, too slow, or answered with an error.

    ``temporary``: whether trying later may help; ``retry_after``: seconds that the server asked to
    be given before the next attempt.
    """

    def __init__(
        self, source: str, reason: str, *, temporary: bool = False, retry_after: float = 0.0
    ) -> None:
        self.temporary = temporary
        self.retry_after = retry_after
        super().__init__(source, reason)


class LibraryError(IngestError):
    """Base of errors about the library as a whole."""


class LibraryBusy(LibraryError):
    """Another process holds the write lock."""


class LibraryReadOnly(LibraryError):
    """The settings say that nothing may be written."""

    def __init__(self) -> None:
        super().__init__("This Citewire is read-only (CITEWIRE_READ_ONLY): nothing is written.")


class EmbedderChanged(LibraryError):
    """The library's vectors were made by another embedder than the configured one."""


class LibraryBroken(LibraryError):
    """A store exists but cannot be read."""


class DiskFull(LibraryError):
    """There is no room to write; what was written before is intact."""

    @classmethod
    def from_message(cls, message: str, location: object) -> Self | None:
        """The error when a store's message says that its disk is full, else None."""
        if not any(sign in message for sign in ("disk is full", "No space left", "StorageFull")):
            return None
        return cls(
            f"The disk of {location} is full. Nothing is lost: make room, then run the same "
            "command again."
        )


class WeightsError(IngestError):
    """The packaged embedding model is absent or its sha256 is not the known one."""


def summary_of(error: Exception) -> str:
    """The message of a third party's exception on one line of at most 120 characters."""
    return " ".join(str(error).split())[:120] or type(error).__name__
