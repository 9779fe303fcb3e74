"""Before any byte leaves: is the file sound, may the job begin, what does it cost, how long will it live, who reads it?

One pure function makes one report from values that others fetched: the files as they would be sent, the catalogue,
the provider's answers and today's date. So the page, the command line and a test read the same sentences, and what a
person agreed to can be stored with the job word for word. Unknown is allowed and said; a "no" stops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from understudy.dataset import privacy
from understudy.dataset.cost import Cost, billed_tokens, cost
from understudy.dataset.formats import Fields, Format
from understudy.dataset.jsonl import read_lines
from understudy.dataset.lint import Finding, Rules, Severity, lint, lint_overlap
from understudy.dataset.privacy import Kind, Recogniser
from understudy.dataset.tokens import TokenCounter
from understudy.serving.catalogue import Catalogue, Gate, Listed, Method, Provider, job_gate
from understudy.serving.provider import Endpoint

SHOWN = 5
"""Findings that are read out; the rest are in the report."""

FORMATS: dict[Method, Format] = {"supervised": Format.CHAT, "dpo": Format.PREFERENCE}


class Eligibility(StrEnum):
    """What the provider says about this organisation and this model."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Order:
    """What would be bought. `train` and `validation` are the files as they would be sent, masked already.

    `epochs` None leaves them to the provider. `format` is for providers that take another one than the method's.
    `masked` are the kinds that were masked, `unchecked_agreed` says that the person agrees to send data in which nobody
    could look for personal ones.
    """

    model: str
    method: Method
    train: bytes
    validation: bytes = b""
    epochs: int | None = None
    format: Format | None = None
    masked: tuple[Kind, ...] = ()
    unchecked_agreed: bool = False


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that would be sent: lines, bytes, tokens, and what personal data are still in it."""

    name: str
    lines: int
    bytes: int
    tokens: int
    personal: dict[Kind, int]


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether it `may_go_on`, why not (`stops`), and everything a person reads first (`sentences`), in order.

    `remarks` are the sentences that say more than `findings`, `cost` and `sent`, for a page that shows those as tables.
    `searched` is whether personal data were looked for.
    """

    may_go_on: bool
    stops: tuple[str, ...]
    sentences: tuple[str, ...]
    findings: tuple[Finding, ...]
    gate: Gate
    cost: Cost
    sent: tuple[SentFile, ...]
    remarks: tuple[str, ...]
    searched: bool


def preflight(
    order: Order,
    endpoint: Endpoint,
    catalogue: Catalogue,
    today: date,
    counter: TokenCounter,
    finder: Recogniser | None,
    eligible: Eligibility = Eligibility.UNKNOWN,
    shutdown: date | None = None,
) -> Preflight:
    """Everything that is known before a job. `shutdown` is the date that the provider's own API tells, if it does."""
    provider = catalogue.find_provider(endpoint.host)
    listed = _listed(order, endpoint, catalogue, provider, shutdown)
    gate = job_gate(provider or Provider(id=endpoint.host, name=endpoint.host), listed, today)
    findings = _findings(order, endpoint, provider, listed, counter, finder)
    sent = tuple(_sent(name, data, counter, finder) for name, data in _files(order))
    price = _cost(order, listed, counter)
    stops = (*_data_stops(findings), *_stops(order, endpoint, provider, listed, gate, finder, eligible))
    before = (gate.sentence, *_method_words(order, listed), *_eligible_words(endpoint, provider, eligible))
    after = (*_privacy_words(order, sent, finder), catalogue.age(today))
    sentences = (
        _data_words(findings, sent[0].lines), *before, str(price), _sent_words(sent, endpoint), *after
    )  # fmt: skip
    remarks, searched = (*before, *after), finder is not None
    return Preflight(not stops, stops, sentences, findings, gate, price, sent, remarks, searched)


def _listed(
    order: Order, endpoint: Endpoint, catalogue: Catalogue, provider: Provider | None, shutdown: date | None
) -> Listed | None:
    """The model with the date that its provider tells, which counts for a model that nobody listed too."""
    listed = catalogue.find(provider.id, order.model) if provider else None
    if listed is None and shutdown is not None:
        listed = Listed(provider=endpoint.host, id=order.model, methods=(order.method,))
    return listed.until(shutdown) if listed else None


def _files(order: Order) -> list[tuple[str, bytes]]:
    return [("train.jsonl", order.train), *([("validation.jsonl", order.validation)] if order.validation else [])]


