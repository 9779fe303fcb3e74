"""`understudy provider`: models and training jobs at OpenAI, Azure, Nebius or a compatible server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.errors import InputError, NotFoundError, SettingsError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.ordering import Offer, Wanted
    from understudy.playground.remote_training import RemoteTraining
    from understudy.store import Job, Store

POLL_S = 5.0
"""Between two looks at a job on the command line."""

STORE = ("home", "local_only", "promote")
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.group()
def provider() -> None:
    """Models at OpenAI, Azure, Nebius, or any server that speaks like them."""


@provider.command("models")
@click.argument("server", required=False)
@as_json_option
@with_settings("home", "local_only")
def list_offers(settings: Settings, server: str | None, as_json: bool) -> None:
    """The models of SERVER (openai, azure, nebius or a base URL), with their last days and prices.

    Without SERVER: the servers there are, and what each still needs. Add one with `understudy models add`.
    """
    with opened(settings) as playground:
        if server is None:
            found: dict[str, object] = {"servers": [asdict(choice) for choice in playground.providers.servers()]}
            lines = [f"{choice.id:12} {choice.missing or choice.name}" for choice in playground.providers.servers()]
        else:
            offers = playground.providers.offers(server)
            found = asdict(offers)
            lines = [f"{offer.source}  {offer.detail}".rstrip() for offer in offers.models]
            lines += [line for line in (offers.sentence, offers.age) if line]
    click.echo(json.dumps(found, default=str) if as_json else printable("\n".join(lines)))


def order_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is wanted: the same for a look beforehand and for the order."""
    kinds = "secret, mail, iban, card, ssn, ip or phone"
    for decorate in (
        click.option("--unchecked", is_flag=True, help="Agree to send data that nobody searched for personal ones."),
        click.option("--mask", multiple=True, metavar="KIND", help=f"Mask personal data of this kind: {kinds}."),
        click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="A setting; the rest stay on auto."),
        click.option("--legacy", is_flag=True, help="Send lines of prompt and completion, where a server wants those."),
        click.option("--parent", default=0, metavar="N", help="Train on from version N of the model."),
        click.option("--method", default="supervised", type=click.Choice(["supervised", "dpo"]), show_default=True),
        click.argument("model"),
    ):
        command = decorate(command)
    return command


@provider.command()
@order_options
@as_json_option
@with_settings(*STORE)
def preflight(settings: Settings, as_json: bool, **asked: Any) -> int:
    """What training MODEL (a column's name, or an address such as openai:gpt-4.1-mini) would send, cost and be worth.

    Nothing is sent. Exit code 1 when it may not go on.
    """
    with _remote(settings) as (remote, _):
        offer = remote.ordering.offer(_wanted(**asked))
    click.echo(json.dumps(_told_offer(offer), ensure_ascii=False) if as_json else printable(_words(offer)))
    return int(not offer.report.may_go_on)


@provider.command()
@order_options
@click.option("--agree", metavar="MARK", help="The mark of a preflight that you read; without it you are asked.")
@click.option("--wait", is_flag=True, help="Stay until the model is there and judged.")
@as_json_option
@with_settings(*STORE)
def submit(settings: Settings, agree: str | None, wait: bool, as_json: bool, **asked: Any) -> int:
    """Have MODEL trained at its provider on all that is approved, once you agreed to what is sent and what it costs."""
    with _remote(settings) as (remote, store):
        wanted = _wanted(**asked)
        job = remote.ordering.confirm(wanted, agree or _agreed(remote, wanted, as_json))
        done = _follow(remote, store, job.id, quiet=as_json, until_bought=not wait)
        return _tell(store, done, as_json)


@provider.command()
@click.argument("job", required=False)
@as_json_option
@with_settings(*STORE)
def watch(settings: Settings, job: str | None, as_json: bool) -> int:
    """Follow JOB (the newest, if none is named) until it has ended; Ctrl-C leaves it running at its provider."""
    with _remote(settings) as (remote, store):
        return _tell(store, _follow(remote, store, _job(store, job).id, quiet=as_json), as_json)


@provider.command("list")
@as_json_option
@with_settings(*STORE)
def list_jobs(settings: Settings, as_json: bool) -> None:
    """All jobs that were ordered here, newest first, and files that may still lie at a provider."""
    with _remote(settings) as (remote, store):
        jobs, left = remote.ordering.jobs(), remote.ordering.left_behind()
        if as_json:
            told = {"jobs": [_told(store, job) for job in jobs], "left_behind": [asdict(file) for file in left]}
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        for job in jobs:
            click.echo(printable(f"{job.id}  {job.host}  {job.model}  {job.status or 'waiting'}  {job.sentence}"))
        for file in left:
            click.echo(printable(f"Left behind: {file.name}. Delete it: understudy provider clean {file.job}"))


def _wish(name: str, words: str) -> None:
    """The commands that hand a wish on look alike."""

    @provider.command(name, help=words)
    @click.argument("job", required=False)
    @as_json_option
    @with_settings(*STORE)
    def wish(settings: Settings, job: str | None, as_json: bool) -> int:
        with _remote(settings) as (remote, store):
            found = _job(store, job)
            getattr(remote.ordering, name)(found.id)
            return _tell(store, remote.fulfilling.step(found.id), as_json)


