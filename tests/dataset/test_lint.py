"""Every fault of a training file is found with its line, and has a fix; a good file has none."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.dataset.shared import shared
from understudy.dataset.formats import Format
from understudy.dataset.jsonl import BOM, dump_lines
from understudy.dataset.lint import Finding, Rules, Severity, lint, lint_overlap
from understudy.dataset.privacy import Kind, Match
from understudy.dataset.tokens import TokenCounter

LETTERS = TokenCounter(len, False, "letters")
CHAT, PAIRS = Rules(Format.CHAT, None, trains=False), Rules(Format.PREFERENCE, None, trains=False)


class Mails:
    """Finds what has an at sign."""

    def find(self, text: str) -> list[Match]:
        return [Match(Kind.MAIL, found.start(), found.end()) for found in re.finditer(r"\S+@\S+", text)]


def said(role: str, content: Any = "text", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


def pair(good: Any, bad: Any, asked: Any = None) -> dict[str, Any]:
    messages = [said("user")] if asked is None else asked
    return {"input": {"messages": messages}, "preferred_output": good, "non_preferred_output": bad}


ASK, SAY = said("user"), said("assistant")


def faults(line: dict[str, Any], rules: Rules = CHAT) -> list[Finding]:
    return lint(dump_lines([line]), rules, LETTERS)


@pytest.mark.parametrize(
    ("line", "wrong", "severity"),
    [
        (chat(), "holds no messages", "error"),
        (chat(said("bot"), ASK, SAY), 'Message 1 has "bot" role', "error"),
        (chat(ASK, "hello", SAY), "Message 2 has no role", "error"),
        (chat(ASK, said("assistant", "  ")), "Message 2: it has no content", "error"),
        (chat(ASK, said("assistant", None)), "Message 2: it has no content", "error"),
        (chat(SAY, ASK), "does not end with an answer", "error"),
        (chat(said("system"), SAY), "Nobody asks", "warning"),
        (chat(ASK, said("system"), SAY), "is not the first", "warning"),
        (chat(ASK, ASK, SAY), "same role as the one before", "warning"),
        (chat(ASK, said("assistant", weight=2)), "its weight is 2", "error"),
        (chat(said("user", weight=1), SAY), "its weight is 1", "error"),
        (chat(ASK, said("assistant", weight=0)), "weight 0", "error"),
        (chat(ASK, said("tool"), SAY), "answers no tool call", "error"),
        (chat(ASK, said("assistant", None, function_call={"name": "x"})), "old form", "warning"),
        (chat(ASK, SAY, do_not_train=True), '"do_not_train" is unknown', "warning"),
        (chat(said("user", mood="bad"), SAY), '"mood" is unknown', "warning"),
        (pair([SAY], [said("assistant", "other")]), "format preference", "error"),
        ({"text": "x"}, "format unknown", "error"),
    ],
)
def test_a_fault_of_a_chat_line_is_named_with_a_fix(line: dict[str, Any], wrong: str, severity: str) -> None:
    (found,) = faults(line)
    assert wrong in found.wrong and found.severity == severity and found.line == 1
    assert found.fix.endswith(".") and str(found).startswith("train.jsonl, line 1: ")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (pair([SAY], [SAY]), "Both answers are the same"),
        (pair([SAY, SAY], [said("assistant", "other")]), '"preferred_output" is not one message'),
        (pair([SAY], None), '"non_preferred_output" is not one message'),
        (pair([ASK], [SAY]), '"preferred_output" has the role "user"'),
        (pair([SAY], [said("assistant", "other")], asked=[]), '"input" holds no messages'),
        (pair([SAY], [said("assistant", "other")], asked=[ASK, SAY]), "does not end with a question"),
        (pair([said("assistant", "")], [SAY]), "it has no content"),
    ],
)
def test_a_fault_of_a_preference_line_is_named(line: dict[str, Any], wrong: str) -> None:
    (found,) = faults(line, PAIRS)
    assert wrong in found.wrong and found.severity is Severity.ERROR


def test_good_lines_of_every_format_have_no_fault() -> None:
    call = said("assistant", None, tool_calls=[{"id": "c"}])
    good = chat(said("system"), ASK, call, said("tool", tool_call_id="c"), SAY, tools=[], parallel_tool_calls=True)
    assert faults(good) == []
    assert faults(pair([SAY], [said("assistant", "other")]), PAIRS) == []
    assert faults({"prompt": "x ->", "completion": " y"}, Rules(Format.COMPLETION, None, trains=False)) == []


def test_a_line_that_is_no_json_or_no_utf8_is_told_with_its_number() -> None:
    data = dump_lines([chat(ASK, SAY)]) + b"\n" + b'{"messages": [\n' + b'{"a": "\xff"}\n' + b'{"a": NaN}\n'
    found = lint(data, CHAT, LETTERS)
    assert [(finding.line, finding.severity) for finding in found] == [(n, "error") for n in (3, 4, 5)]
    assert "not JSON" in found[0].wrong and "byte 0xff at position 8" in found[1].wrong and "NaN" in found[2].wrong


def test_too_few_examples_say_how_many_are_missing_and_fifty_are_advised() -> None:
    lines = [chat(said("user", str(n)), SAY) for n in range(60)]
    rules = Rules(Format.CHAT)
    (few,) = lint(dump_lines(lines[:9]), rules, LETTERS)
    assert few.severity == "error" and "9 examples, and at least 10" in few.wrong and "Add 1 more" in few.fix
    (some,) = lint(dump_lines(lines[:10]), rules, LETTERS)
    assert some.severity == "warning" and "50" in some.fix
    assert lint(dump_lines(lines), rules, LETTERS) == []
    assert lint(dump_lines(lines[:2]), rules.for_validation(), LETTERS) == []
    (none,) = lint(b"\n\n", rules, LETTERS)
    assert "no examples" in none.wrong


def test_a_byte_order_mark_and_a_file_that_is_too_large_are_told() -> None:
    data = BOM + dump_lines([chat(ASK, SAY)])
    rules = Rules(Format.CHAT, None, most_file_bytes=20, trains=False)
    mark, size = lint(data, rules, LETTERS)
    assert "byte order mark" in mark.wrong and mark.severity == "warning"
    assert "more than 20" in size.wrong and size.line is None
    wanted = Rules(Format.CHAT, None, bom=True, trains=False)
    assert lint(data, wanted, LETTERS) == []
    (lacking,) = lint(data.removeprefix(BOM), wanted, LETTERS)
    assert "lacks the byte order mark" in lacking.wrong


def test_a_line_that_is_too_long_for_the_model_is_told_with_its_tokens() -> None:
    rules = Rules(Format.CHAT, None, max_example_tokens=50, trains=False)
    (found,) = lint(dump_lines([chat(said("user", "a" * 60), SAY)]), rules, LETTERS)
    assert "88 tokens (letters), more than the 50" in found.wrong and found.severity == "warning"


def test_a_line_that_comes_twice_names_the_first() -> None:
    data = dump_lines([chat(ASK, SAY), chat(said("user", "other"), SAY), chat(ASK, SAY)])
    (found,) = lint(data, CHAT, LETTERS)
    assert found.line == 3 and "same as line 1" in found.wrong


def test_personal_data_are_told_by_kind() -> None:
    line = chat(said("user", "I am a@b.c and d@e.f"), SAY)
    (found,) = lint(dump_lines([line]), CHAT, LETTERS, Mails())
    assert "2 mail addresses" in found.wrong and found.severity == "warning"


def test_a_question_on_both_sides_is_told_also_in_nearly_the_same_words() -> None:
    train = dump_lines([chat(said("user", "Where is the big town hall of Plotzi today?"), SAY)])
    near = chat(said("user", "where is the big town hall of Plotzi today"), said("assistant", "There."))
    other = chat(said("user", "Where is the big town hall of Mirelda today?"), SAY)
    (found,) = lint_overlap(train, dump_lines([other, near]))
    assert (found.file, found.line) == ("validation.jsonl", 2) and "line 1 of the training file" in found.wrong


def test_public_files_have_the_faults_that_they_have() -> None:
    toy = lint(shared("openai_toy_chat.jsonl"), Rules(Format.CHAT, max_example_tokens=4096), LETTERS)
    assert [(finding.line, finding.severity) for finding in toy] == [(None, "error"), (4, "warning"), (5, "warning")]
    pairs = lint(shared("preferences_openai.jsonl"), Rules(Format.PREFERENCE), LETTERS)
    assert [finding for finding in pairs if finding.severity == "error"] == []
    assert sum("same as line" in finding.wrong for finding in pairs) == 5


def test_a_mistake_in_a_key_does_not_hide_the_others() -> None:
    line = json.loads(json.dumps(chat(said("user", "", weight=1), said("assistant", "", typo=1), x=1)))
    assert len(faults(line)) == 5
