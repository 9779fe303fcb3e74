"""The catalogue: what is known about models behind a network, dated, and the rules that follow from the dates.

Providers change prices and end models faster than programs are released, so the facts are a file (`catalogue.toml`)
with a source and a date for each, and a person's own `catalogue.toml` in the data folder is laid over it. A fact that
is not written is unknown, never guessed. The `shutdown_date` that a provider's own API tells overrules the file where
it is earlier: the last notice left three months where people had counted on a year, so a date is one at most. Rules get
today's date from their caller.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.errors import SettingsError

BUNDLED = Path(__file__).with_name("catalogue.toml")
FILE_NAME = "catalogue.toml"
STALE_DAYS = 30
"""An older catalogue is still used; the sentence about it then asks for a look at the provider's own page."""

Method = Literal["supervised", "dpo"]
Grade = Literal["sdk", "spec", "doc", "mirror", "other", "own"]
Dollars = Annotated[float, Field(ge=0)]


class _Facts(BaseModel):
    """What the file says about something: frozen, and a misspelt word in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Facts):
    """Where a fact was read, when, and how far it can be trusted (see the head of `catalogue.toml`)."""

    words: str
    date: str
    grade: Grade


class Prices(_Facts):
    """US dollars for a million tokens; None is not known. `training` is paid once an epoch."""

    training: Dollars | None = None
    input: Dollars | None = None
    cached: Dollars | None = None
    output: Dollars | None = None


class Provider(_Facts):
    """Who trains and answers. A host that begins with a dot stands for every name that ends so."""

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    last_job: date | None = None
    min_examples: int | None = None
    most_file_bytes: int | None = None
    most_epochs: int | None = None
    most_batch_size: int | None = None
    note: str = ""
    sources: dict[str, str] = {}


class Listed(_Facts):
    """A model as listed. `last_job` is the last day on which training may begin (the provider's where None).

    `shutdown` is the day the model and its fine-tuned versions stop answering. With `dates_are_earliest` both are the
    earliest days on which that may happen. `unclear_methods` are those that sources disagree about.
    """

    provider: str
    id: str
    aliases: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    unclear_methods: tuple[Method, ...] = ()
    max_example_tokens: int | None = None
    context_tokens: int | None = None
    last_job: date | None = None
    shutdown: date | None = None
    dates_are_earliest: bool = False
    prices: Prices = Prices()
    tuned_prices: Prices = Prices()
    replacement: str | None = None
    sources: dict[str, str] = {}

    def until(self, told: date | None) -> Listed:
        """With the `shutdown_date` that the API told: the earlier date counts."""
        if told is None or (self.shutdown is not None and self.shutdown <= told):
            return self
        return self.model_copy(update={"shutdown": told, "dates_are_earliest": False})


class Catalogue(_Facts):
    """All that is listed, and the day it was checked."""

    checked: date
    sources: dict[str, Source] = {}
    providers: tuple[Provider, ...] = ()
    models: tuple[Listed, ...] = ()

    def find_provider(self, host: str) -> Provider | None:
        """The provider of a host name such as `api.openai.com`; None for one that is not listed."""
        host = host.lower()
        for provider in self.providers:
            if any(host == name or (name[:1] == "." and host.endswith(name)) for name in provider.hosts):
                return provider
        return None

    def find(self, provider: str, model: str) -> Listed | None:
        """The entry of a model, of its alias, or of the base of a fine-tuned one (`ft:base:org:name:id`)."""
        named = model.split(":")[1] if model.startswith("ft:") and model.count(":") >= 2 else model
        mine = [listed for listed in self.models if listed.provider == provider]
        return next((listed for listed in mine if named == listed.id or named in listed.aliases), None)

    def prices(self, provider: str, model: str) -> Prices:
        """What a model's tokens cost; a fine-tuned one has its base's `tuned_prices`. All None when unknown."""
        listed = self.find(provider, model)
        if listed is None:
            return Prices()
        return listed.tuned_prices if model.startswith("ft:") else listed.prices

    def source(self, facts: Provider | Listed, field: str) -> Source | None:
        """Where `field` of an entry was read; None where the file does not say."""
        return self.sources.get(facts.sources.get(field, ""))

    def age(self, today: date) -> str:
        """How old the facts are, in a sentence."""
        days = (today - self.checked).days
        since = "today" if days <= 0 else f"{days} day{'s' * (days != 1)} ago"
        advice = " Look at the provider's own page before you pay." if days > STALE_DAYS else ""
        return f"Dates and prices were checked on {self.checked}, {since}.{advice}"


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a job may begin today: `open`, or closed; `sentence` says why. `days_left` to the shutdown, if known."""

    open: bool
    sentence: str
    days_left: int | None = None


def read_catalogue(home: Path | None = None) -> Catalogue:
    """The bundled catalogue with the person's own file of the data folder `home` laid over it.

    Raises `SettingsError` naming file, entry and fault.
    """
    own = home / FILE_NAME if home is not None else None
    values = _read(BUNDLED)
    if own is None or not own.is_file():
        return _checked(values, BUNDLED)
    return _checked(_laid_over(values, _read(own), own), own)


def job_gate(provider: Provider | None, model: Listed | None, today: date) -> Gate:
    """May a job for `model` begin at `provider` today? What is not listed is not known, and not refused."""
    if provider is None or model is None:
        who = "This model is" if provider else "This server is"
        return Gate(True, f"{who} not in the catalogue: nothing is known about dates or prices. Ask the provider.")
    days = _days(model.shutdown, today)
    last = min((day for day in (model.last_job, provider.last_job) if day is not None), default=None)
    closed = _closed(provider, model, last, today)
    if closed:
        return Gate(False, closed, days)
    return Gate(True, " ".join(filter(None, (_last_job_words(provider, last, model, today), life(model, today)))), days)


def life(model: Listed, today: date) -> str:
    """How long a model and its fine-tuned versions will answer, in a sentence."""
    days = _days(model.shutdown, today)
    if model.shutdown is None or days is None:
        return f"No shutdown date of {model.id} is known."
    if model.dates_are_earliest:
        return f"{model.id} and its fine-tuned versions answer at least until {model.shutdown}{_for_sure(days)}."
    if days < 0:
        return f"{model.id} and its fine-tuned versions were shut down {in_days(days)}, on {model.shutdown}."
    when = in_days(days)
    return f"{model.id} and every fine-tuned version of it are shut down {when}, on {model.shutdown}, or earlier."


def in_days(days: int) -> str:
    """`in 3 days`, `tomorrow`, `today`, `yesterday`, `3 days ago`."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def _closed(provider: Provider, model: Listed, last: date | None, today: date) -> str:
    """Why no job may begin, or nothing."""
    if model.dates_are_earliest:  # a date that may still move away cannot close anything
        return ""
    if model.shutdown is not None and today >= model.shutdown:
        return f"{life(model, today)} Nothing can be trained on it. Train a local model on the same data."
    if last is not None and today > last:
        return (
            f"{provider.name} has taken no new training jobs since {last}. Train a local model on the same data,"
            " or choose another provider."
        )
    if not model.methods:
        return f"{provider.name} does not train {model.id}. Choose another model, or train a local one."
    return ""


def _last_job_words(provider: Provider, last: date | None, model: Listed, today: date) -> str:
    days = _days(last, today)
    if days is None:
        return ""
    if model.dates_are_earliest:
        return f"{provider.name} trains it at least until {last}{_for_sure(days)}."
    if days == 0:
        return f"Today is the last day on which {provider.name} may take a training job, and it may refuse already."
    return f"{provider.name} takes its last training job {in_days(days)}, on {last}."


def _for_sure(days: int) -> str:
    return f" ({in_days(days)}; nothing is known after that)"


def _days(day: date | None, today: date) -> int | None:
    return None if day is None else (day - today).days


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}. Correct it or move it away.") from error


def _laid_over(values: dict[str, Any], own: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """`own` over `values`: tables value by value, providers and models by their ids, new ones added."""
    if not all(isinstance(own.get(name, []), list) for name in ("providers", "models")):
        raise SettingsError(f"{path}: providers and models are lists. Write [[models]] above each, or remove them.")
    merged = {**values, **{name: own[name] for name in own.keys() - {"sources", "providers", "models"}}}
    merged["sources"] = {**values["sources"], **dict(own.get("sources", {}))}
    for name, keys in (("providers", ("id",)), ("models", ("provider", "id"))):
        entries = {tuple(entry[key] for key in keys): entry for entry in values[name]}
        for entry in own.get(name, ()):
            if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in keys):
                raise SettingsError(f"{path}: an entry of {name} lacks {' or '.join(keys)}. Write it, or remove it.")
            key = tuple(entry[key] for key in keys)
            entries[key] = {**entries.get(key, {}), **entry}
        merged[name] = list(entries.values())
    return merged


def _checked(values: dict[str, Any], path: Path) -> Catalogue:
    try:
        return Catalogue.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {where}: {first['msg']}. Correct it, or move the file away.") from error
