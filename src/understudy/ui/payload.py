"""What a page sends is untrusted: read field by field, by type and size, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.errors import InputError
from understudy.types import OWNER, Person

LONGEST_TEXT = 1_000_000
LONGEST_NAME = 512


class Payload:
    """A JSON object from the page of `person`. Readers raise `InputError` when a field is not what it must be."""

    def __init__(self, fields: object, person: Person = OWNER) -> None:
        if not isinstance(fields, Mapping):
            raise InputError("The page sent something that is not a request. Reload the page.")
        self._fields: Mapping[str, Any] = fields
        self.person = person

    @property
    def author(self) -> str:
        """Who says it: whoever is signed in; on a machine of one's own, the name that the page was told."""
        return self.person.name or self.text("author", "")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._fields.get(name, default)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise self._wrong(name, f"text of at most {LONGEST_TEXT:,} characters")
        return value

    def name(self, name: str) -> str:
        """An id or another short name; what it names is looked up by the playground."""
        value = self._fields.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
            raise self._wrong(name, "a name")
        return value

    def optional_name(self, name: str) -> str | None:
        return None if self._fields.get(name) in (None, "") else self.name(name)

    def optional_ids(self, name: str) -> list[str]:
        """The id or the ids that a field holds; none where it is not there."""
        value = self._fields.get(name)
        if isinstance(value, list):
            return self.names(name, most=1_000)
        return [] if value in (None, "") else [self.name(name)]

    def names(self, name: str, most: int) -> list[str]:
        value = self._fields.get(name, [])
        if not isinstance(value, list) or len(value) > most or not all(_is_name(item) for item in value):
            raise self._wrong(name, f"a list of at most {most} names")
        return list(value)

    def flag(self, name: str) -> bool:
        value = self._fields.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def optional_flag(self, name: str) -> bool | None:
        return None if self._fields.get(name) is None else self.flag(name)

    def whole(self, name: str) -> int:
        """A whole number from 0."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
            raise self._wrong(name, "a whole number")
        return value

    def optional_whole(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.whole(name)

    def optional_wholes(self, name: str, most: int = 1_000) -> list[int] | None:
        """Whole numbers, such as those of items; None where there is no such list."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > most or not all(type(part) is int for part in value):
            raise self._wrong(name, f"a list of at most {most:,} whole numbers")
        return list(value)

    def optional_pair(self, name: str) -> tuple[float, int] | None:
        """Where a page of a list ended, as it was told: a number to sort by and a whole one."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(type(part) in (int, float) for part in value):
            raise self._wrong(name, "two numbers")
        return float(value[0]), int(value[1])

    def named(self, name: str, most: int = 32) -> dict[str, str]:
        """A set of short texts by name, such as a mapping of columns."""
        value = self.mapping(name, most)
        if not all(isinstance(text, str) and len(text) <= LONGEST_NAME for text in value.values()):
            raise self._wrong(name, "a set of names")
        return {key: str(text) for key, text in value.items()}

    def mapping(self, name: str, most: int = 32) -> dict[str, object]:
        value = self._fields.get(name)
        if not isinstance(value, Mapping) or len(value) > most or not all(isinstance(key, str) for key in value):
            raise self._wrong(name, "a set of values")
        return dict(value)

    def _wrong(self, name: str, wanted: str) -> InputError:
        return InputError(f"The page sent a {name!r} that is not {wanted}. Reload the page and try again.")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME
