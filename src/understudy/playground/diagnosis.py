"""What is off with a training run, in plain words, and which setting to change in which direction.

Read from what a run leaves behind anyway: its curves, its recipe, the verdicts on its corrections. Every rule is a
threshold on a smoothed curve, because the loss of single small batches jumps without meaning anything; a rule that is
not sure stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from understudy.dataset.contradictions import contradictions
from understudy.store import Lesson, Verdict

Curve = Sequence[tuple[int, float]]
"""(step, value) in order."""
Direction = Literal["raise", "lower", ""]

FEWEST_POINTS = 8
"""Shorter curves say nothing about their shape."""
TURNED = 1.15
"""A held-out loss this many times its best has turned; less is within the noise of a small held-out part."""
FELL_LITTLE = 0.6
"""A loss that keeps more than this share of where it began has hardly been learned."""
FELL_FAR = 0.15
"""Below this share of where it began, a loss that still falls has little left to fall."""
RISE = 1.3
"""The smoothed loss rising to this many times its last low is a swing; one happens, more are a habit."""
SWINGS = 3
FEW_EXAMPLES = 3
"""Up to this many corrections are learned by heart more often than understood."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`sentence` says what was seen, `advice` what to do. `setting` is the name to look for, "" where none helps."""

    name: str
    sentence: str
    advice: str
    setting: str = ""
    direction: Direction = ""


def diagnose(
    curves: Mapping[str, Curve],
    recipe: Mapping[str, Any],
    verdicts: Sequence[Verdict] = (),
    lessons: Sequence[Lesson] = (),
) -> tuple[Finding, ...]:
    """Everything that looks off, the surest first. `verdicts` and `lessons` are those the run was about."""
    loss, held_out = smooth(_losses(curves, held_out=False)), smooth(_losses(curves, held_out=True))
    found = (
        _endless_answers(verdicts, lessons, recipe),
        _contradictions(lessons),
        _over_fitting(loss, held_out, recipe) or _under_fitting(loss, verdicts, recipe),  # never both: they contradict
        _oscillating(loss, recipe),
        _too_few(verdicts),
    )
    return tuple(finding for finding in found if finding)


def _over_fitting(loss: list[float], held_out: list[float], recipe: Mapping[str, Any]) -> Finding | None:
    if len(held_out) < 3 or len(loss) < FEWEST_POINTS or loss[-1] >= loss[0]:
        return None
    best = min(held_out)
    if held_out[-1] < TURNED * best or held_out.index(best) == len(held_out) - 1:
        return None
    return Finding(
        "Over-fitting",
        f"The held-out loss was best at {best:.2f} and rose to {held_out[-1]:.2f} while the loss itself went on"
        " falling: it learned the words by heart, and everything else got worse.",
        f"Lower num_train_epochs{_now(recipe, 'num_train_epochs')}. If that is not enough, raise replay_share or"
        f" lora_dropout{_now(recipe, 'lora_dropout')}.",
        "num_train_epochs",
        "lower",
    )


