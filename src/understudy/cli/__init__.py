"""The command line: one file per command, flags made from the settings, one sentence for every failure.

A command imports what it needs when it runs: `understudy --help` loads no model library.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from understudy.cli.commands import understudy
from understudy.errors import InputError, NotFoundError, SettingsError, UnderstudyError
from understudy.redaction import hide_secrets, redacted, secrets
from understudy.settings import load_settings

BAD_INPUT, FAILURE, INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with 0, 1 (it failed), 2 (what was typed cannot be used) or 130 (Ctrl-C)."""
    hide_secrets()
    try:
        sys.exit(understudy.main(arguments, prog_name="understudy", standalone_mode=False) or 0)
    except (KeyboardInterrupt, click.Abort):
        click.echo("", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader, `head` for instance, has enough; Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except click.ClickException as error:
        sys.exit(tell(usage(error), BAD_INPUT))
    except UnderstudyError as error:
        bad_input = isinstance(error, InputError | NotFoundError | SettingsError)
        sys.exit(tell(str(error), BAD_INPUT if bad_input else FAILURE))
    except Exception as error:  # noqa: BLE001 - the last line before the person
        again = "" if wants_traceback() else " UNDERSTUDY_DEBUG=1 shows where."
        sys.exit(tell(f"This should not have happened: {type(error).__name__}: {error}.{again}", FAILURE))


def tell(sentence: str, code: int) -> int:
    """Print a failure for a person, with the traceback for who asked for it, and pass the exit code on."""
    known = secrets(os.environ)
    if wants_traceback():
        click.echo(redacted(traceback.format_exc(), known), err=True)
    click.echo(redacted(sentence, known), err=True)
    return code


def usage(error: click.ClickException) -> str:
    """What click found wrong with the arguments, and where to look them up."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "understudy"
    return f"{error.format_message()} See: {path} --help"


def wants_traceback() -> bool:
    """Whether UNDERSTUDY_DEBUG is on, wherever it is set."""
    try:
        return load_settings().debug
    except SettingsError:
        return os.environ.get("UNDERSTUDY_DEBUG", "0") not in ("", "0")
