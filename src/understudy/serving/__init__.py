"""Answering: one prompt in, N rows of text out, whoever the rows belong to.

`backend` says what every backend promises. `scripted` keeps that promise without a model (tests), `local` with a
causal language model in this process. Importing this package loads no torch: the local files do, when they are used.
"""

from understudy.serving.backend import Backend, ModelCard, Stop
from understudy.serving.scripted import ScriptedBackend

__all__ = ["Backend", "ModelCard", "ScriptedBackend", "Stop"]
