"""What holds for every test: no socket leaves this machine.

The guard sits on Python's audit hook, below every library, so a hub client that looks for a network fails the test
that called it. Chromium is another process: the browser tests watch its requests themselves.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

from understudy.openmp import wait_briefly

pytest_plugins = ["tests.provider.fixtures", "tests.fake_hub"]

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
wait_briefly()  # as the program does: several workers share the processors


class NetworkUsed(AssertionError):
    """A test tried to reach another machine."""


def is_loopback(host: object) -> bool:
    """Whether an address stays on this machine; None and "" are what a listening socket binds to."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: connecting, sending and resolving are allowed for this machine only."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise NetworkUsed(f"a test tried to reach {address[0]}:{address[1]}; tests use this machine only")
    elif event == "socket.getaddrinfo" and not is_loopback(arguments[0]):
        raise NetworkUsed(f"a test tried to resolve {arguments[0]!r}; tests use this machine only")


sys.addaudithook(refuse_network)
