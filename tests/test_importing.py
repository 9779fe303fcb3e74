"""The collector rests while a library is imported, and works again afterwards, whatever happened."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from understudy.importing import importing, without


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What these tests froze is collected again."""
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_during_a_first_import_and_what_it_made_is_never_looked_at() -> None:
    with importing("a_library_that_is_not_here"):
        assert not gc.isenabled()
        made = ["a module's object"]
        assert any(made is tracked for tracked in gc.get_objects())
    assert gc.isenabled()
    assert not any(made is tracked for tracked in gc.get_objects())


def test_an_import_that_fails_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), importing("a_library_that_is_not_here"):
        import a_library_that_is_not_here  # type: ignore[import-not-found]  # noqa: F401
    assert gc.isenabled()


def test_a_library_that_is_loaded_already_changes_nothing() -> None:
    frozen = gc.get_freeze_count()
    with importing("gc"):
        assert gc.isenabled()
    assert gc.get_freeze_count() == frozen


def test_what_a_library_only_takes_along_is_not_imported() -> None:
    with pytest.raises(ImportError), without("a_library_nobody_needs"):
        import a_library_nobody_needs  # type: ignore[import-not-found]  # noqa: F401
    assert "a_library_nobody_needs" not in sys.modules
    code = "import understudy.dataset.ahead, sys; assert not {'pandas', 'numpy', 'torch'} & sys.modules.keys()"
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=here, check=False).returncode == 0
