"""Uploads and results: bytes exactly as they came, with a purpose and, where asked for, an end."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.provider.errors import Refused
from tests.provider.state import State, StoredFile


class Files:
    """The Files API over `state`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        return [
            Route("/files", self.upload, methods=["POST"]),
            Route("/files", self.list, methods=["GET"]),
            Route("/files/{id}", self.retrieve, methods=["GET"]),
            Route("/files/{id}", self.delete, methods=["DELETE"]),
            Route("/files/{id}/content", self.content, methods=["GET"]),
        ]

    def add(self, filename: str, content: bytes, purpose: str, seconds: int | None = None) -> StoredFile:
        state = self._state
        ends = None if seconds is None else state.clock + seconds
        stored = StoredFile(state.new_id("file-"), filename, content, purpose, state.clock, ends)
        state.files[stored.id] = stored
        return stored

    def get(self, id: str) -> StoredFile:
        stored = self._state.files.get(id)
        if stored is None or (stored.expires_at is not None and stored.expires_at <= self._state.clock):
            raise Refused(404, f"No such File object: {id}", param="id")
        return stored

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file, seconds = form["file"], form.get("expires_after[seconds]")
            if isinstance(file, str):
                raise Refused(400, "'file' is a required property.", param="file")
            ends = int(str(seconds)) if seconds is not None else None
            stored = self.add(file.filename or "", await file.read(), str(form["purpose"]), ends)
        return JSONResponse(shown(stored))

    async def list(self, request: Request) -> Response:
        purpose = request.query_params.get("purpose")
        rows = [shown(stored) for stored in self._state.files.values() if purpose in (None, stored.purpose)]
        return JSONResponse(page(rows, request))

    async def retrieve(self, request: Request) -> Response:
        return JSONResponse(shown(self.get(request.path_params["id"])))

    async def content(self, request: Request) -> Response:
        return Response(self.get(request.path_params["id"]).content, media_type="application/octet-stream")

    async def delete(self, request: Request) -> Response:
        stored = self.get(request.path_params["id"])
        del self._state.files[stored.id]
        return JSONResponse({"id": stored.id, "object": "file", "deleted": True})


def shown(stored: StoredFile) -> dict[str, Any]:
    told = {"id": stored.id, "object": "file", "bytes": len(stored.content), "created_at": stored.created_at}
    told |= {"filename": stored.filename, "purpose": stored.purpose, "status": "processed"}
    return told if stored.expires_at is None else told | {"expires_at": stored.expires_at}


def page(rows: list[dict[str, Any]], request: Request, default: int = 20) -> dict[str, Any]:
    """One page of `rows`, after the row that the request names."""
    after, limit = request.query_params.get("after"), int(request.query_params.get("limit", default))
    ids = [row["id"] for row in rows]
    begin = ids.index(after) + 1 if after in ids else 0
    part = rows[begin : begin + limit]
    ends = {"first_id": part[0]["id"] if part else "", "last_id": part[-1]["id"] if part else ""}
    return {"object": "list", "data": part, "has_more": begin + limit < len(rows), **ends}
