"""What a line that starts with "/" does in the terminal chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from understudy.errors import InputError

if TYPE_CHECKING:
    from understudy.cli.chat import Talk
    from understudy.playground.view import Answer


class Leave(Exception):
    """The person typed /quit."""


class Commands:
    """Every public method is a command; its docstring is its line in /help."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._playground = talk.playground

    def run(self, line: str) -> None:
        """Do what `/name rest` says. Raises InputError for a name that is none."""
        name, _, rest = line[1:].partition(" ")
        command = self._all().get(name)
        if command is None:
            raise InputError(f"There is no command /{name}. Type /help for those there are.")
        command(rest.strip())

    def columns(self, rest: str) -> None:
        """/columns [base,champion,v3]  who answers; without names, who could"""
        if rest:
            names = [name.strip() for name in rest.split(",") if name.strip()]
            self._playground.chat.set_columns(self._talk.conversation, names)
            return
        now = self._playground.chat.open(self._talk.conversation).columns
        for choice in self._playground.chat.column_choices():
            self._talk.say(f"{'*' if choice.name in now else ' '} {choice.name:16} {choice.detail}")

    def system(self, rest: str) -> None:
        """/system [TEXT]  show or set the system prompt; /system - removes it"""
        if rest:
            self._playground.chat.set_system(self._talk.conversation, "" if rest == "-" else rest)
        self._talk.say(self._playground.chat.open(self._talk.conversation).system or "No system prompt.")

    def good(self, rest: str) -> None:
        """/good [N] [COMMENT]  the answer (of column N) is good"""
        self._rate(True, rest)

    def bad(self, rest: str) -> None:
        """/bad [N] [COMMENT]  the answer (of column N) is bad"""
        self._rate(False, rest)

    def correct(self, rest: str) -> None:
        """/correct [N] [TEXT]  what it should have said; without TEXT your editor opens"""
        answer, text = self._answer(rest)
        text = text or click.edit(answer.text) or ""
        if not text.strip():
            raise InputError("Nothing was corrected. Type the right answer after /correct.")
        self._playground.feedback.correct(answer.id, text.strip("\n"))
        self._talk.say(f"Your correction of {answer.label} is saved.")

    def regenerate(self, rest: str) -> None:
        """/regenerate [N]  another answer in every column, or in column N"""
        turn = self._talk.last_turn()
        if turn is None:
            raise InputError("There is no answer yet. Ask something first.")
        if rest:
            self._playground.chat.regenerate(self._answer(rest)[0].id)
        else:
            self._playground.chat.regenerate_turn(turn.id)
        self._talk.follow()

    def new(self, _: str) -> None:
        """/new  a new conversation with the same columns"""
        self._talk.conversation = self._playground.chat.new_conversation(like=self._talk.conversation).id

    def help(self, _: str) -> None:
        """/help  these lines"""
        self._talk.say("\n".join(command.__doc__ or "" for command in self._all().values()))
        self._talk.say("A message goes on in the next line after a \\ at the end. Ctrl-C stops an answer.")

    def quit(self, _: str) -> None:
        """/quit  leave (Ctrl-D too)"""
        raise Leave

    def _all(self) -> dict[str, Callable[[str], None]]:
        names = [name for name in vars(Commands) if not name.startswith("_") and name != "run"]
        return {name: getattr(self, name) for name in names}

    def _rate(self, label: bool, rest: str) -> None:
        answer, comment = self._answer(rest)
        self._playground.feedback.rate(answer.id, label, comment=comment)
        self._talk.say(f"{answer.label} is marked {'good' if label else 'bad'}.")

    def _answer(self, rest: str) -> tuple[Answer, str]:
        """The answer that `[N] text` means, and the text. Raises InputError when it means none."""
        turn = self._talk.last_turn()
        if turn is None:
            raise InputError("There is no answer yet. Ask something first.")
        if len(turn.answers) == 1 and rest.partition(" ")[0] != "1":
            return turn.answers[0], rest
        number, _, text = rest.partition(" ")
        if not number.isdecimal() or not 1 <= int(number) <= len(turn.answers):
            which = ", ".join(f"{n} = {answer.label}" for n, answer in enumerate(turn.answers, 1))
            raise InputError(f"Which column? Type its number first: {which}.")
        return turn.answers[int(number) - 1], text.strip()
