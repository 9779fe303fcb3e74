"""Forgetting a person for good: said in numbers first, then done, in an order in which nothing of theirs comes anew.

They are let in no more, what is being written or learned from their words is stopped, and then all of it goes. It is
no deletion that can be undone, so there is no hour in which it can.
"""

from __future__ import annotations

from understudy.errors import InputError, NotFoundError
from understudy.playground.answering import Answering
from understudy.playground.learning import Learning
from understudy.playground.own import Own
from understudy.playground.people import People
from understudy.playground.progress import counted
from understudy.store import EVERYONE, Store, Traces

PATIENCE_S = 10.0
"""How long an answer or a run that was stopped may take to end."""

NOT_REACHED = "Backups, exported files and what was sent to a provider are copies elsewhere: they stay as they are."


class Erasing:
    """Reached as `playground.erasing`."""

    def __init__(self, store: Store, people: People, own: Own, answering: Answering, learning: Learning) -> None:
        self._store = store
        self._people = people
        self._own = own
        self._answering = answering
        self._learning = learning

    def words(self, name: str) -> str:
        """What would go, for a person to read before it does. Raises `NotFoundError` where nothing is theirs."""
        name = self._known(name)
        return sentence(self._store.erasure.traces(name), self._store.people.find(name) is not None)

    def forget(self, name: str) -> str:
        """Take everything of a person off the disk; the sentence that says so. Raises `NotFoundError`, `InputError`."""
        name, words = self._known(name), self.words(name)
        self._close(name)
        for conversation in self._store.erasure.conversations(name):
            self._answering.stop(conversation)
            self._answering.wait(conversation, PATIENCE_S)
        self._stop_runs(self._store.erasure.facts(name))
        self._store.erasure.erase(name)
        return f"{name} is forgotten: {words}"

    def _known(self, name: str) -> str:
        """The name as it is written here."""
        if name == EVERYONE:
            raise InputError("The person of this machine has no account that could be forgotten.")
        account = self._store.people.find(name)
        if account is None and self._store.erasure.traces(name) == Traces():
            raise NotFoundError(f"Nothing here is of anybody called {name!r}.")
        return account.name if account else name

    def _close(self, name: str) -> None:
        """They cannot come in any more, and their own understudy learns and answers no more."""
        account = self._store.people.find(name)
        if account is not None and account.removed is None:
            self._people.remove(name)
        else:
            self._own.retire(name)

    def _stop_runs(self, facts: frozenset[str]) -> None:
        """A run that learns from what goes would quote it afterwards; what is left starts another by itself."""
        for run in self._store.runs.open():
            named = (fact.split() for kind in run.snapshot.values() for fact in kind)  # a weak signal names two answers
            learned = {id for ids in named for id in ids}
            if learned & facts:
                self._learning.cancel(run.id)
                self._learning.wait(run.id, PATIENCE_S)


def sentence(traces: Traces, account: bool) -> str:
    """What goes, and what stays all the same."""
    counts = (
        (traces.conversations, "conversation"),
        (traces.corrections, "correction"),
        (traces.ratings, "rating"),
        (traces.votes, "vote"),
        (traces.versions, "version"),
    )
    parts = ["the account"] if account else []
    parts += [counted(count, noun) for count, noun in counts if count]
    parts[-1] += " of an understudy of one's own" if traces.versions else ""
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    marked = ""
    if traces.marked:
        it = "It stays, and says so" if traces.marked == 1 else "They stay, and say so"
        marked = f" {counted(traces.marked, 'version')} of others learned from them. {it}, until learned anew."
    return f"{listed}.{marked} {NOT_REACHED}"
