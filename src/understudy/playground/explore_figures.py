"""Figures that SQL counts at once: over time, by version and topic, what was said, who said it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from understudy.playground.explore_view import Bar, Figure, Series, Values, narrowed, said_in, series_of
from understudy.playground.item_view import who
from understudy.store import Count, Filter, Store
from understudy.store.counts import By
from understudy.store.filters import STATES

MOST_BARS = 40
"""Versions, topics or raters that a figure shows; the rest is told as a number."""

_HOURS, _DAYS = 2, 92
"""Up to so many days, time is counted by hours, and by days; longer ones by months."""


def over_time(store: Store, filter: Filter, turns: Sequence[str] | None) -> Figure:
    """How much was said when, in UTC; times in between in which nothing was said are there too."""
    values, (first, last, _) = filter.values(), store.counts.span(filter, turns)
    if not first:
        return Figure("time", "Over time", "time", (), ())
    days = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days
    by: By = "hour" if days <= _HOURS else "day" if days <= _DAYS else "month"
    table, said = _table(store.counts.by(by, filter, turns))
    bars = tuple(
        Bar(name.replace("T", " ") + ":00" * (by == "hour"), _row(table[name], said), _between(values, name, following))
        for name, following in _periods(by, first, last)
    )
    return Figure("time", "Over time", "time", tuple(map(series_of, said)), bars, f"By {by}, in UTC.")


def by_version(store: Store, filter: Filter, turns: Sequence[str] | None) -> Figure:
    def name(found: str) -> str:
        model, _, version = found.rpartition("@")
        return who(model, int(version))

    return _shares(store.counts.by("version", filter, turns), filter, "version", "What was said, by version", name)


def by_topic(store: Store, filter: Filter, turns: Sequence[str] | None) -> Figure:
    """By the topics that people gave at the desk or in a file."""
    counts = store.counts.by("topic", filter, turns)
    title = "What was said, by topic"
    if {count.name for count in counts} <= {""}:
        return Figure("topic", title, "shares", (), (), "No item has a topic yet. Give topics on the desk.")
    return _shares(counts, filter, "topic", title, lambda name: name or "no topic")


def balance(store: Store, filter: Filter, turns: Sequence[str] | None) -> Figure:
    """What was said and what was decided about it; the sentence tells how uneven good and bad are."""
    counts = store.counts.by("state", filter, turns)
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for count in counts:
        table[count.said][count.name] += count.count
    series = tuple(Series(state, {"states": [state]}) for state in STATES)
    bars = tuple(
        Bar(said, _row(table[said], STATES), narrowed(filter.values(), **series_of(said).filter))
        for said in said_in(list(table))
    )
    return Figure("balance", "Balance of labels", "bars", series, bars, _uneven(table))


def raters(store: Store, filter: Filter, turns: Sequence[str] | None, agreeing: Mapping[str, Sequence[int]]) -> Figure:
    """Who said what; `agreeing` has of each rater how many labels of others are the same, of how many."""
    counts, title = store.counts.by("author", filter, turns), "Raters"
    if {count.name for count in counts} <= {""}:
        return Figure("author", title, "shares", (), (), "Nobody gave a name.")
    figure = _shares(counts, filter, "author", title, lambda name: name or "no name")
    notes = {name: f"{same / seen:.0%} of {seen:,}" for name, (same, seen) in agreeing.items() if seen}
    bars = tuple(Bar(bar.name, bar.counts, bar.filter, notes.get(bar.name, "–")) for bar in figure.bars)
    if not notes:
        return figure
    return Figure(
        "author", title, "shares", figure.series, bars, figure.sentence, "Agrees with others about the same answer"
    )


def shares(table: Mapping[str, Mapping[str, int]], bars: Sequence[tuple[str, str, Values]], *about: Any) -> Figure:
    """A figure of shares: `bars` are keys of `table`, names and filters; `about` are name, title and sentence."""
    said = said_in([said for row in table.values() for said in row])
    name, title, sentence = about
    made = tuple(Bar(called, _row(table.get(key, {}), said), values) for key, called, values in bars)
    return Figure(name, title, "shares", tuple(map(series_of, said)), made, sentence)


def table_of(counts: Sequence[Count]) -> dict[str, Counter[str]]:
    return _table(counts)[0]


def _shares(counts: Sequence[Count], filter: Filter, field: str, title: str, name: Callable[[str], str]) -> Figure:
    table = table_of(counts)
    most = sorted(table, key=lambda key: (-table[key].total(), key))
    rest = sum(table[key].total() for key in most[MOST_BARS:])
    sentence = f"{len(most) - MOST_BARS:,} more with {rest:,} items are not drawn." if rest else ""
    bars = [(key, name(key), narrowed(filter.values(), **{f"{field}s": [key]})) for key in most[:MOST_BARS]]
    return shares(table, bars, field, title, sentence)


def _table(counts: Sequence[Count]) -> tuple[defaultdict[str, Counter[str]], tuple[str, ...]]:
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for count in counts:
        table[count.name][count.said] += count.count
    return table, said_in([count.said for count in counts])


def _row(counts: Mapping[str, int], names: Sequence[str]) -> tuple[int, ...]:
    return tuple(counts.get(name, 0) for name in names)


def _uneven(table: Mapping[str, Counter[str]]) -> str:
    good, bad = table.get("good", Counter()).total(), table.get("bad", Counter()).total()
    if not good or not bad:
        return "" if not good and not bad else f"All {good or bad:,} ratings are {'good' if good else 'bad'}."
    more, less = ("good", "bad") if good >= bad else ("bad", "good")
    ratio = max(good, bad) / min(good, bad)
    return "Good and bad are even." if ratio < 1.05 else f"{ratio:.1f} {more} ratings for each {less} one."


def _between(values: Values, since: str, until: str) -> Values:
    return narrowed(values, since=since, until=until)


def _periods(by: str, first: str, last: str) -> list[tuple[str, str]]:
    """The beginning of each hour, day or month from the first moment to the last, and that of the next one."""
    found, moment = [], _beginning(by, datetime.fromisoformat(first).replace(tzinfo=None))
    end = datetime.fromisoformat(last).replace(tzinfo=None)
    while moment <= end:
        following = _beginning(by, moment + {"hour": timedelta(hours=1), "day": timedelta(days=1)}.get(by, _MONTH))
        found.append((_text(by, moment), _text(by, following)))
        moment = following
    return found


_MONTH = timedelta(days=31)
"""From the first of a month this leads into the next one, whose first is taken."""


def _beginning(by: str, moment: datetime) -> datetime:
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if by == "hour" else whole.replace(hour=0) if by == "day" else whole.replace(hour=0, day=1)


def _text(by: str, moment: datetime) -> str:
    return moment.isoformat()[: {"hour": 13, "day": 10, "month": 7}[by]]