def _findings(
    order: Order,
    endpoint: Endpoint,
    provider: Provider | None,
    listed: Listed | None,
    counter: TokenCounter,
    finder: Recogniser | None,
) -> tuple[Finding, ...]:
    rules = Rules(
        order.format or FORMATS[order.method],
        provider.min_examples if provider else None,
        listed.max_example_tokens if listed else None,
        provider.most_file_bytes if provider else None,
        bom=endpoint.profile.bom,
    )
    found = lint(order.train, rules, counter, finder)
    if order.validation:
        found += lint(order.validation, rules.for_validation(), counter, finder, "validation.jsonl")
        found += lint_overlap(order.train, order.validation)
    return tuple(found)


def _sent(name: str, data: bytes, counter: TokenCounter, finder: Recogniser | None) -> SentFile:
    lines = _objects(data)
    counts: Counter[Kind] = Counter()
    if finder is not None:
        for fields in lines:
            counts += privacy.count_line(fields, finder)
    return SentFile(name, len(lines), len(data), billed_tokens(lines, counter), dict(counts))


def _cost(order: Order, listed: Listed | None, counter: TokenCounter) -> Cost:
    lines = _objects(order.train)
    tokens = billed_tokens(lines, counter, listed.max_example_tokens if listed else None)
    return cost(tokens, len(lines), order.epochs, listed.tuned_prices.training if listed else None, counter)


def _objects(data: bytes) -> list[Fields]:
    return [line.fields for line in read_lines(data) if line.fields is not None]


def _data_stops(findings: Sequence[Finding]) -> list[str]:
    return [str(finding) for finding in findings if finding.severity is Severity.ERROR]


def _stops(
    order: Order,
    endpoint: Endpoint,
    provider: Provider | None,
    listed: Listed | None,
    gate: Gate,
    finder: Recogniser | None,
    eligible: Eligibility,
) -> list[str]:
    stops = [] if gate.open else [gate.sentence]
    name = provider.name if provider else endpoint.host
    if eligible is Eligibility.NO:
        stops.append(f"{name} does not let your organisation train {order.model}. Train a local model instead.")
    if listed and listed.methods and order.method not in (*listed.methods, *listed.unclear_methods):
        known = " or ".join(listed.methods)
        stops.append(f"{name} trains {listed.id} with {known}, not with {order.method}. Choose that.")
    if provider and order.epochs and provider.most_epochs and order.epochs > provider.most_epochs:
        stops.append(f"{order.epochs} epochs are more than the {provider.most_epochs} of {name}. Choose fewer.")
    if finder is None and not order.unchecked_agreed:
        stops.append(privacy.MISSING)
    return stops


def _data_words(findings: Sequence[Finding], lines: int) -> str:
    counts = Counter(finding.severity for finding in findings)
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    told = f"{lines} examples, {errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}."
    first = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)[:SHOWN]
    return " ".join((told, *map(str, first)))


def _method_words(order: Order, listed: Listed | None) -> list[str]:
    if listed is None or order.method not in listed.unclear_methods:
        return []
    return [f"Sources disagree whether {listed.id} is trained with {order.method}: the provider may refuse the job."]


def _eligible_words(endpoint: Endpoint, provider: Provider | None, eligible: Eligibility) -> list[str]:
    if eligible is Eligibility.YES:
        return [f"{provider.name if provider else endpoint.host} says that your organisation may train this model."]
    if eligible is Eligibility.NO or provider is None:
        return []
    note = f" {provider.note}" if provider.note else ""
    return [f"{provider.name} does not say whether your organisation may train this model.{note}"]


def _sent_words(sent: Sequence[SentFile], endpoint: Endpoint) -> str:
    told = [f"{f.name} ({f.lines:,} lines, {f.bytes:,} bytes, about {f.tokens:,} tokens)" for f in sent]
    return f"Sent to {endpoint.host}: {' and '.join(told)}. Nothing else leaves, and the files can be deleted there."


def _privacy_words(order: Order, sent: Sequence[SentFile], finder: Recogniser | None) -> list[str]:
    if finder is None:
        return ["Personal data were not looked for. You agreed to that."] if order.unchecked_agreed else []
    counts = sum((Counter(file.personal) for file in sent), Counter[Kind]())
    masked = f" Masked: {', '.join(privacy.WORDS[kind][1] for kind in order.masked)}." if order.masked else ""
    found = privacy.words(counts)
    told = (
        f"Personal data that would be sent: {found}." if found else "No personal data were found in what would be sent."
    )
    return [f"{told}{masked} {privacy.LIMIT}"]
