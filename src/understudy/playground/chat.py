"""A conversation as a person leads it: asked, answered in every column, branched, gone on from.

What is asked is recorded before a model is started, so that a crash loses no message. Every column answers the same
messages with the same seed; the next message continues from one of the answers, and an earlier one asked in other words
is a branch beside it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from understudy.dataset.asked import prompt_of
from understudy.errors import InputError
from understudy.playground.answering import Answering
from understudy.playground.casting import Casting
from understudy.playground.columns import check_choice, column_choices, resolve_columns
from understudy.playground.costs import Costs
from understudy.playground.limits import checked_sampling, checked_text, title_of
from understudy.playground.own import Own
from understudy.playground.reading import hides_names, read_answer, read_conversation, shown_answers
from understudy.playground.view import Answer, ColumnChoice, ConversationItem, ConversationView, LiveTexts
from understudy.store import Completion, Conversation, Store
from understudy.types import OWNER, Column, FinishReason, Person, Sampling


@dataclass(frozen=True, slots=True)
class Opening:
    """What a person's first conversation has; later ones begin like the newest."""

    columns: tuple[str, ...] = ("base", "champion")
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""


class Chat:
    """Reached as `playground.chat`. Safe to call from any thread."""

    def __init__(
        self, store: Store, casting: Casting, answering: Answering, own: Own, costs: Costs, opening: Opening
    ) -> None:
        self._store, self._casting, self._answering = store, casting, answering
        self._own, self._costs, self._opening = own, costs, opening

    def conversations(self, search: str = "", person: Person = OWNER) -> list[ConversationItem]:
        """A person's sidebar, newest first; with `search`, those whose title or texts contain its words."""
        hits = self._store.conversations.list(checked_text(search, "search", empty=True), person=person.name)
        return [ConversationItem(hit.id, hit.title, hit.updated, hit.snippet) for hit in hits]

    def new_conversation(self, like: str | None = None, person: Person = OWNER) -> ConversationView:
        """An empty conversation with the columns, system prompt and sampling of `like`, else of the newest one."""
        model = self._store.conversations.find(like) if like else self._newest(person)
        if model is None:
            opening = self._opening
            made = self._store.conversations.add(
                system=opening.system, columns=opening.columns, sampling=opening.sampling, person=person.name
            )
        else:
            made = self._store.conversations.add(
                system=model.system,
                columns=self._usable(model.columns, person),
                sampling=model.sampling,
                blind=model.blind,
                person=person.name,
            )
        return self.open(made.id)

    def open(self, conversation: str) -> ConversationView:
        running = self._answering.running(conversation)
        return read_conversation(self._store, conversation, self._costs, running=running)

    def latest(self, person: Person = OWNER) -> ConversationView:
        """The conversation a person used last, or a new one."""
        newest = self._newest(person)
        return self.open(newest.id) if newest else self.new_conversation(person=person)

    def rename(self, conversation: str, title: str) -> None:
        self._store.conversations.set_title(conversation, checked_text(title, "title", most=200))

    def delete(self, conversation: str) -> None:
        """Out of sight now, off the disk once the time for undo has passed."""
        self._answering.stop(conversation)
        self._store.conversations.delete(conversation)

    def restore(self, conversation: str) -> None:
        self._store.conversations.restore(conversation)

    def set_columns(self, conversation: str, names: Sequence[str], person: Person = OWNER) -> None:
        columns = resolve_columns(self._store, self._casting.base_model, names, self._own.of(person))
        check_choice(self._store, self._casting.base_model, columns, person)
        self._store.conversations.set_columns(conversation, tuple(names))

    def set_system(self, conversation: str, text: str) -> None:
        self._store.conversations.set_system(conversation, checked_text(text, "system prompt", empty=True))

    def set_sampling(self, conversation: str, values: Mapping[str, object]) -> None:
        """Change some or all sampling values; unknown names and values out of range are refused."""
        now = self._store.conversations.get(conversation).sampling
        self._store.conversations.set_sampling(conversation, checked_sampling(now, values))

    def set_blind(self, conversation: str, blind: bool) -> None:
        self._store.conversations.set_blind(conversation, blind)

    def column_choices(self, person: Person = OWNER) -> list[ColumnChoice]:
        return column_choices(self._store, self._casting.base_model, person, self._own.of(person))

    def ask(self, conversation: str, text: str, parent: str | None = None, person: Person = OWNER) -> str:
        """Record a turn, start answering it in every column, return its id.

        It continues from the completion `parent`, else from the one chosen in the last turn, else from the vote's
        winner, else from the first column that answered.
        """
        text = checked_text(text, "message")
        state = self._idle(conversation)
        if parent is None:
            parent = self._parent_of_next(state)
        else:
            self._completion_in(parent, conversation)
        return self._record_and_answer(state, text, parent, person)

    def edit_turn(self, turn: str, text: str, person: Person = OWNER) -> str:
        """Ask an earlier message again in other words: a new branch beside it, answered anew."""
        old = self._store.turns.get(turn)
        state = self._idle(old.conversation)
        return self._record_and_answer(state, checked_text(text, "message"), old.parent, person, edits=turn)

    def show_branch(self, turn: str) -> None:
        """Look at the branch of this turn, down to where it was last continued."""
        self._store.conversations.set_head(self._store.turns.get(turn).conversation, self._newest_leaf(turn))

    def regenerate(self, completion: str, person: Person = OWNER) -> str:
        """Another attempt of one column, with a new seed; the earlier one is kept."""
        return self._attempt_again([self._store.completions.get(completion)], person)[0]

    def regenerate_turn(self, turn: str, person: Person = OWNER) -> list[str]:
        """Another attempt of every column of a turn."""
        return self._attempt_again(shown_answers(self._store, self._store.turns.get(turn)), person)

    def stop(self, conversation: str, completion: str | None = None) -> None:
        self._answering.stop(conversation, completion)

    def live(self, conversation: str) -> LiveTexts:
        return self._answering.live(conversation)

    def wait(self, conversation: str, timeout: float | None = None) -> bool:
        return self._answering.wait(conversation, timeout)

    def answer(self, completion: str) -> Answer:
        """One completion, also an attempt that its column no longer shows."""
        found = self._store.completions.get(completion)
        return read_answer(
            self._store, found, self._costs, hidden=hides_names(self._store, self._store.turns.get(found.turn))
        )

    def continue_from(self, completion: str) -> None:
        """Stand on this answer: the next message continues from it. Where it was continued before, go there again."""
        found = self._store.completions.get(completion)
        self._store.turns.set_chosen(found.turn, completion)
        below = self._store.turns.children(completion)
        leaf = self._newest_leaf(below[-1].id) if below else found.turn
        self._store.conversations.set_head(self._store.turns.get(found.turn).conversation, leaf)

    def _newest(self, person: Person) -> Conversation | None:
        newest = self._store.conversations.list(limit=1, person=person.name)
        return self._store.conversations.find(newest[0].id) if newest else None

    def _usable(self, names: Sequence[str], person: Person) -> tuple[str, ...]:
        """The columns of an older conversation without those whose model or version is gone, or for others."""
        known = {choice.name for choice in self.column_choices(person)}
        return tuple(name for name in names if name in known) or self._opening.columns

    def _idle(self, conversation: str) -> Conversation:
        state = self._store.conversations.get(conversation)
        if self._answering.running(conversation):
            raise InputError("An answer is still being written here. Stop it, or wait until it is done.")
        return state

    def _record_and_answer(
        self, state: Conversation, text: str, parent: str | None, person: Person, edits: str | None = None
    ) -> str:
        own = self._own.of(person)
        columns = resolve_columns(self._store, self._casting.base_model, state.columns, own)
        check_choice(self._store, self._casting.base_model, columns, person)
        blind = state.blind and len(columns) > 1
        if blind:
            random.shuffle(columns)
        turn = self._store.turns.add(state.id, text, parent, state.system, blind, own)
        if edits is not None:
            self._store.signals.add_edit(turn.id, edits)
        if not state.title:
            self._store.conversations.set_title(state.id, title_of(text))
        completions = [
            self._store.completions.add(
                turn.id, position, column.model, column.version, column.label, sampling, column.person
            )
            for position, (column, sampling) in enumerate(zip(columns, _drafts(columns, state.sampling), strict=True))
        ]
        self._answering.start(state.id, completions, prompt_of(self._store, turn.id), person.name)
        return turn.id

    def _attempt_again(self, earlier: Sequence[Completion], person: Person) -> list[str]:
        if not earlier:
            raise InputError("This turn has no answers to write again.")
        turn = self._store.turns.get(earlier[0].turn)
        state = self._idle(turn.conversation)
        if turn.blind and not hides_names(self._store, turn):
            raise InputError("This blind comparison is decided. Ask the question again to compare anew.")
        columns = [Column(old.model, old.version, old.label, old.person) for old in earlier]
        check_choice(self._store, self._casting.base_model, columns, person)
        completions = [
            self._store.completions.add(turn.id, old.position, old.model, old.version, old.label, sampling, old.person)
            for old, sampling in zip(earlier, _drafts(columns, replace(state.sampling, seed=None)), strict=True)
        ]
        self._answering.start(turn.conversation, completions, prompt_of(self._store, turn.id), person.name)
        return [completion.id for completion in completions]

    def _parent_of_next(self, state: Conversation) -> str | None:
        if state.head is None:
            return None
        turn = self._store.turns.get(state.head)
        shown = shown_answers(self._store, turn)
        if hides_names(self._store, turn) and len(shown) > 1:
            raise InputError(
                "Vote on the two answers first: then it is clear which one the conversation continues from."
            )
        votes = self._store.preferences.latest([turn.id]).get(turn.id, [])
        won = votes[0].a if votes and votes[0].verdict == "a" else None
        good = [c.id for c in shown if c.finish is not FinishReason.ERROR and c.text.strip()]
        for candidate in (turn.chosen, won, *good, *(c.id for c in shown)):
            if candidate is not None:
                return candidate
        return turn.parent

    def _completion_in(self, completion: str, conversation: str) -> None:
        turn = self._store.turns.get(self._store.completions.get(completion).turn)
        if turn.conversation != conversation:
            raise InputError("The answer to continue from belongs to another conversation. Reload the page.")

    def _newest_leaf(self, turn: str) -> str:
        """Follow the newest continuation of a turn down to its end."""
        while True:
            below = [
                child
                for answer in self._store.completions.of_turn(turn)
                for child in self._store.turns.children(answer.id)
            ]
            if not below:
                return turn
            turn = max(below, key=lambda child: child.id).id  # UUIDv7: the greatest is the newest


def _drafts(columns: Sequence[Column], sampling: Sampling) -> list[Sampling]:
    """The sampling of each column: one seed for all, drawn when the person left it open and recorded either way.

    Columns of the very same version would then say the same; they count the seed up and so are drafts to choose from.
    """
    seed = sampling.seed if sampling.seed is not None else random.getrandbits(30)
    seen: Counter[tuple[str, int]] = Counter()
    drafts = []
    for column in columns:
        drafts.append(replace(sampling, seed=seed + seen[column.model, column.version]))
        seen[column.model, column.version] += 1
    return drafts
