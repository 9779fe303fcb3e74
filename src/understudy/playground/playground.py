"""The use cases of a person at the screen: the only thing that the page and the command line call.

Each method does one thing a person does, records it first and acts then. Text that arrives here is untrusted; what
is refused is refused with a sentence and changes nothing.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

from understudy import __version__
from understudy.dataset.asked import prompt_of, standing_text
from understudy.errors import InputError, NotFoundError
from understudy.memory import Memory
from understudy.playground.adding import Adding
from understudy.playground.admission import Admission, Allowance
from understudy.playground.answering import AT_ONCE, Answering
from understudy.playground.asking import Asked, Prompt, ask_all
from understudy.playground.augmenting import Augmenting
from understudy.playground.balancing import Balancing
from understudy.playground.bringing import Imports
from understudy.playground.casting import Casting
from understudy.playground.cleaning import Cleaning
from understudy.playground.cleanings import Cleanings
from understudy.playground.columns import check_choice, column_choices, is_tuned, resolve_columns
from understudy.playground.costs import Costs
from understudy.playground.curating import Desk
from understudy.playground.difference import difference
from understudy.playground.exploring import Exploring
from understudy.playground.export_jobs import ExportJobs
from understudy.playground.exporting import VersionExports
from understudy.playground.exports import Exports
from understudy.playground.feedback import Feedback
from understudy.playground.jobs import Jobs
from understudy.playground.learning import Learning, Pace, Perform
from understudy.playground.limits import checked_sampling, checked_text, title_of
from understudy.playground.overview import Overview
from understudy.playground.own import Own
from understudy.playground.people import People
from understudy.playground.promoting import Promoting, VersionItem
from understudy.playground.providers import Providers
from understudy.playground.publishing import Publishing
from understudy.playground.purging import Purging
from understudy.playground.reading import hides_names, read_answer, read_conversation, shown_answers
from understudy.playground.remembering import Remembering
from understudy.playground.remote_training import RemoteTraining
from understudy.playground.scope import Scope
from understudy.playground.teaching import Taught, Teaching, teach
from understudy.playground.transfers import Transfers
from understudy.playground.view import (
    Answer,
    ColumnChoice,
    ConversationItem,
    ConversationView,
    LiveTexts,
    MemoryView,
    Span,
)
from understudy.serving.catalogue import Catalogue, read_catalogue
from understudy.serving.fit import estimate_fit
from understudy.serving.network import Network
from understudy.serving.provider import is_address
from understudy.store import EVERYONE, Completion, Conversation, Store
from understudy.types import OWNER, Column, FinishReason, Message, Person, Row, Sampling, Usage

log = logging.getLogger(__name__)

UNDO_WINDOW_S = 3600
"""A deleted conversation can be brought back for an hour; then its text is removed from the disk."""


class Playground:
    """Everything a person can do. Safe to call from any thread."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        adding: Adding | None = None,
        *,
        perform: Perform | None = None,
        pace: Pace | None = None,
        columns: Sequence[str] = ("base", "champion"),
        sampling: Sampling | None = None,
        system: str = "",
        memory: Memory | None = None,
        remember: bool = True,
        approve: Literal["auto", "manual"] = "auto",
        scope: Scope | None = None,
        weak: bool = False,
        personal: bool = False,
        network: Network | None = None,
        catalogue: Catalogue | None = None,
        remote: Callable[[Learning], RemoteTraining] | None = None,
        at_once: int = AT_ONCE,
        allowance: Allowance | None = None,
    ) -> None:
        self.store = store
        self.casting = casting
        self.adding = adding
        self._system = system
        self.remembering = Remembering(store, memory or Memory(store), remember)
        self.scope = scope or Scope(store, self.remembering.memory)
        self.answering = Answering(
            store, casting, self.remembering.for_answer, self.scope.weights, at_once, self._spend
        )
        self.admission = Admission(store, self.answering, allowance or Allowance())
        self.promoting = Promoting(store, casting)
        self.own = Own(store, casting, self.promoting, personal)
        self.people = People(store, self.own.retire)
        self.feedback = Feedback(store, self.own, approve)
        self.learning = Learning(store, casting, perform, pace, weak=weak)
        self.remote = remote(self.learning) if remote else None
        self.overview = Overview(store)
        self.imports = Imports(store, lambda: casting.base_model)
        self.desk = Desk(store, casting, self.remembering, self.scope)
        self.transfers = Transfers(store.path.parent / "transfers")
        self.exports = Exports(store, self.desk, self.transfers)
        self.version_exports = VersionExports(store, casting, self.scope)
        self.export_jobs = ExportJobs(self.version_exports, self.transfers, store.path.parent)
        self._network, catalogue = network or Network(), catalogue or read_catalogue()
        self.publishing = Publishing(store, self.version_exports, self.transfers, self._network)
        self.cleaning = Cleaning(store, self.desk)
        self.exploring = Exploring(store, self.desk)
        self.cleanings = Cleanings(self.cleaning)
        self.balancing = Balancing(store, self.cleaning)
        self.augmenting = Augmenting(store, casting, self.desk)
        self.providers, self._costs = Providers(store, self._network, catalogue), Costs(store, catalogue)
        self.jobs = Jobs(store, self.providers, self.remote.ordering if self.remote else None)
        self._columns = tuple(columns)
        self._sampling = sampling or Sampling()
        self._purging = Purging(store, UNDO_WINDOW_S, lambda: self.answering.busy)

    def warm_up(self) -> None:
        """Load the base model now, then what finds memories, in the background: typing takes longer than that.

        What goes wrong is not told here; it is the answer's own sentence as soon as somebody asks.
        """
        threading.Thread(target=self._load_base, name="warm-up", daemon=True).start()

    def purge_when_idle(self) -> None:
        """From now on, take conversations off the disk an hour after they were deleted, in the background."""
        self._purging.start()

    def close(self) -> None:
        """Stop what is being written, keep what was written, and let go of models and store."""
        if self.remote is not None:
            self.remote.close()
        self.learning.close()
        self.imports.close()
        self.exports.tasks.close()
        self.export_jobs.tasks.close()
        self.publishing.tasks.close()
        self.cleanings.close()
        self.augmenting.close()
        self.transfers.close()
        self.exploring.close()
        self.desk.close()
        self._purging.close()
        self.answering.stop_all()
        self.casting.close()
        self.store.close()

    # -- conversations -------------------------------------------------------------------------------------------

    def conversations(self, search: str = "", person: Person = OWNER) -> list[ConversationItem]:
        """A person's sidebar, newest first; with `search`, those whose title or texts contain its words."""
        hits = self.store.conversations.list(checked_text(search, "search", empty=True), person=person.name)
        return [ConversationItem(hit.id, hit.title, hit.updated, hit.snippet) for hit in hits]

    def new_conversation(self, like: str | None = None, person: Person = OWNER) -> ConversationView:
        """An empty conversation with the columns, system prompt and sampling of `like`, else of the newest one."""
        model = self.store.conversations.find(like) if like else self._newest(person)
        if model is None:
            made = self.store.conversations.add(
                system=self._system, columns=self._columns, sampling=self._sampling, person=person.name
            )
        else:
            made = self.store.conversations.add(
                system=model.system,
                columns=self._usable(model.columns, person),
                sampling=model.sampling,
                blind=model.blind,
                person=person.name,
            )
        return self.open(made.id)

    def open(self, conversation: str) -> ConversationView:
        running = self.answering.running(conversation)
        return read_conversation(self.store, conversation, self._costs, running=running)

    def latest(self, person: Person = OWNER) -> ConversationView:
        """The conversation a person used last, or a new one."""
        newest = self._newest(person)
        return self.open(newest.id) if newest else self.new_conversation(person=person)

    def rename(self, conversation: str, title: str) -> None:
        self.store.conversations.set_title(conversation, checked_text(title, "title", most=200))

    def delete(self, conversation: str) -> None:
        """Out of sight now, off the disk once the time for undo has passed."""
        self.answering.stop(conversation)
        self.store.conversations.delete(conversation)

    def restore(self, conversation: str) -> None:
        self.store.conversations.restore(conversation)

    def set_columns(self, conversation: str, names: Sequence[str], person: Person = OWNER) -> None:
        columns = resolve_columns(self.store, self.casting.base_model, names, self.own.of(person))
        check_choice(self.store, self.casting.base_model, columns, person)
        self.store.conversations.set_columns(conversation, tuple(names))

    def set_system(self, conversation: str, text: str) -> None:
        self.store.conversations.set_system(conversation, checked_text(text, "system prompt", empty=True))

    def set_sampling(self, conversation: str, values: Mapping[str, object]) -> None:
        """Change some or all sampling values; unknown names and values out of range are refused."""
        now = self.store.conversations.get(conversation).sampling
        self.store.conversations.set_sampling(conversation, checked_sampling(now, values))

    def set_blind(self, conversation: str, blind: bool) -> None:
        self.store.conversations.set_blind(conversation, blind)

    def column_choices(self, person: Person = OWNER) -> list[ColumnChoice]:
        return column_choices(self.store, self.casting.base_model, person, self.own.of(person))

    # -- asking --------------------------------------------------------------------------------------------------

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
        old = self.store.turns.get(turn)
        state = self._idle(old.conversation)
        return self._record_and_answer(state, checked_text(text, "message"), old.parent, person, edits=turn)

    def show_branch(self, turn: str) -> None:
        """Look at the branch of this turn, down to where it was last continued."""
        self.store.conversations.set_head(self.store.turns.get(turn).conversation, self._newest_leaf(turn))

    def regenerate(self, completion: str, person: Person = OWNER) -> str:
        """Another attempt of one column, with a new seed; the earlier one is kept."""
        return self._attempt_again([self.store.completions.get(completion)], person)[0]

    def regenerate_turn(self, turn: str, person: Person = OWNER) -> list[str]:
        """Another attempt of every column of a turn."""
        return self._attempt_again(shown_answers(self.store, self.store.turns.get(turn)), person)

    def stop(self, conversation: str, completion: str | None = None) -> None:
        self.answering.stop(conversation, completion)

    def live(self, conversation: str) -> LiveTexts:
        return self.answering.live(conversation)

    def wait(self, conversation: str, timeout: float | None = None) -> bool:
        return self.answering.wait(conversation, timeout)

    def answer(self, completion: str) -> Answer:
        """One completion, also an attempt that its column no longer shows."""
        found = self.store.completions.get(completion)
        return read_answer(
            self.store, found, self._costs, hidden=hides_names(self.store, self.store.turns.get(found.turn))
        )

    def continue_from(self, completion: str) -> None:
        """Stand on this answer: the next message continues from it. Where it was continued before, go there again."""
        found = self.store.completions.get(completion)
        self.store.turns.set_chosen(found.turn, completion)
        below = self.store.turns.children(completion)
        leaf = self._newest_leaf(below[-1].id) if below else found.turn
        self.store.conversations.set_head(self.store.turns.get(found.turn).conversation, leaf)

    def ask_once(
        self,
        prompts: Sequence[Prompt],
        columns: Sequence[str],
        sampling: Sampling,
        memory: bool | None = None,
        own: str = EVERYONE,
    ) -> Iterator[Asked]:
        """Answers for a script, in order; nothing is recorded. Tuned columns have memory if it is on, or as given.

        `own` is the understudy that the column `mine` asks. A script has time: it waits for what finds memories, so
        that the same script finds the same.
        """
        resolved = resolve_columns(self.store, self.casting.base_model, columns, own)
        tuned = any(is_tuned(column.label, column.version) for column in resolved)
        if tuned and self.store.corrections.lessons(person=own):
            self.scope.get_ready()

        def prepare(column: Column, messages: Sequence[Message]) -> Row:
            reading = self.remembering.for_script(column, messages, memory)
            weights = self.scope.weights(column.model, column.version, messages)
            return Row(reading.messages, weights, quotes=reading.quotes)

        return ask_all(self.casting, prompts, resolved, sampling, prepare=prepare)

    # -- memory ----------------------------------------------------------------------------------------------------

    def teach(self, rows: Iterable[tuple[int, Taught]], source: str, own: str = EVERYONE) -> Teaching:
        """Corrections from a file, approved, for everyone or `own`; a row that is refused is told with its number."""
        return teach(self.store, self.casting.base_model, rows, source, own)

    def set_memory(self, on: bool) -> None:
        """Whether tuned columns recall corrections, until the program ends; the setting says it for the next start."""
        self.remembering.on = on

    def memory(self) -> MemoryView:
        """Whether memory is on, and what a person should know about how it searches."""
        return MemoryView(self.remembering.on, self.remembering.memory.sentence)

    def difference(self, first: str, second: str) -> tuple[Span, ...]:
        """The words between two answers as they stand now."""
        return difference(standing_text(self.store, first), standing_text(self.store, second))

    def about(self) -> dict[str, object]:
        """What the settings page says about this installation."""
        cards = {name: asdict(backend.describe()) for name, backend in self.casting.loaded().items()}
        return {
            "version": __version__,
            "database": str(self.store.path),
            "data_folder": str(self.store.path.parent),
            "base_model": self.casting.base_model,
            "card": cards.get(self.casting.base_model),
            "cards": cards,
            "models": [{"name": model.name, "source": model.source} for model in self.store.models.list()],
            "counts": self.store.feedback_counts(),
        }

    # -- models --------------------------------------------------------------------------------------------------

    def fit(self, source: str) -> dict[str, object]:
        """Whether a model would run here, read from its headers; nothing is loaded. Raises `ModelError`.

        Of a model at a server it says where that is.
        """
        source = checked_text(source, "model", most=4096).strip()
        if is_address(source):
            return {"sentence": self.providers.where(source), "remote": True}
        if not Path(source).expanduser().is_dir():
            self._network.check_host("the model hub")
        return asdict(estimate_fit(source))

    def start_adding_model(self, source: str) -> str:
        """Fetch and register a model by folder or hub id, in the background; returns the job's id."""
        if self.adding is None:
            raise InputError("Models cannot be added here.")
        return self.adding.start(checked_text(source, "model", most=4096).strip())

    def job(self, job: str) -> dict[str, object]:
        """How far a model has come: state, bytes, seconds left, and the sentence at its end."""
        if self.adding is None:
            raise NotFoundError("There are no downloads here.")
        return self.adding.get(job).as_dict()

    def cancel_job(self, job: str) -> None:
        if self.adding is not None:
            self.adding.cancel(job)

    def use_base_model(self, name: str) -> None:
        """From now on `base` means this model, here and after a restart. It is loaded with the next answer."""
        self.store.models.set_base(name)
        self.casting.base_model = name

    # -- versions of the base model ------------------------------------------------------------------------------

    def versions(self, own: str = EVERYONE) -> list[VersionItem]:
        """Newest first, the base last; of everyone's understudy, or what `own` may use."""
        return self.promoting.versions(self.casting.base_model, own)

    def promote(self, number: int, *, anyway: bool = False, own: str = EVERYONE) -> str:
        """Make a version live, see `Promoting.promote`; returns the sentence that says so."""
        return self.promoting.promote(self.casting.base_model, number, anyway=anyway, person=own)

    def roll_back(self, number: int | None = None, own: str = EVERYONE) -> str:
        """Back to the champion before, or to any version; returns the sentence that says so."""
        return self.promoting.roll_back(self.casting.base_model, number, person=own)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _load_base(self) -> None:
        try:
            self.casting.backend(self.casting.base_model)
        except Exception:
            log.warning("the base model could not be loaded ahead of the first question", exc_info=True)
        self.remembering.memory.loader.start()

    def _newest(self, person: Person) -> Conversation | None:
        newest = self.store.conversations.list(limit=1, person=person.name)
        return self.store.conversations.find(newest[0].id) if newest else None

    def _usable(self, names: Sequence[str], person: Person) -> tuple[str, ...]:
        """The columns of an older conversation without those whose model or version is gone, or for others."""
        known = {choice.name for choice in self.column_choices(person)}
        return tuple(name for name in names if name in known) or self._columns

    def _spend(self, person: str, usage: Usage) -> None:
        self.admission.spend(person, usage)

    def _idle(self, conversation: str) -> Conversation:
        state = self.store.conversations.get(conversation)
        if self.answering.running(conversation):
            raise InputError("An answer is still being written here. Stop it, or wait until it is done.")
        return state

    def _record_and_answer(
        self, state: Conversation, text: str, parent: str | None, person: Person, edits: str | None = None
    ) -> str:
        columns = resolve_columns(self.store, self.casting.base_model, state.columns, self.own.of(person))
        check_choice(self.store, self.casting.base_model, columns, person)
        blind = state.blind and len(columns) > 1
        if blind:
            random.shuffle(columns)
        turn = self.store.turns.add(state.id, text, parent=parent, system=state.system, blind=blind)
        if edits is not None:
            self.store.signals.add_edit(turn.id, edits)
        if not state.title:
            self.store.conversations.set_title(state.id, title_of(text))
        completions = [
            self.store.completions.add(
                turn.id, position, column.model, column.version, column.label, sampling, column.person
            )
            for position, (column, sampling) in enumerate(zip(columns, _drafts(columns, state.sampling), strict=True))
        ]
        self.answering.start(state.id, completions, prompt_of(self.store, turn.id), person.name)
        return turn.id

    def _attempt_again(self, earlier: Sequence[Completion], person: Person) -> list[str]:
        if not earlier:
            raise InputError("This turn has no answers to write again.")
        turn = self.store.turns.get(earlier[0].turn)
        state = self._idle(turn.conversation)
        if turn.blind and not hides_names(self.store, turn):
            raise InputError("This blind comparison is decided. Ask the question again to compare anew.")
        columns = [Column(old.model, old.version, old.label, old.person) for old in earlier]
        check_choice(self.store, self.casting.base_model, columns, person)
        completions = [
            self.store.completions.add(turn.id, old.position, old.model, old.version, old.label, sampling, old.person)
            for old, sampling in zip(earlier, _drafts(columns, replace(state.sampling, seed=None)), strict=True)
        ]
        self.answering.start(turn.conversation, completions, prompt_of(self.store, turn.id), person.name)
        return [completion.id for completion in completions]

    def _parent_of_next(self, state: Conversation) -> str | None:
        if state.head is None:
            return None
        turn = self.store.turns.get(state.head)
        shown = shown_answers(self.store, turn)
        if hides_names(self.store, turn) and len(shown) > 1:
            raise InputError(
                "Vote on the two answers first: then it is clear which one the conversation continues from."
            )
        votes = self.store.preferences.latest([turn.id]).get(turn.id, [])
        won = votes[0].a if votes and votes[0].verdict == "a" else None
        good = [c.id for c in shown if c.finish is not FinishReason.ERROR and c.text.strip()]
        for candidate in (turn.chosen, won, *good, *(c.id for c in shown)):
            if candidate is not None:
                return candidate
        return turn.parent

    def _completion_in(self, completion: str, conversation: str) -> None:
        turn = self.store.turns.get(self.store.completions.get(completion).turn)
        if turn.conversation != conversation:
            raise InputError("The answer to continue from belongs to another conversation. Reload the page.")

    def _newest_leaf(self, turn: str) -> str:
        """Follow the newest continuation of a turn down to its end."""
        while True:
            below = [
                child
                for answer in self.store.completions.of_turn(turn)
                for child in self.store.turns.children(answer.id)
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
