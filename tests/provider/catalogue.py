"""The models that the fake serves: some live, some near their end, one past it, one that tells no date."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.provider.errors import Refused
from tests.provider.state import START, Served, State


def listed() -> dict[str, Served]:
    models = (
        Served("gpt-4.1-mini-2025-04-14", shutdown_date="2027-01-14"),
        Served("gpt-4.1-2025-04-14", shutdown_date="2027-01-14"),
        Served("gpt-3.5-turbo", shutdown_date="2026-10-23"),
        Served("gpt-6-luna"),
        Served("silent", tells_shutdown=False),
    )
    return {model.id: model for model in models}


class Models:
    """The Models API over `state`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        return [
            Route("/models", self.list, methods=["GET"]),
            Route("/models/{id:path}", self.retrieve, methods=["GET"]),
            Route("/models/{id:path}", self.delete, methods=["DELETE"]),
        ]

    def answering(self, id: str) -> Served:
        """A model that still answers; one past its shutdown is as unknown as one that never was."""
        model = self._state.models.get(id)
        if model is None or (model.shutdown_date is not None and model.shutdown_date <= self._state.today):
            message = f"The model `{id}` does not exist or you do not have access to it."
            raise Refused(404, message, "model_not_found", "model")
        return model

    async def list(self, request: Request) -> Response:
        """Checkpoints answer, and stand in no list of models."""
        models = [shown(model) for model in self._state.models.values() if ":ckpt-step-" not in model.id]
        return JSONResponse({"object": "list", "data": models})

    async def retrieve(self, request: Request) -> Response:
        return JSONResponse(shown(self.answering(request.path_params["id"])))

    async def delete(self, request: Request) -> Response:
        model = self.answering(request.path_params["id"])
        if not model.id.startswith("ft:"):
            raise Refused(403, "You have insufficient permissions to delete this model.")
        del self._state.models[model.id]
        return JSONResponse({"id": model.id, "object": "model", "deleted": True})


def shown(model: Served) -> dict[str, Any]:
    told = {"id": model.id, "object": "model", "created": START, "owned_by": model.owned_by}
    return told | {"shutdown_date": model.shutdown_date} if model.tells_shutdown else told
