"""Acts: what experts decided about items, who and when; one item or a hundred thousand, and the way back.

An act is a row, and every value it changed is another with what was there before. So history is read and not told,
and undoing is the same as deciding: what was changed again meanwhile is left as it is, and counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from understudy.errors import InputError, Outdated
from understudy.store.connections import Connections
from understudy.store.corrections import Correction, Corrections
from understudy.store.filters import STATES
from understudy.store.items import Item, Items
from understudy.store.moments import now
from understudy.store.standing import unknown
from understudy.store.texts import checked

AT_ONCE = 20_000
"""Items changed in one transaction of a large act: half a second, then others get to write."""

_COLUMNS = ("state", "topic", "note", "person")
_AT_THE_FACT = ("state", "person")
_TAG = "tag "
_WANTED = "wanted"
_FACTS = {"correction": ("corrections", "id"), "rating": ("ratings", "id"), "vote": ("preferences", "vote")}


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change about items; None and empty leave it as it is.

    `person` "" takes over for everyone what taught one person's understudy; nothing else can be made of it.
    """

    state: str | None = None
    topic: str | None = None
    note: str | None = None
    person: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    @classmethod
    def from_values(cls, values: Mapping[str, object]) -> Edit:
        """Untrusted values, as a page sends them. Raises `InputError`."""
        texts = {name: values.get(name) for name in _COLUMNS}
        tags = {name: values.get(name) or () for name in ("add_tags", "remove_tags")}
        plain = all(text is None or isinstance(text, str) for text in texts.values())
        listed = all(isinstance(tag, (list, tuple)) and all(isinstance(t, str) for t in tag) for tag in tags.values())
        if set(values) - {*texts, *tags} or not plain or not listed:
            raise InputError("The page sent a change that is none. Reload the page and try again.")
        chosen: dict[str, Any] = {**texts, **{name: tuple(tag) for name, tag in tags.items()}}  # type: ignore[arg-type]
        return cls(**chosen)

    @property
    def words(self) -> str:
        """What was done, for the history."""
        parts = [self.state or ""]
        parts += [f"topic {self.topic}" if self.topic else "no topic"] if self.topic is not None else []
        parts += ["note"] if self.note is not None else []
        parts += ["for everyone"] if self.person is not None else []
        parts += [f"tagged {tag}" for tag in self.add_tags] + [f"no longer tagged {tag}" for tag in self.remove_tags]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Act:
    """`items` is how many it changed; `left` how many an undo left alone, because they were changed again since."""

    number: int
    author: str
    words: str
    created: str
    undone: str | None = None
    items: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A line of an item's history: `field` (state, topic, note, `tag x`, wanted) went from `before` to `after`."""

    act: int
    author: str
    words: str
    created: str
    undone: str | None
    field: str
    before: str
    after: str


