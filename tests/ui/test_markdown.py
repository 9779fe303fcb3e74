"""Markdown becomes a tree; nothing in it can become markup or call another machine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.ui.markdown import LONGEST, SCHEMES, tree

TAGS = {
    "p",
    "strong",
    "em",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "hr",
}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "a", "span"}


def texts(nodes: Any) -> str:
    return "".join(node if isinstance(node, str) else texts(node[2]) for node in nodes)


def every(nodes: Any) -> Any:
    for node in nodes:
        if not isinstance(node, str):
            yield node
            yield from every(node[2])


def test_prose_lists_code_and_tables_keep_their_shape() -> None:
    nodes = tree("# Hi\n\nA **b** `c`\n\n- one\n- two\n\n```python x\nprint(1)\n```\n\n|a|b|\n|-|-:|\n|1|2|")
    assert [node[0] for node in nodes] == ["h1", "p", "ul", "pre", "table"]
    assert nodes[3] == ["pre", {"language": "python"}, ["print(1)"]]
    assert ["td", {"align": "right"}, ["2"]] in list(every(nodes))


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "${alert(1)}",
        "{{constructor}}",
        "</script><script>x",
    ],
)
def test_hostile_text_stays_text(hostile: str) -> None:
    assert texts(tree(hostile)) == hostile
    assert {node[0] for node in every(tree(hostile))} <= {"p"}


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "/config", "//evil"]
)
def test_a_link_that_is_not_http_or_mail_is_only_its_text(href: str) -> None:
    assert all(node[0] != "a" for node in every(tree(f"[here]({href})")))


def test_an_image_is_a_link_that_nobody_follows_by_looking() -> None:
    assert tree("![a cat](https://example.com/cat.png)") == (
        ["p", {}, [["a", {"href": "https://example.com/cat.png"}, ["a cat"]]]],
    )


def test_a_very_long_text_is_shown_plain() -> None:
    text = "*a* " * LONGEST
    assert tree(text) == (["p", {}, [text]],)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab<>&\"'`*_~[]()!#|-:\n\\/{}$ =jhtp."), max_size=200))
def test_any_text_gives_only_known_tags_and_safe_links(text: str) -> None:
    for tag, attributes, _ in every(tree(text)):
        assert tag in TAGS
        assert set(attributes) <= {"href", "start", "language", "align"}
        if tag == "a":
            assert attributes["href"].split(":", 1)[0].lower() in SCHEMES
