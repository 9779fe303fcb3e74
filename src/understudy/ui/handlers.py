"""What the page may ask for: one thin function per thing a person does.

A request is `{"do": name, ...}` and the reply `{"ok": true, "value": ...}` or `{"ok": false, "error": sentence}`, so a
person always reads what happened, and "Saved" is said only after the playground returned. Whatever changes an open
conversation replies with the whole conversation: one way to draw, no state to keep in step.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import InputError, NotFoundError, UnderstudyError
from understudy.playground.feedback import BAD_REASONS, GOOD_REASONS
from understudy.playground.limits import RANGES
from understudy.playground.view import Answer, ConversationView, RecallView, Verdict
from understudy.types import OWNER, Person, Sampling
from understudy.ui.asker import GUEST
from understudy.ui.cleaning import CleaningHandlers
from understudy.ui.desk import DeskHandlers
from understudy.ui.exchange import ExchangeHandlers
from understudy.ui.explore import ExploreHandlers
from understudy.ui.exporting import ExportingHandlers
from understudy.ui.jobs import JobHandlers
from understudy.ui.learning import LearningHandlers
from understudy.ui.markdown import tree
from understudy.ui.own import OwnHandlers
from understudy.ui.payload import Payload
from understudy.ui.people import PeopleHandlers
from understudy.ui.rescue import RescueHandlers
from understudy.ui.rights import OLD_PAGE, Rights, allowed, has_role
from understudy.ui.wordings import WordingHandlers

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

log = logging.getLogger(__name__)
Handler = Callable[[Payload], object]


class Handlers:
    """The requests of the page, by name, on one playground."""

    def __init__(self, playground: Playground, door: str = "") -> None:
        self.playground = playground
        self._door = door
        self.rights = Rights(playground)
        self._handlers: dict[str, Handler] = {
            name.removeprefix("on_"): getattr(owner, name)
            for owner in (
                self,
                LearningHandlers(playground, self.rights),
                DeskHandlers(playground, self.rights),
                ExploreHandlers(playground),
                ExchangeHandlers(playground),
                ExportingHandlers(playground),
                CleaningHandlers(playground),
                WordingHandlers(playground),
                JobHandlers(playground),
                RescueHandlers(playground),
                PeopleHandlers(playground),
                OwnHandlers(playground),
            )
            for name in dir(owner)
            if name.startswith("on_")
        }

    def reply(self, request: object, person: Person = OWNER, address: str = "") -> dict[str, Any]:
        """Answer one request of a person's page; never raises."""
        try:
            payload = Payload(request, person)
            right = self.rights.check(payload)
            self.playground.admission.admit(payload.name("do"), person, address)
            handler = self._handlers.get(payload.name("do"))
            if handler is None:
                raise InputError(OLD_PAGE)
            value = handler(payload)
            self.rights.hand(person, right, value)
            return {"ok": True, "value": value}
        except UnderstudyError as error:
            return {"ok": False, "error": str(error), "gone": isinstance(error, NotFoundError)}
        except Exception:
            log.exception("a request of the page failed")
            return {"ok": False, "error": "Something unexpected went wrong. The log has the details; try again."}

    # -- looking -------------------------------------------------------------------------------------------------

    def on_start(self, payload: Payload) -> object:
        """Everything a page needs at first: the conversation in its address, or the latest one."""
        wanted = payload.optional_name("conversation")
        own = wanted is not None and self.rights.own(payload.person, "conversation", [wanted])
        view = self.playground.chat.open(wanted) if own and wanted else self.playground.chat.latest(payload.person)
        return {
            "me": {
                **asdict(payload.person),
                "may": allowed(payload.person),
                "own": self.playground.own.may(payload.person),
                "door": self._door,
                "guest": payload.person.name.startswith(GUEST),
            },
            "view": self._shown(view, payload),
            "items": self.on_list(payload),
            "choices": self.on_choices(payload),
            "reasons": {"good": GOOD_REASONS, "bad": BAD_REASONS},
            "ranges": RANGES,
            "defaults": asdict(Sampling()),
            "memory": self.on_memory(payload),
        }

    def on_open(self, payload: Payload) -> object:
        return self._conversation(payload)

    def on_pulse(self, payload: Payload) -> object:
        """Is the server there, and is something being answered in this conversation?"""
        wanted = payload.optional_name("conversation")
        return {"running": bool(wanted and self.playground.chat.live(wanted).running)}

    def on_list(self, payload: Payload) -> object:
        return [asdict(item) for item in self.playground.chat.conversations(payload.text("search", ""), payload.person)]

    def on_choices(self, payload: Payload) -> object:
        return [asdict(choice) for choice in self.playground.chat.column_choices(payload.person)]

    def on_attempt(self, payload: Payload) -> object:
        return self._answer(self.playground.chat.answer(payload.name("completion")), payload.person)

    def on_difference(self, payload: Payload) -> object:
        spans = self.playground.difference(payload.name("first"), payload.name("second"))
        return [asdict(span) for span in spans]

    # -- conversations -------------------------------------------------------------------------------------------

    def on_new(self, payload: Payload) -> object:
        made = self.playground.chat.new_conversation(payload.optional_name("like"), payload.person)
        return self._shown(made, payload)

    def on_rename(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.rename(conversation, payload.text("title"))
        return self._conversation(payload)

    def on_delete(self, payload: Payload) -> object:
        self.playground.chat.delete(payload.name("conversation"))
        return None

    def on_restore(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.restore(conversation)
        return self._conversation(payload)

    def on_compare(self, payload: Payload) -> object:
        """A new conversation with the base beside one version; with a `model`, of that one."""
        model, version = payload.optional_name("model"), f"v{payload.whole('number')}"
        view = self.playground.chat.new_conversation(person=payload.person)
        columns = [model, f"{model}@{version}"] if model else ["base", version]
        self.playground.chat.set_columns(view.id, columns, payload.person)
        return self._conversation(payload, view.id)

    def on_columns(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.set_columns(conversation, payload.names("names", most=16), payload.person)
        return self._conversation(payload)

    def on_system(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.set_system(conversation, payload.text("text"))
        return self._conversation(payload)

    def on_sampling(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.set_sampling(conversation, payload.mapping("values"))
        return self._conversation(payload)

    def on_blind(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.set_blind(conversation, payload.flag("blind"))
        return self._conversation(payload)

    # -- asking --------------------------------------------------------------------------------------------------

    def on_ask(self, payload: Payload) -> object:
        conversation = payload.name("conversation")
        self.playground.chat.ask(conversation, payload.text("text"), payload.optional_name("parent"), payload.person)
        return self._conversation(payload)

    def on_edit(self, payload: Payload) -> object:
        self.playground.chat.edit_turn(payload.name("turn"), payload.text("text"), payload.person)
        return self._conversation(payload)

    def on_branch(self, payload: Payload) -> object:
        self.playground.chat.show_branch(payload.name("turn"))
        return self._conversation(payload)

    def on_regenerate(self, payload: Payload) -> object:
        self.playground.chat.regenerate(payload.name("completion"), payload.person)
        return self._conversation(payload)

    def on_regenerate_turn(self, payload: Payload) -> object:
        self.playground.chat.regenerate_turn(payload.name("turn"), payload.person)
        return self._conversation(payload)

    def on_stop(self, payload: Payload) -> object:
        self.playground.chat.stop(payload.name("conversation"), payload.optional_name("completion"))
        return None

    def on_continue(self, payload: Payload) -> object:
        self.playground.chat.continue_from(payload.name("completion"))
        return self._conversation(payload)

    # -- feedback ------------------------------------------------------------------------------------------------

    def on_rate(self, payload: Payload) -> object:
        label, reasons = payload.optional_flag("label"), payload.names("reasons", most=16)
        self.playground.feedback.rate(
            payload.name("completion"), label, tuple(reasons), payload.text("comment", ""), payload.person
        )
        return self._conversation(payload)

    def on_correct(self, payload: Payload) -> object:
        self.playground.feedback.correct(payload.name("completion"), payload.text("text"), payload.person)
        return self._conversation(payload)

    def on_uncorrect(self, payload: Payload) -> object:
        self.playground.feedback.withdraw_correction(payload.name("completion"), payload.person)
        return self._conversation(payload)

    def on_remembered(self, payload: Payload) -> object:
        self.playground.feedback.set_remembered(payload.name("correction"), payload.flag("enabled"))
        return self._conversation(payload)

    def on_restore_correction(self, payload: Payload) -> object:
        self.playground.feedback.bring_back_correction(payload.name("completion"), payload.person)
        return self._conversation(payload)

    def on_vote(self, payload: Payload) -> object:
        verdict = payload.name("verdict")
        if verdict not in ("chosen", "tie", "both_bad"):
            raise InputError(f"{verdict!r} is no verdict. Reload the page and vote again.")
        winner = payload.optional_name("winner")
        self.playground.feedback.vote(payload.name("turn"), cast(Verdict, verdict), winner, payload.person)
        return self._conversation(payload)

    def on_unvote(self, payload: Payload) -> object:
        self.playground.feedback.withdraw_vote(payload.name("turn"))
        return self._conversation(payload)

    # -- memory --------------------------------------------------------------------------------------------------

    def on_memory(self, payload: Payload) -> object:
        """Whether memory is on and how it searches."""
        return asdict(self.playground.memory())

    def on_set_memory(self, payload: Payload) -> object:
        self.playground.set_memory(payload.flag("on"))
        return self.on_memory(payload)

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

    # -- what the methods above share ----------------------------------------------------------------------------

    def _conversation(self, payload: Payload, conversation: str | None = None) -> dict[str, Any]:
        return self._shown(self.playground.chat.open(conversation or payload.name("conversation")), payload)

    def _shown(self, view: ConversationView, payload: Payload) -> dict[str, Any]:
        """A conversation as it travels: its values, and each answer's text also as a tree of markdown."""
        travels = asdict(view)
        for turn, values in zip(view.turns, travels["turns"], strict=True):
            values["answers"] = [self._answer(answer, payload.person) for answer in turn.answers]
        return travels

    def _answer(self, answer: Answer, person: Person) -> dict[str, Any]:
        """What an answer was given to read of other people's conversations stays theirs."""
        told = {**asdict(answer), "tree": tree(answer.text)}
        own = self.rights.own(person, "conversation", [recall.conversation for recall in answer.recalls])
        return told | {"recalls": [_recall(recall, own, person) for recall in answer.recalls]}


def _recall(recall: RecallView, own: list[str], person: Person) -> dict[str, Any]:
    if not recall.conversation or recall.conversation in own:
        return asdict(recall)
    if has_role(person, "curator"):  # they know it from the desk; the conversation around it is not theirs
        return asdict(replace(recall, conversation="", turn="", completion=""))
    return {**asdict(RecallView("", recall.percent, "on")), "state": "others"}