def _under_fitting(loss: list[float], verdicts: Sequence[Verdict], recipe: Mapping[str, Any]) -> Finding | None:
    missed = [verdict for verdict in verdicts if not verdict.learned and not verdict.gone]
    if len(loss) < FEWEST_POINTS or (verdicts and not missed):
        return None
    still_falling = FELL_FAR * loss[0] < loss[-1] < 0.9 * loss[3 * len(loss) // 4]
    if loss[-1] > FELL_LITTLE * loss[0] and not still_falling:
        return Finding(
            "Under-fitting",
            f"The loss went only from {loss[0]:.2f} to {loss[-1]:.2f}, and then lay still: the steps were too small.",
            f"Raise learning_rate{_now(recipe, 'learning_rate')} to about twice its value, or r{_now(recipe, 'r')}.",
            "learning_rate",
            "raise",
        )
    if still_falling:
        return Finding(
            "Under-fitting",
            f"The loss was still falling when the run ended, from {loss[3 * len(loss) // 4]:.2f} to {loss[-1]:.2f} in"
            " its last quarter: it stopped too early.",
            f"Raise num_train_epochs{_now(recipe, 'num_train_epochs')}.",
            "num_train_epochs",
            "raise",
        )
    return None


def _oscillating(loss: list[float], recipe: Mapping[str, Any]) -> Finding | None:
    rises = swings(loss)
    if len(loss) < FEWEST_POINTS or rises < SWINGS:
        return None
    return Finding(
        "Oscillating loss",
        f"The loss rose again {rises} times by a third or more after it had fallen: every step overshoots.",
        f"Lower learning_rate{_now(recipe, 'learning_rate')} to about half its value.",
        "learning_rate",
        "lower",
    )


def _too_few(verdicts: Sequence[Verdict]) -> Finding | None:
    missed = [verdict for verdict in verdicts if not verdict.learned and not verdict.gone]
    if not missed or len(verdicts) > FEW_EXAMPLES:
        return None
    count = f"{len(verdicts)} correction{'s' if len(verdicts) > 1 else ''}"
    return Finding(
        "Too few examples",
        f"There were only {count} to learn from, and {len(missed)} did not stick.",
        "Ask the same thing in other words and correct that too: two or three more of a kind help more than a setting.",
    )


def _contradictions(lessons: Sequence[Lesson]) -> Finding | None:
    pairs = contradictions(lessons)
    if not pairs:
        return None
    older, newer = pairs[-1]
    more = f" So do {len(pairs) - 1} other pairs." if len(pairs) > 1 else ""
    return Finding(
        "Contradicting corrections",
        f"“{_short(newer.question)}” is to be answered “{_short(older.wanted)}” and “{_short(newer.wanted)}”.{more}",
        "Take back or reject the one that is wrong. Until then the newer one wins.",
    )


def _endless_answers(
    verdicts: Sequence[Verdict], lessons: Sequence[Lesson], recipe: Mapping[str, Any]
) -> Finding | None:
    wanted = {lesson.id: lesson.wanted.strip() for lesson in lessons}
    judged = [verdict for verdict in verdicts if wanted.get(verdict.correction)]
    endless = [verdict for verdict in judged if _goes_on(verdict.after.strip(), wanted[verdict.correction])]
    if not endless or len(endless) * 4 < len(judged):
        return None
    return Finding(
        "Stop-token trouble",
        f"{len(endless)} of {len(judged)} answers began right and then went on, or repeated themselves: the end of"
        " the turn was not learned, or the chat template of this model does not mark it.",
        f"Raise num_train_epochs{_now(recipe, 'num_train_epochs')}; if it stays, check that the model's chat template"
        " ends an answer with its end-of-turn token.",
        "num_train_epochs",
        "raise",
    )


def _goes_on(after: str, wanted: str) -> bool:
    words = after.split()
    if after.startswith(wanted) and len(words) > 1.5 * len(wanted.split()) + 3:
        return True
    tail = words[-4:]
    return len(words) >= 16 and all(words[-4 * i - 4 : len(words) - 4 * i] == tail for i in range(1, 3))


def swings(loss: Sequence[float]) -> int:
    """How often the curve rises to `RISE` times its low since the last such rise, and falls again."""
    count, low, high, rising = 0, float("inf"), 0.0, False
    for value in loss:
        if rising:
            high = max(high, value)
            if value < high / RISE:
                rising, low = False, value
        elif value > RISE * low:
            count, rising, high = count + 1, True, value
        else:
            low = min(low, value)
    return count


def _losses(curves: Mapping[str, Curve], *, held_out: bool) -> Curve:
    """The curve of the corrections' loss, or the one of held-out texts."""
    return curves.get("held_out" if held_out else "loss", ())


def smooth(curve: Curve) -> list[float]:
    """A running mean over about a sixteenth of the curve, so that one odd batch is no shape."""
    values = [value for _, value in curve]
    half = len(values) // 32 + (len(values) >= FEWEST_POINTS)
    return [fmean(values[max(0, i - half) : i + half + 1]) for i in range(len(values))]


def _now(recipe: Mapping[str, Any], name: str) -> str:
    return f" (now {recipe[name]:g})" if isinstance(recipe.get(name), int | float) else ""


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
