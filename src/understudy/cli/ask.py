"""`understudy ask`: questions from a script, answered and printed; nothing is recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.options import MODEL, SAMPLING, opened, person_option, printable, with_settings
from understudy.errors import InputError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.asking import Asked, AskedAnswer, Prompt


@click.command()
@click.argument("question", required=False)
@click.option("--columns", default="base", show_default=True, help="Who answers, with commas: base,champion,mine,v3.")
@click.option("--batch", metavar="FILE", help='Ask every line of a JSONL file: {"prompt", optional "id" and "system"}.')
@click.option(
    "--memory/--no-memory",
    default=None,
    help="Whether tuned columns recall what was corrected.  [default: the setting UNDERSTUDY_MEMORY]",
)
@person_option()
@click.option("--json", "as_json", is_flag=True, help="One JSON line per prompt (always so with --batch).")
@with_settings("system", *SAMPLING, *MODEL)
def ask(
    settings: Settings,
    question: str | None,
    columns: str,
    batch: str | None,
    memory: bool | None,
    person: str,
    as_json: bool,
) -> int:
    """Answer QUESTION and exit; "-" reads it, or a batch, from standard input.

    Exit code 1 when a line of the batch could not be asked or a column failed; the others are answered all the same.
    """
    if (question is None) == (batch is None):
        raise InputError('Give a question or --batch FILE, one of the two; "-" reads it from standard input.')
    prompts, faults = one_prompt(question, settings.system) if question else read_batch(str(batch), settings.system)
    for fault in faults:
        click.echo(fault, err=True)
    with opened(settings) as playground:
        failed = bool(faults)
        names = [name.strip() for name in columns.split(",") if name.strip()]
        own = playground.own.require(person)
        for asked in playground.ask_once(prompts, names, settings.sampling(), memory, own) if prompts else ():
            failed |= any(answer.error for answer in asked.answers.values())
            click.echo(json.dumps(row(asked), ensure_ascii=False) if as_json or batch else words(asked))
    return int(failed)


def one_prompt(question: str, system: str) -> tuple[list[Prompt], list[str]]:
    """The question of the command line as a batch of one."""
    text = sys.stdin.read() if question == "-" else question
    if not text.strip():
        raise InputError("The question is empty. Type one in quotes.")
    return [make_prompt(text, system, "1")], []


def read_batch(name: str, system: str) -> tuple[list[Prompt], list[str]]:
    """The prompts of a JSONL file, and a sentence for every line that is none."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}). Check the path after --batch.") from error
    prompts: list[Prompt] = []
    faults: list[str] = []
    for number, line in numbered(data):
        try:
            prompts.append(parse(line, number, system))
        except ValueError as error:
            faults.append(f"{name}, line {number}: {error}. Correct this line and ask it again.")
    if not prompts and not faults:
        raise InputError(f'{name} has no prompts. Write one object per line, such as {{"prompt": "Hello"}}.')
    return prompts, faults


def numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1; a byte-order mark is no part of the first."""
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def parse(line: bytes, number: int, system: str) -> Prompt:
    """One line as a prompt. Raises ValueError with the fault, to be completed with the line's number."""
    try:
        fields = json.loads(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON ({error.msg} at character {error.pos + 1})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8") from error
    if not isinstance(fields, dict):
        raise ValueError(f'this is {type(fields).__name__}, not an object such as {{"prompt": "Hello"}}')
    if "prompt" not in fields:
        raise ValueError(f'there is no "prompt", only {", ".join(fields) or "an empty object"}')
    prompt, own, name = fields["prompt"], fields.get("system", system), fields.get("id", number)
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValueError(
            f'"prompt" is {json.dumps(prompt)}, but it must be text' if "prompt" in fields else 'there is no "prompt"'
        )
    if not isinstance(own, str):
        raise ValueError(f'"system" is {json.dumps(own)}, but it must be text')
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise ValueError(f'"id" is {json.dumps(name)}, but it must be text or a whole number')
    return make_prompt(prompt, own, str(name))


def make_prompt(text: str, system: str, name: str) -> Prompt:
    """A prompt; imported late, because the playground brings the models' libraries."""
    from understudy.playground.asking import Prompt

    return Prompt(text, system, name)


def row(asked: Asked) -> dict[str, Any]:
    """A prompt and its answers as they are printed with --json."""
    return {"id": asked.id, "prompt": asked.prompt, "columns": {k: cell(a) for k, a in asked.answers.items()}}


def cell(answer: AskedAnswer) -> dict[str, Any]:
    """One column's part of a JSON line; `error` only where there is one."""
    values = {
        "text": answer.text,
        "version": answer.version,
        "finish_reason": str(answer.finish),
        "tokens": answer.tokens,
        "milliseconds": round(answer.milliseconds, 1),
    }
    return values | ({"error": answer.error} if answer.error else {})


def words(asked: Asked) -> str:
    """The answers for a person: the bare text of a single column, else each under its name."""
    texts = {name: answer.error or printable(answer.text) for name, answer in asked.answers.items()}
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "\n\n".join(f"{name}:\n{text}" for name, text in texts.items())
