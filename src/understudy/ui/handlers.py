"""What the page may ask for: one thin function per thing a person does.

A request is `{"do": name, ...}` and the reply `{"ok": true, "value": ...}` or `{"ok": false, "error": sentence}`, so a
person always reads what happened, and "Saved" is said only after the playground returned. Whatever changes an open
conversation replies with the whole conversation: one way to draw, no state to keep in step.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.playground.limits import RANGES
from understudy.playground.playground import BAD_REASONS, GOOD_REASONS
from understudy.playground.view import Answer, ConversationView, Verdict
from understudy.types import OWNER, Person, Sampling
from understudy.ui.cleaning import CleaningHandlers
from understudy.ui.desk import DeskHandlers
from understudy.ui.exchange import ExchangeHandlers
from understudy.ui.explore import ExploreHandlers
from understudy.ui.exporting import ExportingHandlers
from understudy.ui.jobs import JobHandlers
from understudy.ui.learning import LearningHandlers
from understudy.ui.markdown import tree
from understudy.ui.payload import Payload
from understudy.ui.rescue import RescueHandlers
from understudy.ui.wordings import WordingHandlers

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

log = logging.getLogger(__name__)
Handler = Callable[[Payload], object]


class Handlers:
    """The requests of the page, by name, on one playground."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self._handlers: dict[str, Handler] = {
            name.removeprefix("on_"): getattr(owner, name)
            for owner in (
                self,
                LearningHandlers(playground),
                DeskHandlers(playground),
                ExploreHandlers(playground),
                ExchangeHandlers(playground),
                ExportingHandlers(playground),
                CleaningHandlers(playground),
                WordingHandlers(playground),
                JobHandlers(playground),
                RescueHandlers(playground),
            )
            for name in dir(owner)
            if name.startswith("on_")
        }

    def reply(self, request: object, person: Person = OWNER) -> dict[str, Any]:
        """Answer one request of a person's page; never raises."""
        try:
            payload = Payload(request, person)
            handler = self._handlers.get(payload.name("do"))
            if handler is None:
                raise InputError("This page is older than the program. Reload the page.")
            return {"ok": True, "value": handler(payload)}
        except UnderstudyError as error:
            return {"ok": False, "error": str(error), "gone": isinstance(error, NotFoundError)}
        except Exception:
            log.exception("a request of the page failed")
            return {"ok": False, "error": "Something unexpected went wrong. The log has the details; try again."}

    # -- looking -------------------------------------------------------------------------------------------------

    def on_start(self, payload: Payload) -> object:
        """Everything a page needs at first: the conversation in its address, or the latest one."""
        wanted = payload.optional_name("conversation")
        try:
            view = self.playground.open(wanted) if wanted else self.playground.latest()
        except NotFoundError:
            view = self.playground.latest()
        return {
            "view": shown(view),
            "items": self.on_list(payload),
            "choices": self.on_choices(payload),
            "reasons": {"good": GOOD_REASONS, "bad": BAD_REASONS},
            "ranges": RANGES,
            "defaults": asdict(Sampling()),
            "memory": self.on_memory(payload),
        }

    def on_open(self, payload: Payload) -> object:
        return self._conversation(payload.name("conversation"))

    def on_pulse(self, payload: Payload) -> object:
        """Is the server there, and is something being answered in this conversation?"""
        wanted = payload.optional_name("conversation")
        return {"running": bool(wanted and self.playground.live(wanted).running)}

    def on_list(self, payload: Payload) -> object:
        return [asdict(item) for item in self.playground.conversations(payload.text("search", ""))]

    def on_choices(self, payload: Payload) -> object:
        return [asdict(choice) for choice in self.playground.column_choices()]

    def on_attempt(self, payload: Payload) -> object:
        return _answer(self.playground.answer(payload.name("completion")))

    def on_difference(self, payload: Payload) -> object:
        spans = self.playground.difference(payload.name("first"), payload.name("second"))
        return [asdict(span) for span in spans]

    # -- conversations -------------------------------------------------------------------------------------------

    def on_new(self, payload: Payload) -> object:
        return shown(self.playground.new_conversation(payload.optional_name("like")))

    def on_rename(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.rename(conversation, payload.text("title"))
        return self._conversation(conversation)

    def on_delete(self, payload: Payload) -> object:
        self.playground.delete(payload.name("conversation"))
        return None

    def on_restore(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.restore(conversation)
        return self._conversation(conversation)

    def on_compare(self, payload: Payload) -> object:
        """A new conversation with the base beside one version; with a `model`, of that one."""
        model, version = payload.optional_name("model"), f"v{payload.whole('number')}"
        view = self.playground.new_conversation()
        self.playground.set_columns(view.id, [model, f"{model}@{version}"] if model else ["base", version])
        return self._conversation(view.id)

    def on_columns(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.set_columns(conversation, payload.names("names", most=16))
        return self._conversation(conversation)

    def on_system(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.set_system(conversation, payload.text("text"))
        return self._conversation(conversation)

    def on_sampling(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.set_sampling(conversation, payload.mapping("values"))
        return self._conversation(conversation)

    def on_blind(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.set_blind(conversation, payload.flag("blind"))
        return self._conversation(conversation)

    # -- asking --------------------------------------------------------------------------------------------------

    def on_ask(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.ask(conversation, payload.text("text"), payload.optional_name("parent"))
        return self._conversation(conversation)

    def on_edit(self, payload: Payload) -> object:
        self.playground.edit_turn(payload.name("turn"), payload.text("text"))
        return self._conversation(payload.name("conversation"))

    def on_branch(self, payload: Payload) -> object:
        self.playground.show_branch(payload.name("turn"))
        return self._conversation(payload.name("conversation"))

    def on_regenerate(self, payload: Payload) -> object:
        self.playground.regenerate(payload.name("completion"))
        return self._conversation(payload.name("conversation"))

    def on_regenerate_turn(self, payload: Payload) -> object:
        self.playground.regenerate_turn(payload.name("turn"))
        return self._conversation(payload.name("conversation"))

    def on_stop(self, payload: Payload) -> object:
        self.playground.stop(payload.name("conversation"), payload.optional_name("completion"))
        return None

    def on_continue(self, payload: Payload) -> object:
        self.playground.continue_from(payload.name("completion"))
        return self._conversation(payload.name("conversation"))

    # -- feedback ------------------------------------------------------------------------------------------------

    def on_rate(self, payload: Payload) -> object:
        label, reasons = payload.optional_flag("label"), payload.names("reasons", most=16)
        self.playground.rate(payload.name("completion"), label, tuple(reasons), payload.text("comment", ""))
        return self._conversation(payload.name("conversation"))

    def on_correct(self, payload: Payload) -> object:
        self.playground.correct(payload.name("completion"), payload.text("text"))
        return self._conversation(payload.name("conversation"))

    def on_uncorrect(self, payload: Payload) -> object:
        self.playground.withdraw_correction(payload.name("completion"))
        return self._conversation(payload.name("conversation"))

    def on_remembered(self, payload: Payload) -> object:
        self.playground.set_remembered(payload.name("correction"), payload.flag("enabled"))
        return self._conversation(payload.name("conversation"))

    def on_restore_correction(self, payload: Payload) -> object:
        self.playground.bring_back_correction(payload.name("completion"))
        return self._conversation(payload.name("conversation"))

    def on_vote(self, payload: Payload) -> object:
        verdict = payload.name("verdict")
        if verdict not in ("chosen", "tie", "both_bad"):
            raise InputError(f"{verdict!r} is no verdict. Reload the page and vote again.")
        self.playground.vote(payload.name("turn"), cast(Verdict, verdict), payload.optional_name("winner"))
        return self._conversation(payload.name("conversation"))

    def on_unvote(self, payload: Payload) -> object:
        self.playground.withdraw_vote(payload.name("turn"))
        return self._conversation(payload.name("conversation"))

    # -- memory --------------------------------------------------------------------------------------------------

    def on_memory(self, payload: Payload) -> object:
        """Whether memory is on and how it searches; with a flag `on`, switch it first."""
        wanted = payload.optional_flag("on")
        if wanted is not None:
            self.playground.set_memory(wanted)
        return asdict(self.playground.memory())

    # -- settings ------------------------------------------------------------------------------------------------

    def on_about(self, payload: Payload) -> object:
        return self.playground.about()

    def on_fit(self, payload: Payload) -> object:
        return self.playground.fit(payload.name("source"))

    def on_add_model(self, payload: Payload) -> object:
        return self.playground.start_adding_model(payload.name("source"))

    def on_job(self, payload: Payload) -> object:
        return self.playground.job(payload.name("job"))

    def on_cancel_job(self, payload: Payload) -> object:
        self.playground.cancel_job(payload.name("job"))
        return None

    def on_servers(self, payload: Payload) -> object:
        return [asdict(server) for server in self.playground.providers.servers()]

    def on_offers(self, payload: Payload) -> object:
        return asdict(self.playground.providers.offers(payload.text("server")))

    def on_add_remote(self, payload: Payload) -> object:
        return {"name": self.playground.providers.add(payload.text("source"))}

    def on_use_base(self, payload: Payload) -> object:
        self.playground.use_base_model(payload.name("name"))
        return self.playground.about()

    def _conversation(self, conversation: str) -> dict[str, Any]:
        return shown(self.playground.open(conversation))


def shown(view: ConversationView) -> dict[str, Any]:
    """A conversation as it travels: its values, and each answer's text also as a tree of markdown."""
    travels = asdict(view)
    for turn, values in zip(view.turns, travels["turns"], strict=True):
        values["answers"] = [_answer(answer) for answer in turn.answers]
    return travels


def _answer(answer: Answer) -> dict[str, Any]:
    return {**asdict(answer), "tree": tree(answer.text)}
