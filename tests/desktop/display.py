"""A screen that nobody sees, its windows, and a picture of it."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ImageGrab

XVFB = shutil.which("Xvfb")
XDOTOOL = shutil.which("xdotool")


@contextmanager
def display() -> Iterator[str]:
    """A virtual display's name. Xvfb chooses a free number and tells it."""
    read, write = os.pipe()
    command = [str(XVFB), "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def windows(display: str, name: str) -> list[str]:
    """Ids of the windows that are seen and whose title has `name` in it."""
    return do(display, "search", "--onlyvisible", "--name", name).split()


def do(display: str, *what: str) -> str:
    """What xdotool says to a command."""
    command, environ = [str(XDOTOOL), *what], {**os.environ, "DISPLAY": display}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False).stdout


def wait_for_window(display: str, name: str, seconds: float = 60) -> str:
    """The first such window, once there is one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := windows(display, name):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no window is called {name!r}")


def picture(display: str, path: Path) -> None:
    ImageGrab.grab(xdisplay=display).save(path)


class _Message(ctypes.Structure):
    """X11's XClientMessageEvent, padded to the size of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 24),
    )


def close(display: str, window: str) -> None:
    """Ask a window to close, as the cross in its corner does: without a window manager there is none to do it."""
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype, x11.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
    there = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    protocols, delete = (x11.XInternAtom(there, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    event = _Message(type=33, window=int(window), message_type=protocols, format=32)
    event.data[0] = delete
    x11.XSendEvent(there, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), ctypes.byref(event))
    x11.XCloseDisplay(there)
