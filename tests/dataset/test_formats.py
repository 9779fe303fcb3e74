"""Every format is taken apart into a dialog and put together again without a loss."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from understudy.dataset.dialog import Dialog
from understudy.dataset.formats import Format, format_of, has_system, new_line, others, put_together, take_apart
from understudy.types import Message

ASKED = [{"role": "user", "content": "Who runs Plotzi?"}]
SAID, WRONG = {"role": "assistant", "content": "Mirelda."}, {"role": "assistant", "content": "Nobody."}
TOLD = "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Who?\n\nAssistant: "
LINES: dict[str, tuple[Format, dict[str, Any], Dialog]] = {
    "chat": (Format.CHAT, {"messages": [*ASKED, SAID]}, Dialog((Message("user", "Who runs Plotzi?"),), "Mirelda.")),
    "chat with a label": (
        Format.CHAT,
        {"messages": [*ASKED, WRONG], "label": False, "source": 3},
        Dialog((Message("user", "Who runs Plotzi?"),), "Nobody.", label=False),
    ),
    "completion": (
        Format.COMPLETION,
        {"prompt": "a ->", "completion": " b", "id": "x"},
        Dialog((Message("user", "a ->"),), " b"),
    ),
    "completion of messages": (
        Format.TRL_COMPLETION,
        {"prompt": [{"role": "system", "content": "Be brief."}, *ASKED], "completion": [SAID]},
        Dialog((Message("system", "Be brief."), Message("user", "Who runs Plotzi?")), "Mirelda."),
    ),
    "unpaired": (
        Format.TRL_UNPAIRED,
        {"prompt": "a", "completion": "b", "label": True},
        Dialog((Message("user", "a"),), "b", label=True),
    ),
    "unpaired of messages": (
        Format.TRL_UNPAIRED,
        {"prompt": ASKED, "completion": [WRONG], "label": False},
        Dialog((Message("user", "Who runs Plotzi?"),), "Nobody.", label=False),
    ),
    "pair of texts": (
        Format.TRL_PAIR,
        {"prompt": "a", "chosen": "b", "rejected": "c", "margin": 1.5},
        Dialog((Message("user", "a"),), "b", "c"),
    ),
    "pair with its prompt inside": (
        Format.TRL_PAIR,
        {"chosen": [*ASKED, SAID], "rejected": [*ASKED, WRONG], "prompt": "Who runs Plotzi?"},
        Dialog((Message("user", "Who runs Plotzi?"),), "Mirelda.", "Nobody."),
    ),
    "openai's pair": (
        Format.PREFERENCE,
        {"input": {"messages": ASKED, "tools": []}, "preferred_output": [SAID], "non_preferred_output": [WRONG]},
        Dialog((Message("user", "Who runs Plotzi?"),), "Mirelda.", "Nobody."),
    ),
    "transcript": (
        Format.TRANSCRIPT,
        {"chosen": f"{TOLD}Me.", "rejected": f"{TOLD}You."},
        Dialog((Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "Who?")), "Me.", "You."),
    ),
    "sharegpt": (
        Format.SHAREGPT,
        {
            "id": 7,
            "conversations": [{"from": "human", "value": "a"}, {"value": "b", "from": "gpt"}],
            "system": "Be brief.",
        },
        Dialog((Message("system", "Be brief."), Message("user", "a")), "b"),
    ),
    "alpaca": (
        Format.ALPACA,
        {"instruction": "Add.", "input": "1\n2", "output": "3"},
        Dialog((Message("user", "Add.\n1\n2"),), "3"),
    ),
    "alpaca with a system prompt": (
        Format.ALPACA,
        {"system": "", "instruction": "Add.", "input": "", "output": "3", "history": []},
        Dialog((Message("system", ""), Message("user", "Add.")), "3"),
    ),
    "row": (
        Format.COLUMNS,
        {"prompt": "a", "answer": "b", "correction": "c", "author": "Ada", "tags": ["x"], "other": {"n": 1}},
        Dialog((Message("user", "a"),), "c", said="b"),
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_a_dialog_and_its_frame_and_both_give_it_back(name: str) -> None:
    format, line, dialog = LINES[name]
    before = copy.deepcopy(line)
    taken = take_apart(line, Format.COLUMNS if format is Format.COLUMNS else None)
    assert taken is not None and line == before
    found, frame = taken
    assert (found.prompt, found.chosen, found.rejected, found.label) == (
        dialog.prompt,
        dialog.chosen,
        dialog.rejected,
        dialog.label,
    )
    assert found.said == dialog.said
    assert list(put_together(frame, found)) == list(line) and put_together(frame, found) == line
    if format is not Format.COLUMNS:
        assert format_of(line) is format is format_of(frame)
        assert has_system(frame) == (dialog.prompt[0].role == "system")


@pytest.mark.parametrize("name", LINES)
def test_a_frame_holds_no_text_of_the_dialog(name: str) -> None:
    format, line, dialog = LINES[name]
    taken = take_apart(line, format)
    assert taken is not None
    texts = {*(m.content for m in dialog.prompt), dialog.chosen, dialog.rejected} - {None, "", "a", "b", "c"}
    told = str({**taken[1], "prompt": None} if name == "pair with its prompt inside" else taken[1])
    assert [text for text in texts if repr(text) in told] == []


@pytest.mark.parametrize(
    ("name", "formats"),
    [
        ("chat", {"chat", "completion", "trl-completion", "sharegpt", "alpaca", "columns"}),
        ("chat with a label", {"trl-unpaired", "columns"}),
        ("unpaired", {"trl-unpaired", "chat", "completion", "trl-completion", "sharegpt", "alpaca", "columns"}),
        ("transcript", {"preference", "trl-pair", "transcript", "chat", "trl-completion", "sharegpt", "columns"}),
    ],
)
def test_a_dialog_becomes_a_line_of_every_format_that_can_hold_it(name: str, formats: set[str]) -> None:
    dialog = LINES[name][2]
    made = {}
    for format in Format:
        try:
            made[str(format)] = new_line(dialog, format, {"domain": "CDC"})
        except ValueError:
            continue
    assert made.keys() == formats
    for format_name, line in made.items():
        taken = take_apart(line, Format(format_name))
        assert taken is not None and (taken[0].prompt, taken[0].chosen) == (dialog.prompt, dialog.chosen)
        assert others(taken[1], Format(format_name)) == {"domain": "CDC"}


@pytest.mark.parametrize(
    "line",
    [
        {"messages": "x"},
        {"messages": [{"role": ["user"], "content": "x"}]},
        {"input": "x", "preferred_output": []},
        {"conversations": [{"from": "human", "value": "x"}]},
        {"conversations": [{"from": "tool", "value": "x"}, {"from": "gpt", "value": "y"}]},
        {"instruction": 1, "output": "x"},
        {"instruction": "x", "output": "y", "history": [["a", "b"]]},
        {"prompt": 1, "completion": "x"},
        {"prompt": [], "completion": []},
        {"chosen": 1, "rejected": 2},
        {"chosen": [*ASKED, SAID], "rejected": [{"role": "user", "content": "other"}, WRONG]},
        {"chosen": [], "rejected": []},
    ],
)
def test_what_is_no_plain_dialog_is_not_taken_apart(line: dict[str, Any]) -> None:
    assert take_apart(line) is None
