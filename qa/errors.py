"""The errors that answering raises on purpose.

    QaError
    ├── BadQuestion     nothing to answer: empty, or far too long
    ├── BadDraft        nothing to check: empty, or far too long
    ├── EmptyLibrary    there are no articles yet
    ├── SettingsError   a setting that cannot be used
    ├── UsersError      the users file cannot be read, or a user cannot be added
    ├── FeedbackRefused what a reader says of an answer and that cannot be kept
    ├── EvaluationError an evaluation that cannot be run: nothing to ask, results of another run
    ├── BadQuestions    a question set that cannot be read (which file, and where in it)
    └── ModelError      the language model failed (retryable or not); answering goes on by quoting
        └── ContextTooLong   the prompt does not fit into the model's context window

Every message says what was wrong and what to do.
"""


class QaError(Exception):
    """Base of every error this package raises on purpose."""


class BadQuestion(QaError):
    """A question that cannot be searched for."""


class BadDraft(QaError):
    """A draft that cannot be checked."""


class EmptyLibrary(QaError):
    """A library without articles cannot answer."""


class SettingsError(QaError):
    """A setting is missing or contradicts another."""


class UsersError(QaError):
    """The users of a shared library cannot be read, or not changed as asked."""


class FeedbackRefused(QaError):
    """Feedback that does not fit its answer, is too long, or finds no room."""


class EvaluationError(QaError):
    """An evaluation cannot be run, or its results cannot be read."""


class BadQuestions(QaError):
    """A file that is no question set. ``place`` is where in it, such as ``line 12``; or empty."""

    def __init__(self, source: str, reason: str, *, place: str = "") -> None:
        self.source = source
        self.reason = reason
        self.place = place
        super().__init__(f"{source}, {place}: {reason}" if place else f"{source}: {reason}")


class ModelError(QaError):
    """The language model gave no usable answer. ``retryable``: trying again later may help."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        self.reason = reason
        self.retryable = retryable
        super().__init__(reason)


class ContextTooLong(ModelError):
    """The prompt does not fit into the model's context window; with less evidence it would.
    ``limit`` is the window in tokens when the server told it."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        window = f"context of {limit:,} tokens" if limit else "context"
        super().__init__(f"the question and its evidence do not fit into its {window}")
