"""A fresh fake for every test that asks for one, on a loopback port; a test in which it broke its contract fails.

Loaded by the `conftest` of all tests, so it imports the server only when a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.provider.fake import FakeProvider


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    from tests.provider.contract import description
    from tests.provider.fake import FakeProvider

    description()  # skips here, in the test's own thread
    made = FakeProvider()
    yield made
    assert made.contract.broken == []


@pytest.fixture
def provider_url(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The base URL of the fake, whose key the program finds in the environment."""
    from tests.provider.fake import serving

    monkeypatch.setenv("UNDERSTUDY_SERVER_KEY", provider.state.key or "")
    with serving(provider) as url:
        yield url
