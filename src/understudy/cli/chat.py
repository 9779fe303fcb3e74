"""`understudy chat`: the same conversation as on the page, in a terminal, kept in the same store.

With a terminal the answers are drawn as they come, in columns; without one (a pipe, a log) each is printed once it is
complete, so a script can hold a conversation too. A line that starts with "/" is a command.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from understudy.cli.options import MODEL, SAMPLING, opened, printable, with_settings
from understudy.cli.words import Commands, Leave
from understudy.errors import UnderstudyError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.playground.view import Answer, TurnView

POLL_S = 0.06
"""As often as the page draws; a person reads no faster."""


@click.command()
@click.option("--columns", default=None, metavar="NAMES", help="Who answers, with commas: base,champion,v3.")
@click.option("--continue", "go_on", is_flag=True, help="Go on with the newest conversation.")
@with_settings("system", *SAMPLING, *MODEL)
def chat(settings: Settings, columns: str | None, go_on: bool) -> None:
    """Chat in the terminal; /help tells the commands. What you rate and correct is kept as on the page."""
    with opened(settings) as playground:
        view = playground.chat.latest() if go_on else playground.chat.new_conversation()
        use_flags(playground, view.id, settings)
        Talk(playground, Console(highlight=False, markup=False), view.id).run(columns)


def use_flags(playground: Playground, conversation: str, settings: Settings) -> None:
    """Let what was set on purpose win over what the conversation took from the one before."""
    given = settings.model_fields_set
    if sampling := {name: getattr(settings, name) for name in SAMPLING if name in given}:
        playground.chat.set_sampling(conversation, sampling)
    if "system" in given:
        playground.chat.set_system(conversation, settings.system)


ENDS = {"stopped": "Stopped.", "length": "Cut at the token limit.", "interrupted": "Interrupted."}
"""How an answer ended, where it did not end by itself."""


class Talk:
    """One conversation at one terminal."""

    def __init__(self, playground: Playground, console: Console, conversation: str) -> None:
        self.playground = playground
        self.console = console
        self.conversation = conversation

    def run(self, columns: str | None = None) -> None:
        """Read lines until the end of input, /quit or Ctrl-C between answers."""
        commands = Commands(self)
        if columns:
            commands.columns(columns)
        if self.console.is_terminal:
            self.console.print("Type a message. /help tells the commands, Ctrl-D ends.", style="dim")
        with contextlib.suppress(EOFError, Leave):
            while True:
                self.handle(commands, self.read())

    def read(self) -> str:
        """One message; a line that ends in a backslash goes on in the next."""
        prompt, lines = "you> ", [""]
        while True:
            lines.append(input(prompt if sys.stdin.isatty() else ""))
            if not lines[-1].endswith("\\"):
                return "\n".join(line.removesuffix("\\") for line in lines[1:])
            prompt = "...> "

    def handle(self, commands: Commands, line: str) -> None:
        """Do what a line says; what cannot be done is told, and the conversation goes on."""
        try:
            if line.startswith("/"):
                commands.run(line)
            elif line.strip():
                self.ask(line)
        except UnderstudyError as error:
            self.say(str(error))

    def say(self, text: str) -> None:
        """A line of the program itself."""
        self.console.print(Text(printable(text)), style="yellow", soft_wrap=True)

    def ask(self, text: str) -> None:
        """Ask, and draw the answers until they are complete."""
        self.playground.chat.ask(self.conversation, text)
        self.follow()

    def last_turn(self) -> TurnView | None:
        """The newest turn of the branch that is looked at."""
        turns = self.playground.chat.open(self.conversation).turns
        return turns[-1] if turns else None

    def follow(self) -> None:
        """Draw what is being written until it is complete; Ctrl-C stops the answers and keeps what came."""
        try:
            self.draw() if self.console.is_terminal else self.wait()
        except KeyboardInterrupt:
            self.playground.chat.stop(self.conversation)
            self.playground.chat.wait(self.conversation, 30)
        if turn := self.last_turn():
            self.console.print(shown(turn.answers))

    def wait(self) -> None:
        """Until nothing is being written, in steps that Ctrl-C can interrupt."""
        while not self.playground.chat.wait(self.conversation, POLL_S):
            pass

    def draw(self) -> None:
        """The ends of the growing answers, at most a screen high; the whole is printed when they are complete."""
        turn = self.last_turn()
        with Live(console=self.console, transient=True, auto_refresh=False, vertical_overflow="crop") as live:
            while turn and not self.playground.chat.wait(self.conversation, POLL_S):
                texts = self.playground.chat.live(self.conversation).texts
                tails = [self.tail(texts.get(answer.id, ""), len(turn.answers)) for answer in turn.answers]
                live.update(side_by_side([a.label for a in turn.answers], [Text(t) for t in tails]), refresh=True)

    def tail(self, text: str, columns: int) -> str:
        """The end of a text that fits into the screen."""
        width = max(8, self.console.width // columns - 4)
        rows = max(4, self.console.height - 4)
        return "\n".join(str(line) for line in Text(printable(text)).wrap(self.console, width)[-rows:])


def shown(answers: tuple[Answer, ...]) -> RenderableType:
    """Complete answers with their notices, errors and marks."""
    return side_by_side([heading(answer) for answer in answers], [body(answer) for answer in answers])


def heading(answer: Answer) -> str:
    """Who answered, and what the person said about it."""
    marks = {True: " [good]", False: " [bad]", None: ""}[answer.rating]
    return answer.label + marks + (" [corrected]" if answer.original is not None else "")


def body(answer: Answer) -> RenderableType:
    """The text that stands, then what the person should know about it."""
    notes = [*answer.notices, answer.error or "", ENDS.get(answer.state, "")]
    return Group(Text(printable(answer.text)), *(Text(printable(note), style="yellow") for note in notes if note))


def side_by_side(headings: list[str], bodies: list[RenderableType]) -> RenderableType:
    """One column as a plain paragraph, several next to each other."""
    if len(bodies) == 1:
        return Group(Text(f"{headings[0]}>", style="bold"), bodies[0], Text(""))
    table = Table.grid(expand=True, padding=(0, 1))
    for _ in bodies:
        table.add_column(ratio=1)
    table.add_row(
        *(Panel(text, title=Text(name), title_align="left") for name, text in zip(headings, bodies, strict=True))
    )
    return table
