"""A page with a door: accounts of every role, and a client for each that has signed in."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import argon2
import httpx
import pytest

from tests.ui.conftest import free_port, within_a_loop
from tests.ui.stage import build_stage
from understudy.playground.answering import AT_ONCE
from understudy.playground.playground import Playground

PASSWORD = "correct horse battery"
ROLES = {"ada": "owner", "cleo": "curator", "ben": "visitor", "eve": "visitor"}


@dataclass(frozen=True)
class House:
    """The address (with a slash at its end), and a client by name; "" is one that has not signed in."""

    playground: Playground
    demo: Any
    url: str
    clients: dict[str, httpx.Client]

    def reply(self, who: str, do: str, /, **fields: object) -> dict[str, Any]:
        """What the page's one server function replies on the wire."""
        answer = self.asked(who, {**fields, "do": do})
        answer.raise_for_status()
        return dict(answer.json())

    def value(self, who: str, do: str, /, **fields: object) -> Any:
        reply = self.reply(who, do, **fields)
        assert reply["ok"], reply
        return reply["value"]

    def asked(self, who: str, request: object, headers: dict[str, str] | None = None) -> httpx.Response:
        component = next(id for id, block in self.demo.blocks.items() if block.get_block_name() == "html")
        call = {"data": request, "component_id": component, "fn_name": "reply", "session_hash": "here"}
        return self.clients[who].post("gradio_api/component_server/", json=call, headers=headers)


@contextmanager
def open_house(folder: Path, proxies: Sequence[str] = (), at_once: int = AT_ONCE) -> Iterator[House]:
    """People sign in for real; their hashes are made with less work than the library's defaults.

    `proxies` are addresses that are believed whose request they pass on, as `--proxies` names them.
    """
    from understudy.ui.launch import launch
    from understudy.ui.page import build_page
    from understudy.ui.sign_in import Accounts

    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))
        playground = build_stage(folder, at_once=at_once)
        stack.callback(playground.close)
        for name, role in ROLES.items():
            playground.people.add(name, role, PASSWORD)

        def start() -> tuple[Any, str]:
            demo = build_page(playground, who=Accounts(playground.people))
            return demo, launch(demo, port=free_port(), block=False, data_folder=folder, proxies=proxies)

        demo, url = within_a_loop(start)
        stack.callback(demo.close, verbose=False)
        clients = {name: stack.enter_context(httpx.Client(base_url=url)) for name in ("", *ROLES)}
        for name in ROLES:
            clients[name].post("sign-in", json={"name": name, "password": PASSWORD}).raise_for_status()
        yield House(playground, demo, url, clients)
