"""One exception tree. Every message is a sentence for the person at the screen.

It names the value, what is wrong with it and the next step, so that the page, the command line and the log can
show it unchanged. What is not an `UnderstudyError` is a bug.
"""


class UnderstudyError(Exception):
    """Something a person can understand and act on; `str(error)` is what they read."""


class SettingsError(UnderstudyError):
    """A flag, variable or settings file holds a value that cannot be used."""


class StoreError(UnderstudyError):
    """The database cannot be opened, read or written; nothing in it was changed."""


class NotFoundError(UnderstudyError):
    """An id names nothing: deleted meanwhile, from another store, or mistyped."""


class InputError(UnderstudyError):
    """What a person typed or sent cannot be used as it is."""


class Outdated(UnderstudyError):
    """Somebody else changed it since it was read; nothing was overwritten."""


class ModelError(UnderstudyError):
    """A model or an adapter cannot be loaded or cannot answer."""


class TrainingError(UnderstudyError):
    """A run cannot begin or cannot go on; the versions that there are have not changed."""


class Unlearnable(TrainingError):
    """Nothing of what there is to learn can be learned by this model; `refused` says why of each fact, by its id."""

    def __init__(self, refused: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(refused.values())))
        self.refused = refused


class NoAnswer(TrainingError):
    """A provider did not answer: what was asked may have been done all the same, and must be looked for."""


class Busy(TrainingError):
    """A provider did nothing of what was asked, and may do it a little later."""


class NotOffered(TrainingError):
    """A provider trains nothing more for this organisation."""


class DownloadError(ModelError):
    """The hub cannot be reached or does not have the file."""


class Cancelled(UnderstudyError):
    """A person stopped it: not a failure, but nothing came of it either."""


class NotAllowed(UnderstudyError):
    """Whoever asks may not do this; nothing was done."""