class Acts:
    """Reached as `store.acts`."""

    def __init__(self, connections: Connections, items: Items, corrections: Corrections) -> None:
        self._connections = connections
        self._items = items
        self._corrections = corrections

    def edit(self, number: int, edit: Edit, author: str = "", revision: int | None = None) -> Act:
        """Change one item. Raises `Outdated` when it changed since `revision`, `InputError`, `NotFoundError`."""
        _check(edit)
        with self._connections.writing():
            self._unchanged(number, revision)
            act = self._begin(edit.words, author)
            self._apply(act, [number], edit)
            return self.get(act)

    def decide(self, correction: str, state: str, author: str = "") -> Act:
        """The same for a correction by its id. Raises `NotFoundError` where it does not stand any more."""
        item = self._items.of_correction(correction)
        if item is None:
            raise unknown("correction", correction)
        return self.edit(item.number, Edit(state=state), author)

    def edit_all(self, numbers: Sequence[int], edit: Edit, author: str = "") -> Act:
        """Change many items, `AT_ONCE` in a transaction: a kill in between leaves an act that can be undone."""
        _check(edit)
        with self._connections.writing():
            act = self._begin(edit.words, author)
        with self._connections.many():
            for part in _parts(numbers):
                with self._connections.writing():
                    self._apply(act, part, edit)
        return self.get(act)

    def correct(self, number: int, text: str, author: str = "", revision: int | None = None) -> Act:
        """What the item's answer should have been, approved; a judgement of the answer is approved with it.

        Raises `Outdated`, `InputError`, `NotFoundError`.
        """
        with self._connections.writing():
            item = self._unchanged(number, revision)
            earlier = self._items.find_correction(item.completion)
            act = self._begin("corrected", author)
            if earlier is None or earlier.said != text:
                tags, person = (earlier.tags, earlier.person) if earlier else ((), "")
                made = self._corrections.add(item.completion, text, author=author, tags=tags, person=person)
                self._note(act, self._correction(item.completion), _WANTED, earlier.fact if earlier else "", made.id)
            self._apply(act, sorted({number, self._correction(item.completion)}), Edit(state="approved"))
            return self.get(act)

    def rewrite_all(self, texts: Mapping[int, str], words: str, author: str = "") -> Act:
        """Other texts for standing corrections, by item; who wrote them and whether they may be learned stays.

        Items that are no corrections are left alone. Raises `InputError` for an empty text.
        """
        for text in texts.values():
            checked(text, "correction", empty=False)
        with self._connections.writing():
            act = self._begin(checked(words, "act", empty=False, most=1_000), author)
        for part in _parts(list(texts)):
            with self._connections.writing():
                for item in self._items.of(part):
                    if item.kind == "correction" and item.said != texts[item.number]:
                        self._rewrite(act, item, texts[item.number])
        return self.get(act)

    def undo(self, act: int, author: str = "") -> Act:
        """Put back what an act changed, as an act of its own. Raises `InputError` when it was undone already."""
        with self._connections.writing() as db:
            found = self.get(act)
            if found.undone is not None:
                raise InputError(f"“{found.words}” was undone already.")
            db.execute("UPDATE acts SET undone = ? WHERE number = ?", [now(), act])
            back = self._begin(f"undid: {found.words}"[:1_000], author)
        put_back = 0
        with self._connections.many():
            for field, before, after in self._fields_of(act):
                for part in _parts(self._changed_by(act, field, before, after)):
                    with self._connections.writing():
                        put_back += self._put_back(back, part, field, before, after)
        return replace(self.get(back), left=self._count(act) - put_back)

    def get(self, act: int) -> Act:
        row = self._connections.row(
            "SELECT acts.*, (SELECT count(DISTINCT item) FROM changes WHERE act = number) AS items FROM acts"
            " WHERE number = ?",
            [act],
        )
        if row is None:
            raise unknown("act", str(act))
        return Act(**row)

    def latest(self, limit: int = 20) -> list[Act]:
        """The newest acts first."""
        rows = self._connections.rows("SELECT number FROM acts ORDER BY number DESC LIMIT ?", [limit])
        return [self.get(row["number"]) for row in rows]

    def history(self, item: int) -> list[Change]:
        """Everything that was decided about an item, oldest first."""
        rows = self._connections.rows(
            "SELECT act, author, words, created, undone, field, before, after FROM changes"
            " JOIN acts ON acts.number = changes.act WHERE item = ? ORDER BY act, field",
            [item],
        )
        return [Change(**row) for row in rows]

    # -- changing ----------------------------------------------------------------------------------------------------

    def _unchanged(self, number: int, revision: int | None) -> Item:
        item = self._items.get(number)
        if revision is not None and item.revision != revision:
            raise Outdated("Somebody else changed this item since you opened it, so nothing was overwritten.")
        return item

    def _correction(self, completion: str) -> int:
        found = self._items.find_correction(completion)
        assert found is not None  # the trigger of corrections made it in this transaction
        return found.number

    def _begin(self, words: str, author: str) -> int:
        row = {"author": checked(author, "name", most=200), "words": words, "created": now()}
        sql = "INSERT INTO acts (author, words, created) VALUES (:author, :words, :created)"
        return int(self._connections.mine().execute(sql, row).lastrowid or 0)

    def _apply(self, act: int, numbers: Sequence[int], edit: Edit) -> None:
        chosen = json.dumps(numbers)
        for column in _COLUMNS:
            if (value := getattr(edit, column)) is not None:
                self._set(act, chosen, column, value)
        for tag in edit.add_tags:
            self._tag(act, chosen, tag)
        for tag in edit.remove_tags:
            self._untag(act, chosen, tag)

    def _set(self, act: int, chosen: str, column: str, value: str) -> None:
        db, these = self._connections.mine(), "number IN (SELECT value FROM json_each(:chosen))"
        values = {"act": act, "chosen": chosen, "field": column, "value": value}
        db.execute(
            f"INSERT INTO changes (item, act, field, before, after) SELECT number, :act, :field, {column}, :value"
            f" FROM items WHERE {these} AND {column} <> :value AND gone = 0",
            values,
        )
        done = db.execute(
            f"UPDATE items SET {column} = :value, revision = revision + 1"
            f" WHERE {these} AND {column} <> :value AND gone = 0",
            values,
        )
        if column in _AT_THE_FACT and done.rowcount:
            for kind, (table, key) in _FACTS.items():
                facts = f"SELECT fact FROM items WHERE {these} AND kind = '{kind}'"
                db.execute(
                    f"UPDATE {table} SET {column} = :value WHERE {key} IN ({facts}) AND {column} <> :value", values
                )

    def _tag(self, act: int, chosen: str, tag: str) -> None:
        self._connections.mine().execute(
            "INSERT INTO changes (item, act, field, before, after) SELECT number, ?1, ?2, '', '1' FROM items"
            " WHERE number IN (SELECT value FROM json_each(?3)) AND gone = 0"
            " AND NOT EXISTS (SELECT 1 FROM item_tags WHERE tag = ?4 AND item = number)",
            [act, _TAG + tag, chosen, tag],
        )
        added = "SELECT ?, item FROM changes WHERE act = ? AND field = ?"
        self._connections.mine().execute(f"INSERT OR IGNORE INTO item_tags {added}", [tag, act, _TAG + tag])
        self._revise(act, _TAG + tag, chosen)

    def _untag(self, act: int, chosen: str, tag: str) -> None:
        db = self._connections.mine()
        db.execute(
            "INSERT INTO changes (item, act, field, before, after) SELECT item, ?1, ?2, '1', '' FROM item_tags"
            " WHERE tag = ?3 AND item IN (SELECT value FROM json_each(?4))",
            [act, _TAG + tag, tag, chosen],
        )
        db.execute("DELETE FROM item_tags WHERE tag = ? AND item IN (SELECT value FROM json_each(?))", [tag, chosen])
        self._revise(act, _TAG + tag, chosen)

    def _revise(self, act: int, field: str, chosen: str) -> None:
        self._connections.mine().execute(
            "UPDATE items SET revision = revision + 1 WHERE number IN (SELECT value FROM json_each(?))"
            " AND EXISTS (SELECT 1 FROM changes WHERE item = items.number AND act = ? AND field = ?)",
            [chosen, act, field],
        )

    def _note(self, act: int, item: int, field: str, before: str, after: str) -> None:
        row = {"item": item, "act": act, "field": field, "before": before, "after": after}
        self._connections.mine().table("changes").insert(row)

    def _rewrite(self, act: int, item: Item, text: str) -> None:
        earlier = self._corrections.latest([item.completion])[item.completion]
        made = self._corrections.add(item.completion, text, earlier.author, earlier.tags, earlier.person)
        self._corrections.set_state(made.id, earlier.state)  # type: ignore[arg-type]
        self._corrections.set_enabled(made.id, earlier.enabled)
        self._note(act, item.number, _WANTED, item.fact, made.id)

    # -- undoing -----------------------------------------------------------------------------------------------------

    def _fields_of(self, act: int) -> list[tuple[str, str, str]]:
        """What an act changed, in groups; the text of a correction last, because that sets a state too."""
        rows = self._connections.rows(
            "SELECT DISTINCT field, before, after FROM changes WHERE act = ? ORDER BY field = 'wanted', field", [act]
        )
        return [(row["field"], row["before"], row["after"]) for row in rows]

    def _changed_by(self, act: int, field: str, before: str, after: str) -> list[int]:
        rows = self._connections.rows(
            "SELECT item FROM changes WHERE act = ? AND field = ? AND before = ? AND after = ? ORDER BY item",
            [act, field, before, after],
        )
        return [row["item"] for row in rows]

    def _put_back(self, act: int, numbers: Sequence[int], field: str, before: str, after: str) -> int:
        """Those that still are `after` become `before`; how many."""
        if field == _WANTED:
            return sum(self._put_text_back(act, number, before, after) for number in numbers)
        if field.startswith(_TAG):
            tag = (field.removeprefix(_TAG),)
            edit = Edit(add_tags=tag) if before else Edit(remove_tags=tag)
            self._apply(act, numbers, edit)
            return len(self._recorded(act, numbers, field))
        rows = self._connections.rows(
            f"SELECT number FROM items WHERE number IN (SELECT value FROM json_each(?)) AND {field} = ?",
            [json.dumps(numbers), after],
        )
        self._set(act, json.dumps([row["number"] for row in rows]), field, before)
        return len(self._recorded(act, numbers, field))

    def _recorded(self, act: int, numbers: Sequence[int], field: str) -> list[int]:
        rows = self._connections.rows(
            "SELECT item FROM changes WHERE act = ? AND field = ? AND item IN (SELECT value FROM json_each(?))",
            [act, field, json.dumps(numbers)],
        )
        return [row["item"] for row in rows]

    def _put_text_back(self, act: int, number: int, before: str, after: str) -> bool:
        row = self._connections.row("SELECT completion, fact FROM items WHERE number = ? AND gone = 0", [number])
        texts = {c.id: c for c in self._corrections.history(row["completion"])} if row else {}
        if row is None or not _same(texts.get(row["fact"]), texts.get(after)):
            return False
        earlier = texts.get(before)
        if earlier is None:
            made = self._corrections.withdraw(row["completion"])
        else:
            whose = texts[row["fact"]].person
            made = self._corrections.add(row["completion"], earlier.text, earlier.author, earlier.tags, whose)
            self._corrections.set_state(made.id, earlier.state)  # type: ignore[arg-type]
        self._note(act, number, _WANTED, after, made.id)
        return True

    def _count(self, act: int) -> int:
        row = self._connections.row("SELECT count(*) AS n FROM changes WHERE act = ?", [act])
        return int((row or {})["n"])


def _same(standing: Correction | None, made: Correction | None) -> bool:
    """Whether what stands is what was made: undoing a later act puts the same text back under another id."""
    return standing is not None and made is not None and standing.text == made.text


def _check(edit: Edit) -> None:
    if edit == Edit():
        raise InputError("There is nothing to change. Choose a decision, a topic, a note or a tag.")
    if edit.person:
        raise InputError("What somebody said can be taken over for everyone, but not given to one person.")
    if edit.state is not None and edit.state not in STATES:
        raise InputError(f"{edit.state!r} is no decision. Choose one of: {', '.join(STATES)}.")
    checked(edit.topic or "", "topic", most=200)
    checked(edit.note or "", "note", most=10_000)
    for tag in (*edit.add_tags, *edit.remove_tags):
        checked(tag, "tag", empty=False, most=200)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]
