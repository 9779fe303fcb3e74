"""Who may do what: one table of everything that a page can ask for, and one of every address it can ask at.

What is not in these tables is refused. A role may do what the roles before it may: a visitor chats, rates and suggests
corrections, a curator decides what is learned from, an owner trains, sets and lets people in. Conversations are
private to their person, whatever the role; somebody else's is missing in the same words as one that never was.

`python -m understudy.ui.rights` prints both tables for SECURITY.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from understudy.errors import InputError, NotAllowed, NotFoundError
from understudy.playground import tasks, transfers
from understudy.types import Person, PersonRole
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

ROLES: tuple[PersonRole, ...] = get_args(PersonRole)
"""From who may do least."""

Kept = Literal["conversation", "turn", "completion"]
Handed = Literal["task", "file"]
Thing = Kept | Handed
GONE: dict[Handed, str] = {"task": tasks.GONE, "file": transfers.GONE}
"""Things that live as long as the program and belong to whoever began them, with what is said where one is gone."""


@dataclass(frozen=True, slots=True)
class Right:
    """The least role; fields of the request that name things which must be the person's own; fields of the reply that
    name things which are theirs from now on."""

    role: PersonRole
    own: Mapping[str, Thing] = field(default_factory=dict)
    hands: Mapping[str, Handed] = field(default_factory=dict)


def _right(role: PersonRole, *own: str, hands: Mapping[str, Handed] | None = None) -> Right:
    return Right(role, {name: _THINGS[name] for name in own}, hands or {})


_THINGS: dict[str, Thing] = {
    "conversation": "conversation",
    "like": "conversation",
    "turn": "turn",
    "completion": "completion",
    "parent": "completion",
    "winner": "completion",
    "first": "completion",
    "second": "completion",
    "job": "task",
    "look": "task",
    "file": "file",
    "files": "file",
}
"""What the fields of a request name."""

_BEGUN: dict[str, Handed] = {"job": "task"}
_MADE: dict[str, Handed] = {"file": "file", "card": "file"}

EVENTS: dict[str, Right] = {
    # looking; where what is named is not one's own, `start` opens the latest conversation and `heed` leaves it out
    "start": _right("visitor"),
    "heed": _right("visitor"),
    "list": _right("visitor"),
    "choices": _right("visitor"),
    "memory": _right("visitor"),
    "open": _right("visitor", "conversation"),
    "pulse": _right("visitor", "conversation"),
    "attempt": _right("visitor", "completion"),
    "difference": _right("visitor", "first", "second"),
    # conversations
    "new": _right("visitor", "like"),
    "rename": _right("visitor", "conversation"),
    "delete": _right("visitor", "conversation"),
    "restore": _right("visitor", "conversation"),
    "compare": _right("visitor"),
    "columns": _right("visitor", "conversation"),
    "system": _right("visitor", "conversation"),
    "sampling": _right("visitor", "conversation"),
    "blind": _right("visitor", "conversation"),
    # asking
    "ask": _right("visitor", "conversation", "parent"),
    "edit": _right("visitor", "conversation", "turn"),
    "branch": _right("visitor", "conversation", "turn"),
    "regenerate": _right("visitor", "conversation", "completion"),
    "regenerate_turn": _right("visitor", "conversation", "turn"),
    "stop": _right("visitor", "conversation", "completion"),
    "continue": _right("visitor", "conversation", "completion"),
    # feedback; what a visitor says waits for approval
    "rate": _right("visitor", "conversation", "completion"),
    "correct": _right("visitor", "conversation", "completion"),
    "uncorrect": _right("visitor", "conversation", "completion"),
    "restore_correction": _right("visitor", "conversation", "completion"),
    "vote": _right("visitor", "conversation", "turn", "winner"),
    "unvote": _right("visitor", "conversation", "turn"),
    "remembered": _right("curator", "conversation"),
    # one's account
    "password": _right("visitor"),
    "traces": _right("visitor"),
    "forget_me": _right("visitor"),
    # an understudy of one's own; who may have one is asked once more where it is switched
    "own": _right("visitor"),
    "own_switch": _right("visitor"),
    "own_promote": _right("visitor"),
    "own_forget": _right("visitor"),
    # the desk, and what feedback is like
    "desk": _right("curator"),
    "desk_page": _right("curator"),
    "desk_count": _right("curator"),
    "desk_item": _right("curator"),
    "desk_now": _right("curator"),
    "desk_agreement": _right("curator"),
    "desk_decide": _right("curator"),
    "desk_edit": _right("curator"),
    "desk_correct": _right("curator"),
    "desk_all": _right("curator"),
    "desk_undo": _right("curator"),
    "desk_rank": _right("curator"),
    "desk_view": _right("curator"),
    "desk_unview": _right("curator"),
    "explore": _right("curator"),
    "explore_states": _right("curator"),
    "explore_map": _right("curator"),
    "explore_point": _right("curator"),
    "explore_anew": _right("curator"),
    "clean": _right("curator"),
    "clean_look": _right("curator", hands=_BEGUN),
    "clean_make": _right("curator", "look", hands=_BEGUN),
    "clean_state": _right("curator", "job"),
    "clean_stop": _right("curator", "job"),
    "balance": _right("curator"),
    "balance_choose": _right("curator"),
    "wordings": _right("curator"),
    "wordings_page": _right("curator"),
    "wordings_write": _right("curator", hands=_BEGUN),
    "wordings_state": _right("curator", "job"),
    "wordings_stop": _right("curator", "job"),
    "wordings_decide": _right("curator"),
    "wordings_back": _right("curator"),
    # data in and out
    "imports": _right("curator"),
    "import_look": _right("curator", "file"),
    "import_start": _right("curator", "file", hands={"job": "task", "faults": "file"}),
    "import_state": _right("curator", "job"),
    "import_stop": _right("curator", "job"),
    "import_undo": _right("curator"),
    "transfers_drop": _right("curator", "files"),
    "export_formats": _right("curator"),
    "export_start": _right("curator", hands=_BEGUN),
    "export_state": _right("curator", "job", hands=_MADE),
    "export_stop": _right("curator", "job"),
    # learning
    "learning": _right("owner"),
    "version": _right("owner"),
    "run": _right("owner"),
    "learn": _right("owner"),
    "pause_run": _right("owner"),
    "resume_run": _right("owner"),
    "cancel_run": _right("owner"),
    "approve": _right("owner"),
    "reject": _right("owner"),
    "switch_lesson": _right("owner"),
    "take_back": _right("owner"),
    "bring_back": _right("owner"),
    "switch_memory": _right("owner"),
    "switch_weak": _right("owner"),
    "promote": _right("owner"),
    "roll_back": _right("owner"),
    "remove_version": _right("owner"),
    "version_exports": _right("owner"),
    "version_export_start": _right("owner", hands=_BEGUN),
    "version_export_state": _right("owner", "job", hands=_MADE),
    "version_export_stop": _right("owner", "job"),
    "version_push_start": _right("owner", hands=_BEGUN),
    "version_push_state": _right("owner", "job"),
    "version_push_stop": _right("owner", "job"),
    # models, here and elsewhere
    "about": _right("owner"),
    "set_memory": _right("owner"),
    "fit": _right("owner"),
    "add_model": _right("owner"),
    "job": _right("owner"),
    "cancel_job": _right("owner"),
    "use_base": _right("owner"),
    "servers": _right("owner"),
    "offers": _right("owner"),
    "add_remote": _right("owner"),
    "trainers": _right("owner"),
    "trainable": _right("owner"),
    "preflight": _right("owner"),
    "preflight_lines": _right("owner"),
    "order": _right("owner"),
    "clean_job": _right("owner"),
    "train_here": _right("owner"),
    "rescue": _right("owner"),
    "rescue_jobs": _right("owner"),
    "rescue_download": _right("owner"),
    "rescue_adapter": _right("owner"),
    "rescue_convert": _right("owner"),
    "rescue_undo": _right("owner"),
    "rescue_record": _right("owner"),
    "rescue_stop": _right("owner"),
    "rescue_teach": _right("owner"),
    "rescue_compare": _right("owner"),
    "rescue_vote": _right("owner"),
    "rescue_reveal": _right("owner"),
    # people
    "people": _right("owner"),
    "people_add": _right("owner"),
    "people_role": _right("owner"),
    "people_password": _right("owner"),
    "people_remove": _right("owner"),
    "people_sign_out": _right("owner"),
    "people_give": _right("owner"),
    "people_traces": _right("owner"),
    "people_forget": _right("owner"),
}

OLD_PAGE = "This page is older than the program. Reload the page."


class Rights:
    """Asked before anything is done for a person."""

    def __init__(self, playground: Playground) -> None:
        self._belongings = playground.store.belongings
        self._handed: dict[tuple[Handed, str], str] = {}

    def check(self, payload: Payload) -> Right:
        """What the table says of a request. Raises `NotAllowed`, `NotFoundError`, or `InputError` for one it lacks."""
        do = payload.name("do")
        right = EVENTS.get(do)
        if right is None:
            raise InputError(OLD_PAGE)
        require_role(payload.person, right.role)
        for name, thing in right.own.items():
            for id in payload.optional_ids(name):
                self.require(payload.person, thing, id)
        return right

    def require(self, person: Person, thing: Thing, id: str) -> None:
        """Raises `NotFoundError` in the same words where a thing is not there and where it is somebody else's."""
        if thing != "task" and thing != "file":
            self._belongings.require(thing, id, person.name)
        elif self._handed.get((thing, id)) != person.name:
            raise NotFoundError(GONE[thing])

    def own(self, person: Person, thing: Literal["conversation", "completion"], ids: list[str]) -> list[str]:
        """Those that are the person's."""
        return self._belongings.of(thing, ids, person.name)

    def without_ways(self, person: Person, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What was said in conversations may be for a curator to read; the way to somebody else's leads nowhere."""
        own = self.own(person, "conversation", [one["conversation"] for one in told])
        return [one if one["conversation"] in own else one | {"conversation": ""} for one in told]

    def hand(self, person: Person, right: Right, value: object) -> None:
        """What a reply names is the person's from now on."""
        for name, thing in right.hands.items():
            if isinstance(value, Mapping) and (id := value.get(name)):
                self.give(person, thing, str(id))

    def give(self, person: Person, thing: Handed, id: str) -> None:
        self._handed[thing, id] = person.name


def require_role(person: Person, role: PersonRole) -> None:
    """Raises `NotAllowed` for somebody of a lesser role."""
    if not has_role(person, role):
        raise NotAllowed(f"This is for {_all(role)}. You are signed in as {_a(person.role)}; ask an owner.")


def has_role(person: Person, role: PersonRole) -> bool:
    return ROLES.index(person.role) >= ROLES.index(role)


def allowed(person: Person) -> list[str]:
    """The names of everything a person may ask for: a page shows no more than that."""
    return [name for name, right in EVENTS.items() if has_role(person, right.role)]


def _all(role: PersonRole) -> str:
    return " and ".join(f"{name}s" for name in ROLES[ROLES.index(role) :])


def _a(role: PersonRole) -> str:
    return f"an {role}" if role == "owner" else f"a {role}"


# -- addresses ------------------------------------------------------------------------------------------------------

Asker = Literal["anybody", "visitor", "curator", "owner", "nobody"]
"""Who gets an answer at an address: `anybody` without signing in, `nobody` where this page never asks."""


@dataclass(frozen=True, slots=True)
class Address:
    """A route as the app spells it, and who may ask there."""

    path: str
    asker: Asker
    words: str


ADDRESSES: tuple[Address, ...] = (
    Address("/", "visitor", "the page; without a session, the way to the sign-in page"),
    Address("/sign-in", "anybody", "the sign-in page; takes a name and a password"),
    Address("/sign-in/{file}", "anybody", "its script and style"),
    Address("/sign-out", "anybody", "ends the session of the request"),
    Address("/signed-in", "visitor", "whether a session still lasts"),
    Address("/show", "anybody", "brings the window to the front; knows a secret of this start"),
    Address("/live", "visitor", "answers of an own conversation as they are written"),
    Address("/transfers", "curator", "takes a file to import"),
    Address("/transfers/{id}", "curator", "gives an own file"),
    Address("/manifest.json", "anybody", "what installs the page as an app"),
    Address("/icons/{file}", "anybody", "its icons"),
    Address("/favicon.ico", "anybody", "its icon"),
    Address("/robots.txt", "anybody", "tells crawlers to stay away"),
    Address("/static/{path:path}", "visitor", "Gradio's files"),
    Address("/assets/{path:path}", "visitor", "Gradio's files"),
    Address("/svelte/{path:path}", "visitor", "Gradio's files"),
    Address("/theme.css", "visitor", "Gradio's style"),
    Address("/config", "visitor", "Gradio's description of the page, which holds no data"),
    Address("/gradio_api/component_server", "visitor", "every event of the table above"),
    Address("/gradio_api/heartbeat/{session_hash}", "visitor", "Gradio's sign of life"),
    Address("/gradio_api/startup-events", "anybody", "Gradio asks itself whether it is up"),
    Address("/gradio_api/info", "nobody", "Gradio's own; the page has no such events"),
    Address("/gradio_api/{path:path}", "nobody", "the rest of Gradio's interface"),
    Address("/login/huggingface", "anybody", "on a Space, the way to the hub's sign-in; closed elsewhere"),
    Address("/login/callback", "anybody", "on a Space, the way back from it; closed elsewhere"),
    Address("/login", "nobody", "Gradio's own sign-in"),
    Address("/logout", "nobody", "Gradio's own sign-in"),
    Address("/pwa_icon/{path:path}", "nobody", "Gradio's own"),
    Address("/pwa_icon", "nobody", "Gradio's own"),
    Address("/monitoring/{path:path}", "nobody", "Gradio's own"),
    Address("/monitoring", "nobody", "Gradio's own"),
)
"""The first that fits counts; what fits none is for nobody."""


def asker_at(path: str) -> Asker:
    """Who may ask at a path, a slash at its end or not."""
    path = path.rstrip("/") or "/"
    return next((address.asker for address in ADDRESSES if _pattern(address.path).fullmatch(path)), "nobody")


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """A route's path as a pattern: `{x}` is one part, `{x:path}` everything that follows."""
    parts = re.split(r"(\{\w+(?::path)?\})", path)
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".*" if part.endswith(":path}") else "[^/]+"


# -- for SECURITY.md ------------------------------------------------------------------------------------------------


def tables() -> str:
    """Both tables as Markdown."""
    return "\n".join([*_addresses(), "", *_events()])


def _addresses() -> Iterable[str]:
    yield "| Address | Who | What |"
    yield "|---|---|---|"
    for address in ADDRESSES:
        yield f"| `{address.path}` | {address.asker} | {address.words} |"
    yield "| anything else | nobody | |"


def _events() -> Iterable[str]:
    yield "| Event | Who | Must be their own | Theirs afterwards |"
    yield "|---|---|---|---|"
    for name, right in EVENTS.items():
        yield f"| `{name}` | {right.role} | {_named(right.own)} | {_named(right.hands)} |"


def _named(fields: Mapping[str, Thing]) -> str:
    return ", ".join(
        f"`{name}`" + (f" ({thing})" if name.rstrip("s") != thing else "") for name, thing in fields.items()
    )


if __name__ == "__main__":
    print(tables())
