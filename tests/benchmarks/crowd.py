"""Fifty people at once on the starter: errors, fairness, memory, and how quick the page stays, for five minutes.

The server is a process of its own, started as `understudy --listen` starts it, with an account for everybody. A person
opens the page, asks, follows the stream to its end, rates every third answer, thinks for a while and asks again; after
a few turns they begin a new conversation. Meanwhile the page pulses as a real one does. What is measured of the server
is seen from outside: answers, times and the memory of its process. Everybody comes from an address of their own, passed
on by a proxy on this machine. The model has one thread: with two, they wait for each other while page and people use
the cores.

A notice that the line is full is no error: the person thinks again and asks later. The wait is the time from sending a
question until its first words; fairness compares the slowest person's mean wait with the median person's. Times are
those of a client that shares the two cores with the server.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import httpx
import numpy as np
import psutil

from tests.benchmarks.results import Result, benchmark
from understudy.store import Store
from understudy.ui.sign_in import COOKIE

PEOPLE, SECONDS = 50, float(os.environ.get("UNDERSTUDY_CROWD_S", "300"))
THINKS_S = (4.0, 12.0)
PULSE_S = 5.0
KEPT_ALIVE_S = 3.0
"""The server closes connections after 5 s. A browser that meets one then asks again by itself; httpx would fail."""
TURNS = 5
"""Of a conversation, before a new one begins."""

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "What is the capital of France?",
    "Tell me a story about a fox.",
    "What is 12 plus 7?",
    "Who are you?",
    "Write a poem about rain.",
    "How do I make tea?",
    "Tell me a joke.",
    "What colour is the sky?",
    "Tell me a story about a small boat and a king.",
    "Is the moon far away?",
    "What do cats eat?",
    "Give me three names for a dog.",
    "What is the opposite of hot?",
    "Tell me about winter.",
)
PAGE = ("start", "list", "pulse", "rate")
"""The page's own requests: those that wait for no model."""


@dataclass(slots=True)
class Visit:
    """What happened to one person. Times are seconds; `page` holds those of the page's own requests."""

    waits: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    places: int = 0
    notices: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was seen of everybody, and the server's memory in megabytes over time."""

    visits: list[Visit]
    memory: list[float]
    seconds: float

    @property
    def errors(self) -> list[str]:
        return [error for visit in self.visits for error in visit.errors]

    @property
    def answered(self) -> int:
        return sum(len(visit.waits) for visit in self.visits)

    @property
    def fairness(self) -> float:
        """The slowest person's mean wait over the median person's; infinite where somebody got nothing."""
        if any(not visit.waits for visit in self.visits):
            return float("inf")
        waits = [mean(visit.waits) for visit in self.visits]
        return max(waits) / median(waits)

    @property
    def growth(self) -> float:
        """Megabytes from the end of the first third to the end, a tenth of the time averaged at either."""
        tenth = max(1, len(self.memory) // 10)
        third = len(self.memory) // 3
        return mean(self.memory[-tenth:]) - mean(self.memory[third : third + tenth])

    @property
    def page_p95(self) -> float:
        return float(np.percentile([seconds for visit in self.visits for seconds in visit.page], 95))


@benchmark(
    *(f"crowd-50-{name}" for name in ("errors", "fairness", "memory-growth-mb", "page-p95-ms")),
    *(f"crowd-50-{name}" for name in ("answers-per-s", "wait-median-s", "wait-p95-s", "notices")),
)
def crowd() -> Iterator[Result]:
    """Five minutes of fifty people."""
    seen = measure(PEOPLE, SECONDS)
    for error in dict.fromkeys(seen.errors):
        print(f"  {seen.errors.count(error)} x {error}", flush=True)
    waits = [wait for visit in seen.visits for wait in visit.waits]
    wholes = [whole for visit in seen.visits for whole in visit.wholes]
    asked = f"of {seen.answered} questions in {seen.seconds:.0f} s"
    places = sum(visit.places for visit in seen.visits)
    memory = f"{seen.memory[len(seen.memory) // 3]:.0f} MB after a third of the time"
    yield Result("crowd-50-errors", len(seen.errors), "errors", "<= 0", asked)
    yield Result("crowd-50-notices", sum(visit.notices for visit in seen.visits), "full", "", f"{places} saw a place")
    yield Result("crowd-50-fairness", round(seen.fairness, 2), "x wait", "<= 2", "slowest person, median person")
    yield Result("crowd-50-memory-growth-mb", round(seen.growth), "MB", "", memory)
    yield Result("crowd-50-page-p95-ms", round(1000 * seen.page_p95), "ms", "", ", ".join(PAGE))
    yield Result("crowd-50-answers-per-s", round(seen.answered / seen.seconds, 1), "per s", "", "two columns each")
    yield Result("crowd-50-wait-median-s", round(median(waits), 2), "s", "", f"{median(wholes):.1f} s to the end")
    yield Result("crowd-50-wait-p95-s", round(float(np.percentile(waits, 95)), 2), "s", "", "to the first words")


def measure(people: int, seconds: float) -> Crowd:
    """Let `people` visit a server of their own for `seconds`."""
    with tempfile.TemporaryDirectory() as home, _served(Path(home), people) as (url, tokens, process):
        return asyncio.run(_visits(url, tokens, process, seconds))


@contextmanager
def _served(home: Path, people: int) -> Iterator[tuple[str, list[str], psutil.Process]]:
    """A server with accounts: its address, everybody's session, its process."""
    tokens = _signed_in(home, people)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "understudy", "--listen", "--hosts", "127.0.0.1", "--host", "127.0.0.1"]
    command += ["--home", str(home), "--port", str(port), "--no-browser"]
    settings = {"LEARN": "manual", "EMBEDDER": "words", "THREADS": "1"}
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    environ = os.environ | {f"UNDERSTUDY_{name}": value for name, value in settings.items()} | {"PYTHONPATH": path}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=home, env=environ, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_for(url, server)
        yield url, tokens, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _signed_in(home: Path, people: int) -> list[str]:
    """An owner, and a session for each of so many visitors, whose passwords nobody needs."""
    tokens = [secrets.token_urlsafe(32) for _ in range(people)]
    with Store.open(home / "understudy.db") as store:
        store.people.add("owner", "owner", "no hash")
        for i, token in enumerate(tokens):
            store.people.add(f"person {i}", "visitor", "no hash")
            store.sessions.add(f"person {i}", token)
    return tokens


