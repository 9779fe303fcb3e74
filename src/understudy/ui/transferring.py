"""How files reach this program and leave it: two routes beside Gradio's, behind the same guard.

Gradio's own upload stays closed: it takes any file from any page before anything is asked. A file is sent by PUT, which
no other web page can do without asking first, and the guard refuses that question; it is counted while it comes, so
that a length that was not true fills no disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from understudy.errors import InputError, NotFoundError
from understudy.playground.transfers import Transfers
from understudy.ui.asker import address_of, person_of
from understudy.ui.payload import LONGEST_NAME

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.playground.transfers import Transfer
    from understudy.ui.rights import Rights

PATH = "/transfers"


def transfer_routes(playground: Playground, rights: Rights) -> list[Route]:
    """`PUT /transfers?name=NAME` takes a body and tells its id; `GET /transfers/ID` gives an own file to save."""

    transfers = playground.transfers

    async def put(request: Request) -> Response:
        try:
            size = _length(request)
            name = request.query_params.get("name", "")[-LONGEST_NAME:]
            person = person_of(request.scope)
            with playground.admission.sending(size, person, address_of(request.scope)):
                made = await run_in_threadpool(transfers.add, name, size)
                rights.give(person, "file", made.id)
                return JSONResponse(await _received(request, transfers, made, size))
        except InputError as error:
            return JSONResponse({"error": str(error)}, 413)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it

    async def get(request: Request) -> Response:
        try:
            id = request.path_params["id"]
            rights.require(person_of(request.scope), "file", id)
            path = transfers.get(id).path
        except NotFoundError as error:
            return PlainTextResponse(str(error), 404)
        headers = {"cache-control": "no-store"}
        return FileResponse(path, 200, headers, "application/octet-stream", filename=path.name)

    return [Route(PATH, put, methods=["PUT"]), Route(f"{PATH}/{{id}}", get, methods=["GET"])]


def _length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        raise InputError("The file came without its length, so there may be no room for it. Send it as a whole.")
    return int(length)


async def _received(request: Request, transfers: Transfers, made: Transfer, size: int) -> dict[str, object]:
    try:
        await _write(request.stream(), made.path, size)
    except BaseException:
        transfers.drop(made.id)
        raise
    return {"file": made.id, "name": made.path.name, "bytes": size}


async def _write(pieces: AsyncIterator[bytes], path: Path, size: int) -> None:
    left = size
    with path.open("wb") as file:
        async for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise InputError("The file is larger than its length said. Send it again.")
            await run_in_threadpool(file.write, piece)
