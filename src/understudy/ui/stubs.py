"""Gradio without its editor stubs, so that the page appears sooner.

At every import Gradio parses the source of its 80 components and brings an interface file beside each up to date, for
editors. That is half of the time its import takes (1.1 of 2.3 s measured) and writes into the installed package, and
it has no switch. So the one function that does it is replaced as its module is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

MODULE, WRITER = "gradio.component_meta", "create_or_modify_pyi"


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        setattr(module, WRITER, lambda *_: None)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname == MODULE else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def skip_stubs() -> None:
    """Hold for the coming import of Gradio; where it is imported already, or has changed, nothing happens."""
    sys.meta_path.insert(0, _Finder())
