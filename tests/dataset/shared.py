"""The public data beside the checkout; tests that read it say so where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.dataset.jsonl import read_file

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def shared(name: str) -> bytes:
    """The unpacked bytes of a shared file, or a skip that says which is missing."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"../shared/data/{name} is not here")
    return read_file(path)
