"""Which models a server trains: those of the dated catalogue and those that the server lists itself, closed ones too.

A closed model is shown with its date, because a person who looks for it wants to know why it is not there. What is not
in the catalogue is not known, and not refused: the provider decides. No list without a server that answers is no fault
where the catalogue knows its models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from understudy.serving.catalogue import Catalogue, Gate, Listed, Method, Provider, job_gate
from understudy.serving.provider import Endpoint, address_of

METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True, slots=True)
class TrainableModel:
    """`source` is its address; `methods` it is trained with, of which sources disagree about the `unclear` ones.

    `closed` says that no job may begin, `words` why, or until when it may and how long the model lives.
    """

    source: str
    model: str
    methods: tuple[Method, ...]
    unclear: tuple[Method, ...]
    closed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Trainable:
    """The models of a server, those that may be trained first. `age` is that of the catalogue, "" where it is not used.

    `problem` is why the server itself could not be asked, "" when it could.
    """

    host: str
    age: str
    problem: str
    models: tuple[TrainableModel, ...]


def trainable(
    server: Endpoint, catalogue: Catalogue, told: Mapping[str, date | None], today: date, problem: str = ""
) -> Trainable:
    """`told` are the models that the server lists, with the day on which each ends, where it tells one."""
    provider = catalogue.find_provider(server.host)
    known = {listed.id: listed for listed in catalogue.models if provider and listed.provider == provider.id}
    aliases = {alias for listed in known.values() for alias in listed.aliases}
    names = [*known, *(name for name in told if name not in known and name not in aliases)]
    models = [_model(server, provider, name, _listed(catalogue, provider, name), told, today) for name in names]
    models.sort(key=lambda model: (model.closed, model.model not in known, model.model))
    return Trainable(server.host, catalogue.age(today) if provider else "", problem, tuple(models))


def _listed(catalogue: Catalogue, provider: Provider | None, name: str) -> Listed | None:
    return catalogue.find(provider.id, name) if provider else None


def _model(
    server: Endpoint,
    provider: Provider | None,
    name: str,
    listed: Listed | None,
    told: Mapping[str, date | None],
    today: date,
) -> TrainableModel:
    ends = _earliest(told.get(key) for key in (name, *(listed.aliases if listed else ())))
    dated = listed.until(ends) if listed else Listed(provider=server.host, id=name, methods=METHODS, shutdown=ends)
    who = provider or Provider(id=server.host, name=server.host)
    gate: Gate = job_gate(who, dated if listed or ends else None, today)
    return TrainableModel(
        address_of(server, name),
        name,
        (*dated.methods, *dated.unclear_methods),
        dated.unclear_methods,
        not gate.open,
        gate.sentence,
    )


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
