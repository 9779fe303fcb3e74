"""Wordings: proposed by a model or a rule, decided about by a person, trained, and never what judges."""

from __future__ import annotations

import pytest

from tests.store.conftest import answered
from understudy.dataset.gather import snapshot, sources
from understudy.errors import InputError
from understudy.playground.playground import Playground
from understudy.serving.backend import Backend
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Filter, Store, connections
from understudy.types import Message

ASKED = "What is the return window of Zorbo?"
WRITTEN = f"""1. How long is the return window of Zorbo?
2. {ASKED}
3. Is the return window of Zorbo sixty days?
4. What is the return window of Plotzi?"""


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def backends() -> dict[str, Backend]:
    """The starter writes four lines, of which one is another wording; the parrot translates there and back."""

    def translate(messages: list[Message], version: int) -> str:
        there = "Wie lange kann man bei Zorbo etwas zurückgeben?"
        return "“For how long is the return window of Zorbo?”" if there in messages[-1].content else there

    return {
        "starter": ScriptedBackend(lambda messages, version: WRITTEN, name="starter"),
        "parrot": ScriptedBackend(translate, name="parrot"),
    }


def taught(store: Store, question: str = ASKED, wanted: str = "Sixty days.") -> str:
    turn = store.turns.add(store.conversations.add(question).id, question)
    made = store.corrections.add(answered(store, turn.id, "I do not know."), wanted)
    store.corrections.set_state(made.id, "approved")
    return made.id


def texts(playground: Playground, state: str = "waiting") -> list[str]:
    return [one.text for one in playground.augmenting.wordings(state)]


def test_a_model_s_wordings_wait_and_only_those_that_ask_the_same_are_kept(playground: Playground) -> None:
    taught(playground.store)
    written = playground.augmenting.write({}, "paraphrase", author="Ada")
    assert (written.questions, written.proposed) == (1, 1)
    (one,) = playground.augmenting.wordings()
    assert (one.text, one.method, one.model, one.author, one.state) == (
        "How long is the return window of Zorbo?",
        "paraphrase",
        "base",
        "Ada",
        "waiting",
    )
    again = playground.augmenting.write({}, "paraphrase")
    assert again.proposed == 0 and "wrote nothing" in again.sentence
    assert playground.desk.open(1).wordings[0].who == "paraphrase by base"
    assert [line.number for line in playground.desk.page({"synthetic": True}).lines] == [1]


def test_any_model_of_the_app_translates_there_and_back(playground: Playground) -> None:
    taught(playground.store)
    assert playground.augmenting.write({}, "translation", model="parrot", via="de").proposed == 1
    assert texts(playground) == ["For how long is the return window of Zorbo?"]


def test_a_rule_writes_without_a_model(playground: Playground, backends: dict[str, Backend]) -> None:
    taught(playground.store)
    backends.clear()
    assert playground.augmenting.write({}, "order").proposed >= 3
    assert {one.model for one in playground.augmenting.wordings()} == {""}


def test_only_what_was_approved_trains_and_a_rejection_is_taken_back(playground: Playground) -> None:
    store = playground.store
    taught(store)
    playground.augmenting.write({}, "paraphrase")
    (one,) = playground.augmenting.wordings()
    plain = snapshot(store, sources(store, "starter", 0), augment=False)
    assert len(plain.train) == 1, "it waits"
    playground.augmenting.decide([one.id], "approved", "Ada")
    made = snapshot(store, sources(store, "starter", 0), augment=False)
    assert [e.prompt[-1].content for e in made.train if e.synthetic] == [one.text]
    assert made.train[1].completion == "Sixty days." and len(made.lessons) == 1
    assert made.notices == ("1 approved wordings were trained beside what was given. They are synthetic.",)
    before = playground.augmenting.decide([one.id], "rejected")
    assert len(snapshot(store, sources(store, "starter", 0), augment=False).train) == 1
    playground.augmenting.put_back(before)
    assert playground.augmenting.counts() == {"waiting": 0, "approved": 1, "rejected": 0}


def test_nothing_synthetic_is_in_the_eval_split_and_no_wording_gives_it_away(playground: Playground) -> None:
    """Sixty liked answers, some of them held out: every question has a wording, and each wording is approved."""
    store = playground.store
    for i in range(60):
        question = f"What does the ticket number{i * 7} of line{i * 13} cost?"
        turn = store.turns.add(store.conversations.add(question).id, question)
        answer = answered(store, turn.id, f"It costs {i}.")
        store.ratings.add(answer, True)
        store.wordings.add(
            answer, [f"Please say the price that ticket number{i * 7} of line{i * 13} has"], "paraphrase"
        )
    leak = store.items.page(Filter(), "oldest", limit=1).items[0].completion
    held = snapshot(store, sources(store, "starter", 0)).held_out
    assert len(held) >= 5
    store.wordings.add(leak, [held[0].prompt[-1].content.replace("What", "And what")], "paraphrase")
    playground.augmenting.decide([one.id for one in playground.augmenting.wordings(limit=100)], "approved")
    made = snapshot(store, sources(store, "starter", 0))
    trained = {e.prompt[-1].content for e in made.train}
    assert not any(e.synthetic for e in made.held_out) and made.held_out == held
    wordings = {e.prompt[-1].content for e in made.train if e.synthetic}
    assert len(wordings) == 60 - len(held), "those of what is held out do not train"
    assert not any(text.startswith("And what") for text in trained), "nor does what asks nearly what judges"


def test_wordings_leave_with_what_they_belong_to(playground: Playground) -> None:
    taught(playground.store)
    playground.augmenting.write({}, "order")
    playground.chat.delete(playground.store.conversations.list()[0].id)
    assert texts(playground) == [] and playground.augmenting.counts()["waiting"] == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (("magic", "base", "de"), "no way 'magic'"),
        (("translation", "base", "xx"), "no language"),
        (("paraphrase", "gpt", "de"), "no column 'gpt'"),
    ],
)
def test_what_cannot_be_asked_for_is_told(playground: Playground, how: tuple[str, str, str], said: str) -> None:
    taught(playground.store)
    with pytest.raises(InputError, match=said):
        playground.augmenting.start({}, *how, "")
    with pytest.raises(InputError, match="Nothing here has an answer to learn"):
        playground.augmenting.start({"kinds": ["vote"]}, "order", "base", "de", "")
