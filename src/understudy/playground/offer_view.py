"""An offer of a job as a person reads it on the page: what is wrong, what it costs, who gets what, and the very lines.

Everything comes from the offer itself, so that what is read is what is agreed to.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from understudy.dataset.cost import Cost
from understudy.dataset.jsonl import BOM
from understudy.dataset.lint import Finding
from understudy.dataset.privacy import WORDS, Kind, words
from understudy.errors import InputError
from understudy.playground.ordering import Offer
from understudy.playground.preflight import SentFile

MOST_FINDINGS = 100
LINES_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A fault of a file: `line` None for the whole file. `stops` is whether the job may not go on with it."""

    file: str
    line: int | None
    wrong: str
    fix: str
    stops: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that would be sent, counted. `personal` are the personal data that are in it, in words."""

    name: str
    lines: int
    bytes: int
    tokens: int
    personal: str


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind of personal data: how often it is in what would be sent, and whether it was masked there."""

    kind: Kind
    words: str
    found: int
    masked: bool


@dataclass(frozen=True, slots=True)
class OfferView:
    """What would be bought. `agreement` is the mark to give back; `stops` say why it may not be agreed to.

    `remarks` are what is known and fits no table; `price` is for what is ordered, `epochs` are prices by number of
    epochs as (words, price). `counted` says how tokens were counted. `days_left` until the model ends, None if unknown.
    `searched` is whether personal data were looked for; `more` how many findings are not among `findings`.
    """

    agreement: str
    may_go_on: bool
    host: str
    here: bool
    model: str
    method: str
    stops: tuple[str, ...]
    remarks: tuple[str, ...]
    days_left: int | None
    price: str
    price_words: str
    epochs: tuple[tuple[str, str], ...]
    counted: str
    files: tuple[FileLine, ...]
    kinds: tuple[KindLine, ...]
    searched: bool
    findings: tuple[FindingLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class LinesPage:
    """Some lines of a file as they would be sent: `start` counts from 0, `total` are all of the file."""

    file: str
    start: int
    total: int
    lines: tuple[str, ...]


def read_offer(offer: Offer) -> OfferView:
    """The page of an offer."""
    report, wanted = offer.report, offer.wanted
    findings = sorted(report.findings, key=lambda finding: finding.severity)  # "error" comes before "warning"
    return OfferView(
        agreement=offer.agreement,
        may_go_on=report.may_go_on,
        host=offer.endpoint.host,
        here=offer.endpoint.is_loopback,
        model=offer.endpoint.model,
        method=wanted.method,
        stops=_other_stops(report.stops, findings),
        remarks=tuple(words for words in report.remarks if words not in report.stops),
        days_left=report.gate.days_left,
        price=report.cost.dollars,
        price_words=str(report.cost),
        epochs=_by_epochs(report.cost),
        counted=report.cost.words,
        files=tuple(FileLine(f.name, f.lines, f.bytes, f.tokens, words(Counter(f.personal))) for f in report.sent),
        kinds=_kinds(report.sent, wanted.mask),
        searched=report.searched,
        findings=tuple(_finding(finding) for finding in findings[:MOST_FINDINGS]),
        more=max(0, len(findings) - MOST_FINDINGS),
    )


def read_lines_page(offer: Offer, file: str, start: int) -> LinesPage:
    """Lines from `start` on of one file of the offer. Raises `InputError` for a file that is not sent."""
    for sent, data in zip(offer.report.sent, (offer.order.train, offer.order.validation), strict=False):
        if sent.name == file:
            lines = data.removeprefix(BOM).decode("utf-8", "replace").removesuffix("\n").split("\n")
            first = min(max(0, start), max(0, len(lines) - 1)) // LINES_A_PAGE * LINES_A_PAGE
            return LinesPage(file, first, len(lines), tuple(lines[first : first + LINES_A_PAGE]))
    raise InputError(f"{file!r} is not sent. Choose one of: {', '.join(sent.name for sent in offer.report.sent)}.")


def _other_stops(stops: tuple[str, ...], findings: list[Finding]) -> tuple[str, ...]:
    """Those that are not a finding of a line, which the page tells with the others of its kind."""
    told = {str(finding) for finding in findings}
    return tuple(stop for stop in stops if stop not in told)


def _by_epochs(price: Cost) -> tuple[tuple[str, str], ...]:
    if price.each_epoch is None:
        return ()
    numbers = sorted({1, 3, 5, 10, price.epochs})
    return tuple((f"{n} epoch{'s' * (n != 1)}", price.at(n)) for n in numbers)


def _kinds(files: tuple[SentFile, ...], masked: tuple[Kind, ...]) -> tuple[KindLine, ...]:
    counts = sum((Counter(file.personal) for file in files), Counter[Kind]())
    return tuple(KindLine(kind, WORDS[kind][1], counts[kind], kind in masked) for kind in Kind)


def _finding(found: Finding) -> FindingLine:
    return FindingLine(found.file, found.line, found.wrong, found.fix, found.severity == "error")