_wish("pause", "Let JOB rest at its provider.")
_wish("resume", "Let JOB go on.")
_wish("cancel", "End JOB; what it cost so far is not given back.")


@provider.command()
@click.argument("job", required=False)
@click.option("--models", is_flag=True, help="The finished model and its checkpoints too; their versions go with them.")
@as_json_option
@with_settings(*STORE)
def clean(settings: Settings, job: str | None, models: bool, as_json: bool) -> int:
    """Delete at the provider what JOB left there. Exit code 1 when something could not be deleted."""
    with _remote(settings) as (remote, store):
        done = remote.ordering.clean(_job(store, job).id, models=models)
    lines = [f"Deleted: {done.files} files and {len(done.models)} models.", *done.left]
    click.echo(json.dumps(asdict(done), ensure_ascii=False) if as_json else printable("\n".join(lines)))
    return int(bool(done.left))


@provider.command("train-here")
@click.argument("job", required=False)
@with_settings(*STORE)
def train_here(settings: Settings, job: str | None) -> None:
    """Train the local base model on the data of JOB, for instance after a provider refused it."""
    with _remote(settings) as (remote, store):
        run = remote.ordering.train_here(_job(store, job).id)
        click.echo(f"Queued as run {run}. The open page or `understudy worker` trains it.")


@contextmanager
def _remote(settings: Settings) -> Iterator[tuple[RemoteTraining, Store]]:
    with opened(settings) as playground:
        assert playground.remote is not None  # `build_playground` always puts it there
        yield playground.remote, playground.store


def _wanted(
    model: str,
    method: Any,
    parent: int,
    legacy: bool,
    changes: tuple[str, ...],
    mask: tuple[str, ...],
    unchecked: bool,
) -> Wanted:
    from understudy.dataset.formats import Format
    from understudy.dataset.privacy import Kind
    from understudy.playground.ordering import Wanted

    unknown = set(mask) - {*Kind}
    if unknown:
        raise InputError(f"{min(unknown)!r} is no kind of personal data. Known are {', '.join(Kind)}.")
    format = Format.COMPLETION if legacy else None
    return Wanted(model, method, parent, dict(map(_change, changes)), tuple(map(Kind, mask)), unchecked, format)


def _change(text: str) -> tuple[str, Any]:
    """`n_epochs=3` as a name and a number; what is no number or truth value stays text."""
    name, given, value = text.partition("=")
    if not given or not name.strip():
        raise SettingsError(f"{text!r} changes no setting. Write a name and a value: --set n_epochs=3")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value.strip()


def _agreed(remote: RemoteTraining, wanted: Wanted, as_json: bool) -> str:
    """Show the offer and ask; a script has to bring the mark."""
    if as_json:
        raise InputError("A script agrees with --agree MARK: `understudy provider preflight --json` tells the mark.")
    offer = remote.ordering.offer(wanted)
    click.echo(printable(_words(offer)))
    if offer.report.may_go_on:
        click.confirm("Send this and pay for it?", abort=True)
    return offer.agreement


def _follow(remote: RemoteTraining, store: Store, job: str, *, quiet: bool, until_bought: bool = False) -> Job:
    """Do what is to be done for a job, or watch who does it, and say each new state once."""
    told = ""
    while (found := remote.fulfilling.step(job)).finished is None and not (until_bought and found.external):
        state = store.runs.get(found.run).phase
        if state != told and not quiet:
            click.echo(printable(state))
        told = state
        time.sleep(POLL_S)
    return found


def _job(store: Store, job: str | None) -> Job:
    if job is not None:
        return store.jobs.get(job)
    newest = next(iter(store.jobs.list()), None)
    if newest is None:
        raise NotFoundError("No job was ordered here yet. Begin with: understudy provider preflight MODEL")
    return newest


def _tell(store: Store, job: Job, as_json: bool) -> int:
    """Print where a job stands; exit code 1 for one that came to nothing."""
    words = job.sentence or f"{job.id} is {job.status or 'waiting'} at {job.host}. Follow it: understudy provider watch"
    click.echo(json.dumps(_told(store, job), ensure_ascii=False) if as_json else printable(words))
    return int(job.finished is not None and job.status not in ("succeeded", "cancelled"))


def _told(store: Store, job: Job) -> dict[str, Any]:
    run = store.runs.get(job.run)
    return {
        **asdict(job),
        "version": run.version,
        "phase": run.phase,
        "progress": run.progress,
        "files": [asdict(file) for file in store.jobs.files(job.id)],
        "checkpoints": [asdict(point) for point in store.jobs.checkpoints(job.id)],
    }


def _told_offer(offer: Offer) -> dict[str, Any]:
    report = offer.report
    findings = [str(finding) for finding in report.findings]
    return {
        **offer.agreed, "may_go_on": report.may_go_on, "stops": list(report.stops), "findings": findings,
        "agreement": offer.agreement,
    }  # fmt: skip


def _words(offer: Offer) -> str:
    lines = [*offer.report.sentences, *(f"Stop: {stop}" for stop in offer.report.stops)]
    return "\n".join([*lines, *([f"Mark: {offer.agreement}"] if offer.report.may_go_on else [])])
