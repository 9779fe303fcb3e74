"""Large libraries, imported without looking for garbage meanwhile.

An import makes hundreds of thousands of objects, and all of them stay. Python's collector looks through them again and
again, a quarter of the time that gradio, torch and transformers take to import (1.2 of 4.3 s measured), and half a
second at every full collection later. So it rests meanwhile, and what an import made is put where it never looks. What
a library takes along and nobody here uses is not imported at all.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing(library: str) -> Iterator[None]:
    """Hold while `library` is imported for the first time; afterwards, nothing happens here."""
    if library in sys.modules:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without(library: str) -> Iterator[None]:
    """Hold while something is imported that takes `library` along where it is there, and is not asked to use it."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]  # an import then says that it is not there
    try:
        yield
    finally:
        del sys.modules[library]
