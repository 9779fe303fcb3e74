"""What people say about answers: ratings, corrections, votes, and taking them back.

A fact carries its person as author. A visitor's word waits until a curator approves it: whoever may chat here must not
thereby be able to teach everybody's model. Whoever has an understudy of their own switched on teaches that, at once: it
is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from understudy.errors import InputError
from understudy.playground.limits import checked_text
from understudy.playground.own import Own
from understudy.playground.reading import hides_names, shown_answers
from understudy.playground.view import Verdict
from understudy.store import Store
from understudy.store.corrections import State
from understudy.types import OWNER, Person

BAD_REASONS = ("Wrong", "Incomplete", "Too long", "Off topic", "Unsafe", "Style")
GOOD_REASONS = ("Correct", "Clear", "Helpful", "Style")


class Feedback:
    """Reached as `playground.feedback`. Safe to call from any thread."""

    def __init__(self, store: Store, own: Own, approve: Literal["auto", "manual"] = "auto") -> None:
        self._store = store
        self._own = own
        self._approve = approve
        if approve == "auto":
            store.corrections.approve_waiting()

    # -- ratings -------------------------------------------------------------------------------------------------

    def rate(
        self,
        completion: str,
        label: bool | None,
        reasons: Sequence[str] = (),
        comment: str = "",
        person: Person = OWNER,
    ) -> None:
        """Thumb up, thumb down, or None to take it back; with reasons of that thumb and a comment."""
        self._finished(completion)
        allowed = () if label is None else GOOD_REASONS if label else BAD_REASONS
        for reason in reasons:
            if reason not in allowed:
                raise InputError(
                    f"{reason!r} is no reason for this rating. Choose from: {', '.join(allowed) or 'none'}."
                )
        comment = checked_text(comment, "comment", empty=True, most=4000)
        said, own = tuple(dict.fromkeys(reasons)), self._own.of(person)
        self._store.ratings.add(completion, label, said, comment, person.name, _counts(person, own), own)

    # -- corrections ---------------------------------------------------------------------------------------------

    def correct(self, completion: str, text: str, person: Person = OWNER) -> None:
        """What the answer should have been. The original stays beside it. The next answer remembers it, if approved."""
        self._finished(completion)
        own = self._own.of(person)
        made = self._store.corrections.add(completion, checked_text(text, "correction"), person.name, person=own)
        if own or self._approve == "auto":
            self._store.corrections.set_state(made.id, _counts(person, own))

    def withdraw_correction(self, completion: str, person: Person = OWNER) -> None:
        self._store.corrections.withdraw(completion, person.name)

    def bring_back_correction(self, completion: str, person: Person = OWNER) -> None:
        """Undo a withdrawal: the correction stands again as it stood, with its tags and its approval."""
        history = self._store.corrections.history(completion)
        earlier = [correction for correction in history if not correction.withdrawn]
        if not earlier or not history[-1].withdrawn:
            raise InputError("This answer has no correction that was taken back.")
        stood = earlier[-1]
        made = self._store.corrections.add(completion, stood.text, person.name, stood.tags, stood.person)
        self._store.corrections.set_state(made.id, cast(State, stood.state))
        self._store.versions.judge_alike(stood.id, made.id)

    def set_remembered(self, correction: str, enabled: bool) -> None:
        """Switch a correction off, so that no answer recalls it, or on again."""
        self._store.corrections.set_enabled(correction, enabled)

    # -- votes ---------------------------------------------------------------------------------------------------

    def vote(self, turn: str, verdict: Verdict, winner: str | None = None, person: Person = OWNER) -> None:
        """Which answer of a turn is best, or tie, or all bad. A blind vote is final: the names are out."""
        asked = self._store.turns.get(turn)
        shown = [answer.id for answer in shown_answers(self._store, asked)]
        if len(shown) < 2:
            raise InputError(
                "There is only one answer here, so there is nothing to compare. Add a column and ask again."
            )
        if asked.blind and not hides_names(self._store, asked):
            raise InputError("The names of this comparison are already known, so its vote can no longer change.")
        if verdict == "chosen" and winner not in shown:
            raise InputError("The chosen answer is not one of the answers shown. Reload the page and vote again.")
        best = winner if verdict == "chosen" else None
        others = [completion for completion in shown if completion != best]
        said, own = "a" if verdict == "chosen" else verdict, self._own.of(person)
        self._store.preferences.add_choice(
            turn, best, others, said, author=person.name, state=_counts(person, own), person=own
        )

    def withdraw_vote(self, turn: str) -> None:
        if self._store.turns.get(turn).blind:
            raise InputError("A blind vote cannot be taken back: the names have been shown.")
        self._store.preferences.withdraw(turn)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _finished(self, completion: str) -> None:
        found = self._store.completions.get(completion)
        if found.finish is None:
            raise InputError("This answer is still being written. Stop it, or wait until it is done.")
        if hides_names(self._store, self._store.turns.get(found.turn)):
            raise InputError("Vote first: until then the names are hidden and answers cannot be rated or corrected.")


def _counts(person: Person, own: str) -> State:
    """Whether a person's word counts at once: for their `own` understudy it always does."""
    return "waiting" if person.role == "visitor" and not own else "approved"