def _address(person: int) -> str:
    return f"192.0.2.{person + 1}"


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}sign-in").is_success:
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not start")


async def _visits(url: str, tokens: list[str], process: psutil.Process, seconds: float) -> Crowd:
    begun, memory = time.monotonic(), list[float]()
    people = [Person(url, i, token, begun + seconds) for i, token in enumerate(tokens)]
    watching = asyncio.create_task(_watch(process, memory))
    await asyncio.gather(*(person.visit() for person in people))
    watching.cancel()
    return Crowd([person.seen for person in people], memory, time.monotonic() - begun)


async def _watch(process: psutil.Process, memory: list[float]) -> None:
    """Megabytes that the server has for itself, once a second."""
    while True:
        memory.append(process.memory_full_info().uss / 1e6)
        await asyncio.sleep(1)


class Person:
    """One person and their page, until the time is over."""

    def __init__(self, url: str, number: int, token: str, until: float) -> None:
        self._url, self._number, self._until = url, number, until
        self._dice = random.Random(number)
        self._headers = {"cookie": f"{COOKIE}={token}", "x-forwarded-for": _address(number)}
        self._conversation = ""
        self.seen = Visit()

    async def visit(self) -> None:
        """Come within the first few seconds, stay until the end."""
        limits = httpx.Limits(keepalive_expiry=KEPT_ALIVE_S)
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, timeout=60, limits=limits
        ) as self._http:
            await asyncio.sleep(self._dice.uniform(0, THINKS_S[0]))
            config = (await self._http.get("config")).json()
            self._component = next(int(one["id"]) for one in config["components"] if one["type"] == "html")
            pulsing = asyncio.create_task(self._pulse())
            try:
                await self._stay()
            finally:
                pulsing.cancel()

    async def _stay(self) -> None:
        view = (await self._ask_page("start"))["view"]
        turns = 0
        while time.monotonic() < self._until:
            self._conversation = view["id"]
            if await self._question():
                turns += 1
            await asyncio.sleep(self._dice.uniform(*THINKS_S))
            if turns == TURNS:
                view, turns = await self._ask_page("new", like=self._conversation) or view, 0

    async def _question(self) -> bool:
        """Ask and follow to the end; whether there was an answer."""
        begun = time.monotonic()
        asked = await self._ask_page("ask", conversation=self._conversation, text=self._dice.choice(QUESTIONS))
        if not asked:
            return False
        first, placed = 0.0, False
        async for update in self._follow():
            placed = placed or bool(update["waiting"])
            if not first and any(text for _, text in update["texts"].values()):
                first = time.monotonic() - begun
        whole = time.monotonic() - begun
        view = await self._ask_page("open", conversation=self._conversation)
        await self._ask_page("list")
        answers = view["turns"][-1]["answers"]
        self.seen.errors += [answer["error"] for answer in answers if answer["state"] == "error"]
        self.seen.errors += ["an answer was not finished" for answer in answers if answer["state"] == "running"]
        self.seen.waits.append(first or whole)
        self.seen.wholes.append(whole)
        self.seen.places += placed
        if self._dice.random() < 1 / 3:
            rated = {"conversation": self._conversation, "completion": answers[0]["id"], "label": True}
            await self._ask_page("rate", **rated)
        return True

    async def _follow(self) -> AsyncIterator[dict[str, Any]]:
        """The updates of the stream; none of them may be lost."""
        async with self._http.stream("GET", "live", params={"conversation": self._conversation}) as stream:
            if stream.status_code != 200:
                self.seen.errors.append(f"the stream answered {stream.status_code}")
                return
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    async def _pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE_S)
            if self._conversation:
                await self._ask_page("pulse", conversation=self._conversation)

    async def _ask_page(self, do: str, **fields: object) -> Any:
        """The value of a reply; None, and a note of it, where there was none."""
        call = {"data": {**fields, "do": do}, "component_id": self._component, "fn_name": "reply", "session_hash": "x"}
        begun = time.monotonic()
        try:
            answer = await self._http.post("gradio_api/component_server/", json=call)
            reply = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            self.seen.errors.append(f"{do}: {type(error).__name__} {error}"[:200])
            return None
        if do in PAGE:
            self.seen.page.append(time.monotonic() - begun)
        if reply["ok"]:
            return reply["value"]
        if "The limit here is" in reply["error"]:
            self.seen.notices += 1
        else:
            self.seen.errors.append(f"{do}: {reply['error']}")
        return None
