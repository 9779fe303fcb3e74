"""Answers: chat completions and legacy ones, whole or word by word, and the chats that somebody stored."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.provider.catalogue import Models
from tests.provider.errors import Refused
from tests.provider.files import page
from tests.provider.state import START, State, StoredChat


class Chat:
    """The Chat Completions and the legacy Completions API over `state`."""

    def __init__(self, state: State, models: Models) -> None:
        self._state, self._models = state, models

    def routes(self) -> list[Route]:
        return [
            Route("/chat/completions", self.create, methods=["POST"]),
            Route("/chat/completions", self.stored, methods=["GET"]),
            Route("/chat/completions/{id}/messages", self.messages, methods=["GET"]),
            Route("/completions", self.complete, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await request.json()
        self._refuse_keys(body)
        text = self._said(body["model"], body["messages"][-1]["content"])
        words, finish = _cut(text, body.get("max_completion_tokens") or body.get("max_tokens"))
        usage = _usage(" ".join(str(message.get("content")) for message in body["messages"]), words)
        answer = {"id": self._state.new_id("chatcmpl-"), "created": START, "model": body["model"]}
        self._store(answer["id"], body, "".join(words))
        if body.get("stream"):
            wants = bool((body.get("stream_options") or {}).get("include_usage")) and self._state.counts_tokens
            chunks = _chat_chunks(answer, words, finish, usage if wants else None)
            return StreamingResponse(self._paced(chunks, request), media_type="text/event-stream")
        message = {"role": "assistant", "content": "".join(words), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        return JSONResponse({**answer, "object": "chat.completion", "choices": [choice], "usage": usage})

    async def complete(self, request: Request) -> Response:
        """The legacy route answers the last line that a user said."""
        body = await request.json()
        asked = re.findall(r"^User: (.*)$", body["prompt"], re.MULTILINE)
        words, finish = _cut(self._said(body["model"], asked[-1] if asked else body["prompt"]), body.get("max_tokens"))
        answer = {"id": self._state.new_id("cmpl-"), "created": START, "model": body["model"]}
        answer |= {"object": "text_completion"}
        if body.get("stream"):
            chunks = _text_chunks(answer, words, finish, _usage(body["prompt"], words))
            return StreamingResponse(self._paced(chunks, request), media_type="text/event-stream")
        choice = {"index": 0, "text": "".join(words), "finish_reason": finish, "logprobs": None}
        return JSONResponse({**answer, "choices": [choice], "usage": _usage(body["prompt"], words)})

    async def stored(self, request: Request) -> Response:
        """Stored chats, oldest first unless asked otherwise, of one model and with all given metadata."""
        wanted = request.query_params
        marks = {key[9:-1]: value for key, value in wanted.items() if key.startswith("metadata[")}
        rows = [
            chat
            for chat in self._state.chats.values()
            if wanted.get("model") in (None, chat.model) and marks.items() <= dict(chat.metadata).items()
        ]
        rows = rows[::-1] if wanted.get("order") == "desc" else rows
        return JSONResponse(page([_shown(chat) for chat in rows], request))

    async def messages(self, request: Request) -> Response:
        chat = self._state.chats.get(request.path_params["id"])
        if chat is None:
            raise Refused(404, "There is no such chat completion.")
        keys = {"refusal": None, "content_parts": None}
        rows = [{"id": f"{chat.id}-{i}", **keys, **message} for i, message in enumerate(chat.messages)]
        return JSONResponse(page(rows, request))

    def _said(self, model: str, message: str) -> str:
        served = self._models.answering(model)
        return served.lessons.get(message) or self._state.answer(model, message)

    def _refuse_keys(self, body: Mapping[str, Any]) -> None:
        for key in sorted(self._state.refused_keys & body.keys()):
            raise Refused(400, f"Unknown parameter: '{key}'.", "unknown_parameter", key)

    def _store(self, id: str, body: Mapping[str, Any], answer: str) -> None:
        if body.get("store"):
            marks = body.get("metadata") or {}
            self._state.chats[id] = StoredChat(id, body["model"], body["messages"], answer, START, marks)

    async def _paced(self, chunks: list[dict[str, Any]], request: Request) -> AsyncIterator[str]:
        """The chunks one by one; a reader that leaves is counted."""
        try:
            for count, chunk in enumerate(chunks):
                if count == self._state.breaks_after:
                    raise ConnectionResetError("ordered by the test")
                if self._state.pause_s:
                    await asyncio.sleep(self._state.pause_s)
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"
        except (asyncio.CancelledError, GeneratorExit):
            self._state.closed_early += 1
            raise


def _cut(text: str, most: int | None) -> tuple[list[str], str]:
    """The words of a text, a token each, up to `most`; and why it ends."""
    words = re.findall(r"\s*\S+", text)
    return (words, "stop") if most is None or len(words) <= most else (words[:most], "length")


def _usage(prompt: str, words: list[str]) -> dict[str, int]:
    asked = len(prompt.split())
    return {"prompt_tokens": asked, "completion_tokens": len(words), "total_tokens": asked + len(words)}


def _chat_chunks(
    answer: Mapping[str, Any], words: list[str], finish: str, usage: Mapping[str, int] | None
) -> list[dict[str, Any]]:
    def chunk(delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**answer, "object": "chat.completion.chunk", "choices": [choice]}

    chunks = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": word}) for word in words)]
    chunks.append(chunk({}, finish))
    last = {**answer, "object": "chat.completion.chunk", "choices": [], "usage": usage}
    return [*chunks, last] if usage is not None else chunks


def _text_chunks(
    answer: Mapping[str, Any], words: list[str], finish: str, usage: Mapping[str, int]
) -> list[dict[str, Any]]:
    def chunk(text: str, finish: str | None) -> dict[str, Any]:
        return {**answer, "choices": [{"index": 0, "text": text, "finish_reason": finish, "logprobs": None}]}

    return [*(chunk(word, None) for word in words), {**chunk("", finish), "usage": usage}]


def _shown(chat: StoredChat) -> dict[str, Any]:
    message = {"role": "assistant", "content": chat.answer, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    told = {"id": chat.id, "object": "chat.completion", "created": chat.created, "model": chat.model}
    return {**told, "choices": [choice], "metadata": dict(chat.metadata)}
