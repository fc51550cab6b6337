"""What can go wrong while building or opening a library.

    IngestError
    ├── BadInput            a source that is not an article (reason, and which source)
    ├── FetchRefused        an address that must not or could not be fetched
    ├── BadFilter           a filter that cannot match anything (an outlet the library has not)
    ├── LibraryError
    │   ├── LibraryBusy     another process is writing
    │   ├── EmbedderChanged the library was embedded with something else
    │   ├── LibraryBroken   a store cannot be read
    │   └── DiskFull        nothing more can be written
    └── WeightsError        the packaged model is missing or not the one we know

Every message says what was wrong, with which file or address, and what to do.
"""

from typing import Self

REPAIR_ADVICE = "Run `citewire repair`: it rebuilds both indexes from the catalogue."


class IngestError(Exception):
    """Base of every error this package raises on purpose."""


class BadInput(IngestError):
    """A source that cannot become an article."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


class BadFilter(IngestError):
    """A condition on articles that cannot be meant as it is written."""


class FetchRefused(BadInput):
    """An address that is not allowed, too large, too slow, or answered with an error.

    ``temporary``: whether trying later may help; ``wait``: seconds that the server asked for.
    """

    def __init__(
        self, source: str, reason: str, *, temporary: bool = False, wait: float = 0.0
    ) -> None:
        self.temporary = temporary
        self.wait = wait
        super().__init__(source, reason)


class LibraryError(IngestError):
    """Base of errors about the library as a whole."""


class LibraryBusy(LibraryError):
    """Another process holds the write lock."""


class EmbedderChanged(LibraryError):
    """The library's vectors were made by another embedder than the configured one."""


class LibraryBroken(LibraryError):
    """A store exists but cannot be read."""


class DiskFull(LibraryError):
    """There is no room to write; what was written before is whole."""

    @classmethod
    def told(cls, said: str, where: object) -> Self | None:
        """The error for what a store said, when that was that its disk is full."""
        if not any(sign in said for sign in ("disk is full", "No space left", "StorageFull")):
            return None
        return cls(
            f"The disk of {where} is full. Nothing is lost: make room, then run the same command "
            "again."
        )


class WeightsError(IngestError):
    """The packaged embedding model is absent or its sha256 is not the known one."""
