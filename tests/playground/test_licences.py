"""What the hub would refuse at the top of a card is never written there."""

from __future__ import annotations

import pytest
import yaml

from understudy.playground.licences import front


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("apache-2.0", {"license": "apache-2.0"}),
        (" MIT ", {"license": "mit"}),
        ("", {"license": "unknown"}),
        ("Shop licence, 2nd edition", {"license": "other", "license_name": "shop-licence-2nd-edition"}),
        ('x"\n---\nevil: 1', {"license": "other", "license_name": "x-evil-1"}),
        ("---", {"license": "other", "license_name": "other"}),
    ],
)
def test_a_known_name_stays_and_any_other_stands_beside_other(licence: str, told: dict[str, str]) -> None:
    assert yaml.safe_load("\n".join(front(licence))) == told
