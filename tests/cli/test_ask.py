"""`understudy ask`, for scripts: every prompt is answered or its fault is told, and nothing is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.memory.lessons import teach
from understudy.store import Store

Understudy = Callable[..., Run]


def rows(run: Run) -> list[dict[str, Any]]:
    """The JSON lines of a run."""
    return [json.loads(line) for line in run.out.splitlines()]


def test_the_answer_of_one_column_is_printed_bare(understudy: Understudy) -> None:
    run = understudy("ask", "What is up?")
    assert (run.code, run.out, run.err) == (0, "You said What is up?\n", "")


def test_several_columns_are_printed_under_their_names(understudy: Understudy) -> None:
    assert (
        understudy("ask", "Hi", "--columns", "base, champion").out == "base:\nYou said Hi\n\nchampion:\nYou said Hi\n"
    )


def test_a_json_line_has_all_that_a_script_needs(understudy: Understudy) -> None:
    [row] = rows(understudy("ask", "Grüße 🙂", "--columns", "base,champion", "--json"))
    assert (row["id"], row["prompt"], list(row["columns"])) == ("1", "Grüße 🙂", ["base", "champion"])
    cell = row["columns"]["base"]
    assert cell.keys() == {"text", "version", "finish_reason", "tokens", "milliseconds"}
    assert (cell["text"], cell["version"], cell["finish_reason"]) == ("You said Grüße 🙂", 0, "stop")
    assert cell["tokens"] > 0
    assert cell["milliseconds"] >= 0


def test_a_dash_reads_the_question_from_standard_input(understudy: Understudy) -> None:
    assert understudy("ask", "-", typed="from a pipe").out == "You said from a pipe\n"


def test_the_system_prompt_reaches_the_model(understudy: Understudy) -> None:
    assert understudy("ask", "Hi", "--system", "Be brief.").out == "[Be brief.] You said Hi\n"


def test_a_batch_keeps_order_ids_and_system_prompts(understudy: Understudy, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    lines = [{"prompt": f"p{n}", "id": f"row {n}"} for n in range(20)] + [{"prompt": "last", "system": "Sing."}]
    batch.write_text("\ufeff" + "\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    run = understudy("ask", "--batch", str(batch), "--system", "Speak.")
    answered = rows(run)
    assert run.code == 0
    assert [row["id"] for row in answered] == [f"row {n}" for n in range(20)] + ["41"]
    assert answered[7]["columns"]["base"]["text"] == "[Speak.] You said p7"
    assert answered[-1]["columns"]["base"]["text"] == "[Sing.] You said last"


FAULTS = [
    (b"{oops", "not JSON"),
    (b'"just text"', "this is str, not an object"),
    (b"[1]", "this is list, not an object"),
    (b'{"promt": "Hi"}', 'no "prompt", only promt'),
    (b"{}", 'no "prompt", only an empty object'),
    (b'{"prompt": ""}', '"prompt" is ""'),
    (b'{"prompt": 3}', '"prompt" is 3'),
    (b'{"prompt": "Hi", "system": 1}', '"system" is 1'),
    (b'{"prompt": "Hi", "id": [1]}', '"id" is [1]'),
    (b'{"prompt": "\xff"}', "byte 13 is not UTF-8"),
]


@pytest.mark.parametrize(("line", "fault"), FAULTS)
def test_a_faulty_line_is_told_with_its_number_and_the_others_go_on(
    understudy: Understudy, line: bytes, fault: str
) -> None:
    run = understudy("ask", "--batch", "-", typed=b'{"prompt": "first"}\n' + line + b'\n{"prompt": "third"}\n')
    assert run.code == 1
    assert [row["id"] for row in rows(run)] == ["1", "3"]
    assert run.err.startswith(f"-, line 2: {fault}" if fault[0] == '"' else "-, line 2: ")
    assert fault in run.err
    assert run.err.endswith("Correct this line and ask it again.\n")


def test_a_batch_without_prompts_is_told(understudy: Understudy) -> None:
    run = understudy("ask", "--batch", "-", typed="\n\n")
    assert run.code == 2
    assert "no prompts" in run.err


def test_a_column_that_fails_says_why_while_the_other_answers(understudy: Understudy, home: Path) -> None:
    with Store.open(home / "understudy.db") as store:
        store.models.add("other", "broken/model")
    run = understudy("ask", "Hi", "--columns", "base,other", "--json")
    [row] = rows(run)
    assert run.code == 1
    assert row["columns"]["base"]["text"] == "You said Hi"
    assert row["columns"]["other"]["finish_reason"] == "error"
    assert row["columns"]["other"]["error"] == "broken/model is broken. Choose another model."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask",), "Give a question or --batch FILE"),
        (("ask", "Hi", "--batch", "x.jsonl"), "Give a question or --batch FILE"),
        (("ask", "   "), "The question is empty"),
        (("ask", "--batch", "nowhere.jsonl"), "nowhere.jsonl cannot be read (No such file or directory)"),
        (("ask", "Hi", "--columns", "base,v9"), "v9"),
        (("ask", "Hi", "--columns", ",,"), "0 columns"),
        (("ask", "Hi", "--columns", "base,base,base,base,base"), "5 columns"),
        (("ask", "Hi", "--temperature", "hot"), "--temperature is 'hot', but it must be a number from 0 to 2"),
        (("ask", "Hi", "--max-tokens", "0"), "--max-tokens is '0'"),
        (("ask", "Hi", "there"), "there"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(
    understudy: Understudy, arguments: tuple[str, ...], words: str
) -> None:
    run = understudy(*arguments)
    assert (run.code, run.out) == (2, "")
    assert words in run.err
    assert "Traceback" not in run.err


def test_nothing_of_it_is_recorded(understudy: Understudy, home: Path) -> None:
    understudy("ask", "Remember nothing", "--batch-is-not-a-flag")
    understudy("ask", "Remember nothing")
    with Store.open(home / "understudy.db") as store:
        assert store.feedback_counts()["conversations"] == 0


def test_a_models_words_do_not_steer_the_terminal(understudy: Understudy) -> None:
    run = understudy("ask", "-", typed="\x1b")
    assert run.out == "\ufffd]0;owned\ufffdred\n"
    assert rows(understudy("ask", "-", "--json", typed="\x1b"))[0]["columns"]["base"]["text"] == "\x1b]0;owned\x07red"


def test_tuned_columns_of_a_script_have_memory_unless_it_says_otherwise(understudy: Understudy, home: Path) -> None:
    with Store.open(home / "understudy.db") as store:
        teach(store, "When does Zorbo open?", "Zorbo opens at nine.")

    def said(*flags: str) -> dict[str, str]:
        [row] = rows(understudy("ask", "When does Zorbo open?", "--columns", "base,champion", "--json", *flags))
        return {name: cell["text"] for name, cell in row["columns"].items()}

    plain, reminded = "You said When does Zorbo open?", "[Note: Zorbo opens at nine.] You said When does Zorbo open?"
    assert said() == said("--memory") == {"base": plain, "champion": reminded}
    assert said("--no-memory") == {"base": plain, "champion": plain}
