"""A licence as the front of a card has it: the hub refuses every name that it does not know."""

from __future__ import annotations

import json
import re

KNOWN = frozenset((
    "apache-2.0", "mit", "isc", "bsd", "bsd-2-clause", "bsd-3-clause", "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-3.0",
    "agpl-3.0", "mpl-2.0", "unlicense", "wtfpl", "cc", "cc0-1.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0",
    "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "cc-by-nd-4.0", "openrail",
    "bigscience-openrail-m", "bigscience-bloom-rail-1.0", "bigcode-openrail-m", "llama2", "llama3", "llama3.1",
    "llama3.2", "llama3.3", "gemma", "unknown",
))  # fmt: skip
"""Names the hub knows, the frequent ones; source: https://huggingface.co/docs/hub/repositories-licenses."""


def front(licence: str) -> list[str]:
    """Lines of YAML: a known name as it is, any other as `other` with its name beside it."""
    plain = licence.strip().lower() or "unknown"
    if plain in KNOWN:
        return [f"license: {json.dumps(plain)}"]
    name = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.") or "other"
    return ['license: "other"', f"license_name: {json.dumps(name)}"]
