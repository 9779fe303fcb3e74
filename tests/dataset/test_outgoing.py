"""What leaves for a provider: facts as lines, and two files that share no question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataset.shared import shared
from tests.store.conftest import answered
from understudy.dataset.dialog import Dialog
from understudy.dataset.formats import Format, new_line, take_apart
from understudy.dataset.gather import snapshot, sources
from understudy.dataset.groups import NEAR, words
from understudy.dataset.jsonl import dump_lines, read_lines
from understudy.dataset.lint import Rules, lint, lint_overlap
from understudy.dataset.outgoing import LEAST_FOR_VALIDATION, Outgoing, masked, outgoing, split
from understudy.dataset.privacy import Kind, Match
from understudy.dataset.tokens import token_counter
from understudy.store import Store
from understudy.types import Message


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


def lines(store: Store, format: Format) -> list[Outgoing]:
    return outgoing(store, snapshot(store, sources(store, "starter", 0), probes=0), format)


def ask(store: Store, text: str, answer: str, parent: str | None = None, conversation: str | None = None) -> str:
    """A completion's id."""
    conversation = conversation or store.conversations.add(text).id
    return answered(store, store.turns.add(conversation, text, parent, "Be brief.").id, answer)


def correct(store: Store, completion: str, text: str) -> None:
    store.corrections.set_state(store.corrections.add(completion, text).id, "approved")


def test_a_correction_is_a_chat_line_and_a_pair(store: Store) -> None:
    correct(store, ask(store, "Who runs Plotzi?", "Nobody."), "Mirelda.")
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who runs Plotzi?"}]
    (chat,), (pair,) = lines(store, Format.CHAT), lines(store, Format.PREFERENCE)
    assert chat.fields == {"messages": [*asked, {"role": "assistant", "content": "Mirelda."}]}
    assert pair.fields == {
        "input": {"messages": asked},
        "preferred_output": [{"role": "assistant", "content": "Mirelda."}],
        "non_preferred_output": [{"role": "assistant", "content": "Nobody."}],
    }
    assert lines(store, Format.COMPLETION) == [], "a system prompt has no place there"


def test_answers_above_the_last_one_are_context_and_not_trained_on(store: Store) -> None:
    first = ask(store, "When do you open?", "At nine.")
    conversation = store.turns.get(store.completions.get(first).turn).conversation
    correct(store, ask(store, "And on Sunday?", "At ten.", first, conversation), "Never.")
    (line,) = lines(store, Format.CHAT)
    assert [message.get("weight") for message in line.fields["messages"]] == [None, None, 0, None, None]


def test_a_thumb_up_is_a_chat_line_and_a_thumb_down_alone_is_nothing(store: Store) -> None:
    store.ratings.add(ask(store, "Good one?", "Yes."), True)
    store.ratings.add(ask(store, "Bad one?", "No."), False)
    assert [line.dialog.chosen for line in lines(store, Format.CHAT)] == ["Yes."]
    assert lines(store, Format.PREFERENCE) == []


def test_wordings_made_up_here_do_not_leave(store: Store) -> None:
    correct(store, ask(store, "What is the code of Brelom?", "1."), "417.")
    taken = snapshot(store, sources(store, "starter", 0), probes=0)
    assert any(example.synthetic for example in taken.train)
    assert len(outgoing(store, taken, Format.CHAT)) == 1


def test_what_is_made_here_passes_the_same_check_as_any_file(store: Store) -> None:
    for i in range(12):
        correct(store, ask(store, f"What is the code of Brelom {i}?", "1."), f"It is {400 + i}.")
    for format in (Format.CHAT, Format.PREFERENCE):
        data = dump_lines(line.fields for line in lines(store, format))
        found = lint(data, Rules(format), token_counter("gpt-4.1"))
        assert [finding.line for finding in found] == [None], "only the advice to have fifty"


def outgoing_of(name: str, format: Format) -> list[Outgoing]:
    found = []
    for line in read_lines(shared(name)):
        parts = take_apart(line.fields or {})
        if parts is not None:
            found.append(Outgoing(new_line(parts[0], format), parts[0], f"s{line.number}"))
    return found


def test_no_question_is_on_both_sides_of_a_public_file_in_any_wording() -> None:
    train, validation = split(outgoing_of("preferences_openai.jsonl", Format.PREFERENCE), share=0.3)
    assert len(train) + len(validation) == 300 and len(validation) > 40
    sides = [[words(line.dialog.asked) for line in side] for side in (train, validation)]
    assert not [1 for a in sides[0] for b in sides[1] if len(a & b) >= NEAR * len(a | b)]
    files = [dump_lines(line.fields for line in side) for side in (train, validation)]
    assert lint_overlap(*files) == []


def plain(text: str, group: str = "", held_out: bool = False) -> Outgoing:
    dialog = Dialog((Message("user", text),), "yes")
    return Outgoing(new_line(dialog, Format.CHAT), dialog, text, group, held_out)


def test_a_side_stays_when_lines_are_added() -> None:
    some = [plain(f"Is the shop number {n} of street {n * 7} open?") for n in range(60)]
    before = {line.source for line in split(some[:40])[1]}
    after = {line.source for line in split(some)[1]}
    assert before <= after and before


def test_few_lines_all_train_but_what_judges_here_never_does() -> None:
    few = [plain(f"Question number {n} about {n * 31}?", held_out=n == 3) for n in range(LEAST_FOR_VALIDATION - 1)]
    train, validation = split(few)
    assert [line.source for line in validation] == ["Question number 3 about 93?"] and len(train) == len(few) - 1


def test_one_group_is_never_parted() -> None:
    together = [plain(f"Something else {n} entirely {n * 13}?", group="talk") for n in range(30)]
    train, validation = split(together, share=0.5)
    assert not train or not validation


class Mails:
    def find(self, text: str) -> list[Match]:
        return [Match(Kind.MAIL, found.start(), found.end()) for found in re.finditer(r"\S+@\S+", text)]


def test_lines_that_ask_the_same_once_they_are_masked_are_on_one_side() -> None:
    lines = [plain(f"Is x{n}@y.z from the shop in the old town a customer?") for n in range(25)]
    hidden = masked(lines, [Kind.MAIL], Mails())
    assert {line.dialog.asked for line in hidden} == {"Is [mail] from the shop in the old town a customer?"}
    assert {line.fields["messages"][0]["content"] for line in hidden} == {line.dialog.asked for line in hidden}
    assert 0 in map(len, split(hidden, share=0.5))


def test_a_format_says_what_it_cannot_hold() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        new_line(Dialog((Message("user", "x"),), "y"), Format.PREFERENCE)
    assert (
        json.dumps(new_line(Dialog((Message("user", "x"),), "y", learned=False), Format.CHAT)).count('"weight": 0') == 1
    )
