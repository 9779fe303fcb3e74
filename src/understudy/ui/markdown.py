"""Markdown as a tree of plain values, so that no markup ever travels and nothing a model writes can become any.

The page builds each node with `createElement` and `textContent`. Raw HTML is text, images become links (an image
would call another server), and links keep only http, https and mailto.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Node = str | list[Any]
"""Text, or [tag, attributes, children]."""

LONGEST = 60_000
"""Characters: longer texts are shown as one block of plain text, which costs nothing to parse."""

SCHEMES = frozenset({"http", "https", "mailto"})

_TAGS = {
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "s": "s",
    "bullet_list": "ul",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
}
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


@lru_cache(maxsize=2048)
def tree(text: str) -> tuple[Node, ...]:
    """The blocks of `text`. Cached, because a conversation is read again after every rating."""
    if len(text) > LONGEST:
        return (["p", {}, [text]],)
    return tuple(_children(SyntaxTreeNode(_parser.parse(text))))


def _children(node: SyntaxTreeNode) -> list[Node]:
    nodes: list[Node] = []
    for child in node.children:
        if child.type == "inline":
            nodes += _children(child)
        else:
            nodes.append(_node(child))
    return nodes


def _node(node: SyntaxTreeNode) -> Node:
    kind = node.type
    if kind in _TAGS:
        return [_TAGS[kind], {}, _children(node)]
    if kind in ("text", "html_inline", "html_block"):
        return node.content
    if kind in ("softbreak", "hardbreak"):
        return ["br", {}, []]
    if kind == "heading":
        return ["h" + node.tag[1], {}, _children(node)]
    if kind == "ordered_list":
        return ["ol", {"start": int(node.attrs.get("start", 1))}, _children(node)]
    if kind in ("fence", "code_block"):
        language = node.info.split(maxsplit=1)[0][:24] if node.info.strip() else ""
        return ["pre", {"language": language}, [node.content.removesuffix("\n")]]
    if kind == "code_inline":
        return ["code", {}, [node.content]]
    if kind in ("th", "td"):
        align = str(node.attrs.get("style", "")).removeprefix("text-align:")
        return [kind, {"align": align} if align else {}, _children(node)]
    if kind in ("link", "image"):
        return _link(node)
    if kind == "hr":
        return ["hr", {}, []]
    return node.content or ["span", {}, _children(node)]


def _link(node: SyntaxTreeNode) -> Node:
    href = str(node.attrs.get("href") or node.attrs.get("src") or "")
    children = [node.content or href] if node.type == "image" else _children(node)
    try:
        allowed = urlsplit(href).scheme.lower() in SCHEMES
    except ValueError:
        allowed = False
    return ["a", {"href": href}, children] if allowed else ["span", {}, children]
