"""What can go wrong while answering.

    QaError
    ├── BadQuestion     nothing to answer: empty, or far too long
    ├── EmptyLibrary    there are no articles yet
    ├── SettingsError   a setting that cannot be used
    └── ModelError      the language model failed (retryable or not); answering goes on by quoting

Every message says what was wrong and what to do.
"""


class QaError(Exception):
    """Base of every error this package raises on purpose."""


class BadQuestion(QaError):
    """A question that cannot be searched for."""


class EmptyLibrary(QaError):
    """A library without articles cannot answer."""


class SettingsError(QaError):
    """A setting is missing or contradicts another."""


class ModelError(QaError):
    """The language model gave no usable answer. ``retryable``: trying again later may help."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        self.reason = reason
        self.retryable = retryable
        super().__init__(reason)
