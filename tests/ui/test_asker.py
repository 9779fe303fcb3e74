"""Who sent a request."""

from __future__ import annotations

import pytest

from understudy.types import OWNER, Person
from understudy.ui.asker import PERSON, person_of


def test_without_accounts_the_person_is_the_owner_of_this_machine() -> None:
    assert person_of({}) is OWNER


def test_who_signed_in_is_who_asks() -> None:
    assert person_of({PERSON: Person("ada", "visitor")}) == Person("ada", "visitor")


def test_what_is_no_person_is_never_taken_for_the_owner() -> None:
    with pytest.raises(TypeError, match="no Person"):
        person_of({PERSON: None})
