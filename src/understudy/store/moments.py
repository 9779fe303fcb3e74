"""Moments as ISO-8601 UTC text with microseconds, `2026-11-21T03:04:05.678901Z`.

Text and not a number: it is what exports, a page and any database browser show unchanged, and it sorts as it reads.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now(seconds_ago: float = 0.0) -> str:
    moment = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds_since(moment: str) -> float:
    """How long ago a moment was, in seconds."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
