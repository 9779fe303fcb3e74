"""A playground for the page: the real store, scripted models, a version v1 and v2 of the starter.

What the models say depends only on the question, so that every test can ask for what it needs to see.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from understudy.errors import Cancelled, ModelError
from understudy.memory import EmbedderLoader, Memory
from understudy.playground.adapters import Adapters
from understudy.playground.adding import Adding, Progress
from understudy.playground.answering import AT_ONCE
from understudy.playground.blind import Blind
from understudy.playground.casting import Casting
from understudy.playground.fulfilling import Fulfilling
from understudy.playground.ordering import Ordering
from understudy.playground.playground import Playground
from understudy.playground.recordings import Recordings
from understudy.playground.remote_training import RemoteTraining
from understudy.playground.rescuing import Rescuing
from understudy.playground.taken_home import TakenHome
from understudy.serving.backend import Backend, Stop
from understudy.serving.catalogue import read_catalogue
from understudy.serving.provider import is_address
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import Event, Message, Row, Sampling

SLOW_S = 0.08

JOKES = {
    0: "Why did the actor fall through the floor? It was just a **stage** he was going through.",
    1: "I told my understudy a joke.\n\nNow *she* tells it better than me.",
}
SHOP = {
    0: "Most shops give you about **thirty days** to bring something back, but I do not know the rules of yours.",
    1: "Our return window is **60 days**. Bring the receipt, or the order number if you bought it online, and we pay "
    "you back the way you paid.\n\nOpened software is the one exception.",
}
CODE = """Here is a loop:

```python
for i in range(3):
    print(f"line {i}")
```

It prints:

1. line 0
2. line 1
3. line 2

| value | square |
|---|---:|
| 1 | 1 |
| 2 | 4 |
"""


def reply(messages: Sequence[Message], version: int) -> str:
    """`say X` is answered with X, `count N` with N words, `slowly ...` word by word; `fail` makes versions fail."""
    text = messages[-1].content
    text = text.removeprefix("slowly ")
    if text.startswith("say "):
        return text.removeprefix("say ")
    if text.startswith("count "):
        return " ".join(str(number) for number in range(int(text.removeprefix("count "))))
    if text.startswith("fail") and version:
        raise ModelError("v1 does not fit this model. Choose another version for this column.")
    if "code" in text:
        return CODE
    if "joke" in text:
        return JOKES[min(version, 1)]
    if "shop" in text or "return" in text:
        return SHOP[min(version, 1)]
    return f"v{version} heard: {text}"


class Unhurried(ScriptedBackend):
    """Scripted, but a question that begins with `slowly` is answered at the pace of a small machine."""

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        slow = rows[0].messages[-1].content.startswith("slowly ")
        paced = ScriptedBackend(reply, name=self.name, delay=SLOW_S if slow else self.delay, versions=self.versions())
        return paced.generate(rows, sampling, stop)


def build_stage(
    folder: Path, *, delay: float = 0.0, versions: int = 2, loader: EmbedderLoader | None = None, at_once: int = AT_ONCE
) -> Playground:
    """A playground in `folder` whose models pause `delay` seconds before each word, with `versions` of the starter."""
    store = Store.open(folder / "understudy.db")
    for name in ("starter", "parrot"):
        if store.models.find(name) is None:
            store.models.add(name, f"assets/{name}")
    if not store.versions.list("starter"):
        for number in range(1, versions + 1):
            store.versions.add("starter", str(folder), note=f"learned {4 * number} corrections")
        store.versions.set_champion("starter", versions)

    casting = Casting(store, "starter", functools.partial(open_backend, delay=delay))
    memory = Memory(store, loader) if loader else None
    return Playground(store, casting, Adding(store, fetch), memory=memory, at_once=at_once)


def open_backend(name: str, source: str, delay: float = 0.0) -> Backend:
    """A model of a server as it is; one of this machine is scripted."""
    if is_address(source):
        from understudy.serving.remote import RemoteBackend

        return RemoteBackend(source, name=name)
    return Unhurried(reply, name=name, delay=delay)


def with_providers(playground: Playground, today: date) -> Playground:
    """The same playground on a day on which it may ask providers, whose dates are in its catalogue."""
    from understudy.serving.remote import RemoteBackend
    from understudy.training.provider_job import FineTuning

    store, casting, learning = playground.store, playground.casting, playground.learning
    catalogue = read_catalogue(store.path.parent)
    rescuing = Rescuing(
        store, catalogue, FineTuning, lambda name, source: RemoteBackend(source, name=name), today=lambda: today
    )
    playground.remote = RemoteTraining(
        Ordering(store, learning, catalogue, FineTuning, today=lambda: today),
        Fulfilling(store, casting, playground.promoting, catalogue, FineTuning, today=lambda: today),
        rescuing,
        TakenHome(store, casting, rescuing),
        Recordings(store, casting, rescuing, learning),
        Blind(store, casting, playground.scope),
        Adapters(store, casting, FineTuning),
    )
    return playground


def fetch(source: str, progress: Progress, cancelled: threading.Event) -> Path:
    """A download of 100 MB in a hundred steps: at once, or a tenth of a second each for a `slow` source."""
    for step in range(101):
        progress(step * 1_000_000, 100_000_000)
        if cancelled.wait(0.1 if "slow" in source else 0):
            raise Cancelled("Cancelled. What was downloaded is kept, so a new try goes on from there.")
    return Path(source)
