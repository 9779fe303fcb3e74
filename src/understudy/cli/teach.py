"""`understudy teach`: corrections from a file, as approved as if an owner had typed them on the page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.options import opened, person_option, with_settings
from understudy.errors import InputError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.teaching import Taught

FIELDS = {"prompt": str, "correction": str, "system": str, "original": str}


@click.command()
@click.argument("file")
@person_option()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@with_settings("home", "base_model")
def teach(settings: Settings, file: str, person: str, as_json: bool) -> int:
    """Teach every line of FILE, JSONL with {"prompt", "correction"} and optional "system", "original", "tags".

    "-" reads standard input. Taught again, a file adds nothing twice. Exit code 1 when a line was refused; the others
    are taught all the same.
    """
    faults: list[str] = []
    rows = list(read(file, faults))
    if not rows and not faults:
        raise InputError(f'{file} is empty. Write one object per line: {{"prompt": "...", "correction": "..."}}.')
    with opened(settings) as playground:
        own = playground.own.require(person)
        done = playground.teach(rows, "standard input" if file == "-" else Path(file).name, own)
    faults += done.faults
    for fault in faults:
        click.echo(fault, err=True)
    counts = {"added": done.added, "known": done.known, "refused": len(faults)}
    known = f", {done.known} known already" if done.known else ""
    click.echo(json.dumps(counts) if as_json else f"{done.added} corrections added{known}. Train: understudy train")
    return int(bool(faults))


def read(name: str, faults: list[str]) -> Iterator[tuple[int, Taught]]:
    """Numbered rows of a file; what is no row is added to `faults` with its line."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}). Check the path.") from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            try:
                yield number, parse(line)
            except ValueError as error:
                faults.append(f"{name}, line {number}: {error}. Correct this line and teach it again.")


def parse(line: bytes) -> Taught:
    """One line as a row. Raises ValueError with the fault."""
    from understudy.playground.teaching import Taught

    try:
        fields: Any = json.loads(line.decode("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"this is not JSON in UTF-8 ({error})") from error
    if not isinstance(fields, dict) or not {"prompt", "correction"} <= fields.keys():
        raise ValueError('this is no object with "prompt" and "correction"')
    for field, kind in FIELDS.items():
        if field in fields and not isinstance(fields[field], kind):
            raise ValueError(f'"{field}" is {json.dumps(fields[field])}, but it must be text')
    tags = fields.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError(f'"tags" is {json.dumps(tags)}, but it must be a list of texts')
    return Taught(**{field: fields[field] for field in FIELDS if field in fields}, tags=tuple(tags))
