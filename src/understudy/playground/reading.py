"""From the store to the screen: the branch that is looked at, with everything people said about its answers.

A handful of queries a conversation, whatever its length. Names are hidden here (see `view`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

from understudy.playground.costs import Costs
from understudy.playground.difference import difference
from understudy.playground.view import Answer, ConversationView, RecallView, TurnView, Verdict
from understudy.store import Completion, Correction, Lesson, Preference, Rating, Recall, Store, Turn
from understudy.types import BASE


def read_conversation(store: Store, name: str, costs: Costs, *, running: bool) -> ConversationView:
    """The conversation as its page shows it, following the branch that its head stands on. Raises `NotFoundError`."""
    read, conversation = time.time(), store.conversations.get(name)
    path = store.turns.path(conversation.head) if conversation.head else []
    return ConversationView(
        id=conversation.id,
        title=conversation.title,
        system=conversation.system,
        columns=conversation.columns,
        blind=conversation.blind,
        sampling=asdict(conversation.sampling),
        read=read,
        turns=tuple(_read_turns(store, path, costs)),
        running=running,
        spent=tuple(spent.words for spent in costs.spent(conversation.id)),
    )


def read_answer(store: Store, completion: Completion, costs: Costs, *, hidden: bool = False) -> Answer:
    """One completion, also an earlier attempt that its column no longer shows."""
    siblings = [c for c in store.completions.of_turn(completion.turn) if c.position == completion.position]
    ratings, corrections = store.ratings.latest([completion.id]), store.corrections.latest([completion.id])
    recalls = read_recalls(store, [completion.id])
    return _answer(completion, siblings, ratings, corrections, recalls, costs, hidden=hidden, continued=False)


def read_recalls(store: Store, completions: Sequence[str]) -> dict[str, tuple[RecallView, ...]]:
    """The corrections that answers were given to read, by completion, with what became of them since."""
    found = store.recalls.of(completions)
    ids = {id for recalls in found.values() for recall in recalls for id in (recall.correction, recall.conflict) if id}
    lessons = store.corrections.standing(sorted(ids)) if ids else {}
    return {completion: tuple(_recall(recall, lessons) for recall in recalls) for completion, recalls in found.items()}


def is_hidden(turn: Turn, votes: Sequence[Preference]) -> bool:
    """A blind comparison keeps its names until somebody has voted."""
    return turn.blind and verdict_of(votes)[0] is None


def hides_names(store: Store, turn: Turn) -> bool:
    """As `is_hidden`, with the vote that stands now."""
    return is_hidden(turn, store.preferences.latest([turn.id]).get(turn.id, []))


def shown_answers(store: Store, turn: Turn) -> list[Completion]:
    """The newest attempt of every column of a turn."""
    newest = {completion.position: completion for completion in store.completions.of_turn(turn.id)}
    return [newest[position] for position in sorted(newest)]


def verdict_of(votes: Sequence[Preference]) -> tuple[Verdict | None, str | None]:
    """The verdict of a turn's latest vote and the completion that won, if one did."""
    if not votes or votes[0].verdict == "withdrawn":
        return None, None
    if votes[0].verdict in ("tie", "both_bad"):
        return ("tie" if votes[0].verdict == "tie" else "both_bad"), None
    first = votes[0]
    return "chosen", first.a if first.verdict == "a" else first.b


def _read_turns(store: Store, path: Sequence[Turn], costs: Costs) -> list[TurnView]:
    ids = [turn.id for turn in path]
    completions = store.completions.of_turns(ids)
    every = [c.id for of_turn in completions.values() for c in of_turn]
    ratings, corrections = store.ratings.latest(every), store.corrections.latest(every)
    votes, recalls = store.preferences.latest(ids), read_recalls(store, every)
    continued = {turn.parent for turn in path if turn.parent}
    views = []
    for turn in path:
        mine = votes.get(turn.id, [])
        verdict, winner = verdict_of(mine)
        hidden = is_hidden(turn, mine)
        answers = []
        for attempts in _by_position(completions.get(turn.id, [])):
            shown = next((c for c in attempts if c.id in continued), attempts[-1])
            kept = shown.id == turn.chosen or shown.id in continued
            answers.append(
                _answer(shown, attempts, ratings, corrections, recalls, costs, hidden=hidden, continued=kept)
            )
        branches = tuple(sibling.id for sibling in store.turns.siblings(turn))
        views.append(TurnView(turn.id, turn.text, tuple(answers), turn.blind, hidden, verdict, winner, branches))
    return views


def _by_position(completions: Sequence[Completion]) -> list[list[Completion]]:
    columns: dict[int, list[Completion]] = {}
    for completion in completions:
        columns.setdefault(completion.position, []).append(completion)
    return [columns[position] for position in sorted(columns)]


def _answer(
    completion: Completion,
    attempts: Sequence[Completion],
    ratings: dict[str, Rating],
    corrections: dict[str, Correction],
    recalls: dict[str, tuple[RecallView, ...]],
    costs: Costs,
    *,
    hidden: bool,
    continued: bool,
) -> Answer:
    rating, correction = ratings.get(completion.id), corrections.get(completion.id)
    standing = correction is not None and not correction.withdrawn
    text = correction.text if correction is not None and standing else completion.text
    ids = tuple(attempt.id for attempt in attempts)
    return Answer(
        id=completion.id,
        position=completion.position,
        label=f"Answer {'ABCDEFGH'[completion.position]}" if hidden else completion.label,
        text=text,
        state=str(completion.finish) if completion.finish else "running",
        original=completion.text if standing else None,
        diff=difference(completion.text, text) if standing else (),
        error=completion.error,
        notices=() if hidden else completion.notices,
        rating=rating.label if rating else None,
        reasons=rating.reasons if rating else (),
        comment=rating.comment if rating else "",
        attempt=ids.index(completion.id) + 1,
        attempts=ids,
        details="" if hidden else _details(completion, costs.words(completion)),
        continued=continued,
        recalls=() if hidden else recalls.get(completion.id, ()),
    )


def _recall(recall: Recall, lessons: dict[str, Lesson]) -> RecallView:
    lesson, older = lessons.get(recall.correction), lessons.get(recall.conflict or "")
    percent = round(100 * recall.score)
    if lesson is None:
        return RecallView(recall.correction, percent, "gone")
    return RecallView(
        correction=recall.correction,
        percent=percent,
        state="on" if lesson.enabled and lesson.state == "approved" else "off",
        question=lesson.question,
        wanted=lesson.wanted,
        created=lesson.created,
        older=older.wanted if older else "",
        conversation=lesson.conversation,
        turn=lesson.turn,
        completion=lesson.completion,
    )


def _details(completion: Completion, price: str) -> str:
    """One line: who answered, how much, for how much, how fast, and what repeats it."""
    usage = completion.usage
    parts = [completion.model if completion.version == BASE else f"{completion.model} v{completion.version}"]
    parts.append(f"{usage.completion_tokens} tokens")
    parts += [price] if price else []
    if usage.first_token_ms is not None:
        parts.append(f"first after {usage.first_token_ms / 1000:.2f} s")
    if usage.tokens_per_second:
        parts.append(f"{usage.tokens_per_second:.0f} tokens/s")
    if completion.sampling.temperature > 0:
        parts.append(f"seed {completion.sampling.seed}")
    return " · ".join(parts)
