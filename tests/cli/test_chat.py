"""`understudy chat` without a terminal: the same conversation as on the page, typed through a pipe."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from tests.cli.conftest import Run
from understudy.cli.chat import Talk
from understudy.playground.build import build_playground
from understudy.playground.view import ConversationView
from understudy.settings import load_settings

Understudy = Callable[..., Run]


def kept() -> ConversationView:
    """The newest conversation, read anew from the store."""
    playground = build_playground(load_settings())
    try:
        return playground.chat.latest()
    finally:
        playground.close()


def test_messages_and_answers_are_kept_as_on_the_page(understudy: Understudy) -> None:
    run = understudy("chat", "--columns", "base,champion", typed="Hello\nAnd again\n")
    assert (run.code, run.err) == (0, "")
    assert run.out.count("You said Hello") == 2
    turns = kept().turns
    assert [turn.text for turn in turns] == ["Hello", "And again"]
    assert [answer.label for answer in turns[1].answers] == ["base", "champion"]
    assert turns[1].answers[0].text == "You said And again"


def test_a_line_that_ends_in_a_backslash_goes_on(understudy: Understudy) -> None:
    understudy("chat", typed="one\\\ntwo\n")
    assert kept().turns[0].text == "one\ntwo"


def test_thumbs_with_comments_reach_the_store(understudy: Understudy) -> None:
    run = understudy("chat", "--columns", "base,champion", typed="Hi\n/good 1\n/bad 2 Too short\n")
    assert "base is marked good." in run.out
    good, bad = kept().turns[0].answers
    assert (good.rating, bad.rating, bad.comment) == (True, False, "Too short")


def test_with_several_columns_a_thumb_asks_which(understudy: Understudy) -> None:
    run = understudy("chat", "--columns", "base,champion", typed="Hi\n/good\n/good 3\n")
    assert run.out.count("Which column? Type its number first: 1 = base, 2 = champion.") == 2
    assert kept().turns[0].answers[0].rating is None


def test_a_correction_keeps_the_original(understudy: Understudy) -> None:
    understudy("chat", "--columns", "base", typed="Hi\n/correct Hello, dear.\n")
    answer = kept().turns[0].answers[0]
    assert (answer.text, answer.original) == ("Hello, dear.", "You said Hi")


def test_regenerate_makes_another_attempt(understudy: Understudy) -> None:
    understudy("chat", "--columns", "base", typed="Hi\n/regenerate\n/regenerate 1\n")
    assert len(kept().turns[0].answers[0].attempts) == 3


def test_columns_and_system_prompt_can_be_seen_and_changed(understudy: Understudy) -> None:
    run = understudy("chat", "--columns", "base", typed="/columns\n/columns champion\n/system Be kind.\n/system\nHi\n")
    assert "* base" in run.out
    assert "[Be kind.] You said Hi" in run.out
    assert kept().columns == ("champion",)


def test_flags_win_over_what_the_last_conversation_had(understudy: Understudy) -> None:
    understudy("chat", "--system", "One.", "--temperature", "0.2", typed="Hi\n")
    understudy("chat", "--temperature", "0", "--seed", "7", typed="Hi\n")
    view = kept()
    assert (view.system, view.sampling["temperature"], view.sampling["seed"]) == ("One.", 0.0, 7)


def test_continue_goes_on_with_the_newest_conversation(understudy: Understudy) -> None:
    understudy("chat", typed="First\n/new\nSecond\n/quit\nnever\n")
    understudy("chat", "--continue", typed="Third\n")
    assert [turn.text for turn in kept().turns] == ["Second", "Third"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/dance\n", "There is no command /dance. Type /help"),
        ("/good\n", "There is no answer yet. Ask something first."),
        ("/regenerate\n", "There is no answer yet. Ask something first."),
        ("/columns v77\n", "v77"),
    ],
)
def test_what_cannot_be_done_is_told_and_the_conversation_goes_on(
    understudy: Understudy, typed: str, words: str
) -> None:
    run = understudy("chat", "--columns", "base", typed=typed + "Still here?\n")
    assert words in run.out
    assert "You said Still here?" in run.out
    assert run.code == 0


def test_help_tells_every_command(understudy: Understudy) -> None:
    out = understudy("chat", typed="/help\n").out
    for name in ("columns", "system", "good", "bad", "correct", "regenerate", "new", "help", "quit"):
        assert f"/{name}" in out


def test_a_models_words_do_not_steer_the_terminal(understudy: Understudy) -> None:
    assert "\x1b" not in understudy("chat", "--columns", "base", typed="\x1b\n").out


@pytest.mark.usefixtures("home")
def test_a_terminal_shows_the_columns_side_by_side() -> None:
    playground = build_playground(load_settings())
    screen = Console(file=io.StringIO(), force_terminal=True, width=80, height=20, color_system=None)
    talk = Talk(playground, screen, playground.chat.new_conversation().id)
    playground.chat.set_columns(talk.conversation, ["base", "champion"])
    talk.ask("Hi")
    playground.close()
    assert any(line.count("You said Hi") == 2 for line in screen.file.getvalue().splitlines())


@pytest.mark.usefixtures("home")
def test_control_c_stops_the_answer_and_keeps_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    playground = build_playground(load_settings())
    playground.store.models.add("slow", "slow/model")
    talk = Talk(playground, Console(file=io.StringIO()), playground.chat.new_conversation().id)
    playground.chat.set_columns(talk.conversation, ["slow"])

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(talk, "wait", interrupt)
    talk.ask(" ".join(["word"] * 1000))
    states = {answer.state for answer in playground.chat.latest().turns[0].answers}
    playground.close()
    assert states == {"stopped"}
