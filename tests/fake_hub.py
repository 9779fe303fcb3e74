"""A small Hugging Face Hub on a loopback port: repositories with private and public, commits, large files, downloads.

It speaks what the installed `huggingface_hub` speaks over plain HTTP (Xet is switched off), and refuses what the hub
refuses: a foreign namespace, a token that may only read, a card whose settings it does not know, a large file that
never arrived. A private repository is not there for somebody else. A child process finds it by `hub.environment`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
LARGE = (".safetensors", ".gguf", ".bin", ".zip", ".gz", ".parquet", ".png", ".sqlite", ".db")
MOST_REGULAR = 10 * 2**20
LICENCES = {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "llama3.2", "gemma", "other", "unknown"}
"""Some of the names the hub knows; any other one in a card is refused there."""
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
WHEN = "2026-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    writes: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """Contents, and whether the hub keeps them as a large file."""

    content: bytes
    large: bool = False

    @property
    def oid(self) -> str:
        """What the client compares to see whether a file changed."""
        return sha256(self.content) if self.large else git_hash(self.content)


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    message: str
    files: Mapping[str, File]


@dataclass(slots=True)
class Repository:
    kind: str
    id: str
    private: bool
    created: Mapping[str, Any]
    """What its creation asked for: sdk, hardware, secrets and variables of a Space."""
    commits: list[Commit] = field(default_factory=list)

    @property
    def files(self) -> dict[str, bytes]:
        """Contents by path, as they are now."""
        return {path: file.content for path, file in self.commits[-1].files.items()}

    def commit(self, files: Mapping[str, File], message: str) -> Commit:
        text = json.dumps([len(self.commits), message, {path: file.oid for path, file in sorted(files.items())}])
        self.commits.append(Commit(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(), message, files))
        return self.commits[-1]


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    token: str


class Refused(Exception):
    """Becomes the hub's answer: `code` is what its library makes an error class of."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class FakeHub:
    """`accounts` by token, `repositories` by kind and id; `refusing` has a status by what is in a request's path."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.large: dict[str, bytes] = {}
        self.refusing: dict[str, int] = {}
        self.asked: list[Asked] = []
        self.url = ""
        self._app = self._routes()

    def add(self, kind: str, id: str, files: Mapping[str, bytes] = {}, *, private: bool = False) -> Repository:
        """A repository that is there already."""
        made = self.repositories[kind, id] = Repository(kind, id, private, {})
        made.commit({path: File(content, is_large(path, len(content))) for path, content in files.items()}, "first")
        return made

    def get(self, kind: str, id: str) -> Repository:
        return self.repositories[kind, id]

    @property
    def environment(self) -> dict[str, str]:
        """For a child process, which finds this hub by it and nothing else."""
        return {"HF_ENDPOINT": self.url, "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    def _routes(self) -> Any:
        from starlette.applications import Starlette
        from starlette.routing import Route

        api, plain = "/api/{kind}/{owner}/{name}", "/{owner}/{name}"
        places = ["/datasets" + plain, "/spaces" + plain, plain]
        routes = [
            Route("/api/whoami-v2", self._whoami),
            Route("/api/validate-yaml", self._check_card, methods=["POST"]),
            Route("/api/repos/create", self._create, methods=["POST"]),
            Route("/api/repos/delete", self._delete, methods=["DELETE"]),
            Route(f"{api}/settings", self._settings, methods=["PUT"]),
            Route(f"{api}/preupload/{{revision}}", self._preupload, methods=["POST"]),
            Route(f"{api}/commit/{{revision}}", self._commit, methods=["POST"]),
            Route(f"{api}/tree/{{revision}}", self._tree),
            Route(f"{api}/tree/{{revision}}/{{folder:path}}", self._tree),
            Route(f"{api}/paths-info/{{revision}}", self._paths, methods=["POST"]),
            Route(f"{api}/revision/{{revision}}", self._info),
            Route(api, self._info),
            Route("/large/{oid}", self._upload, methods=["PUT"]),
            *(Route(f"{place}.git/info/lfs/objects/batch", self._batch, methods=["POST"]) for place in places),
            *(Route(f"{place}/resolve/{{revision}}/{{path:path}}", self._resolve) for place in places),
        ]
        return Starlette(routes=[Route(r.path, self._guarded(r.endpoint), methods=r.methods) for r in routes])

    def _guarded(self, endpoint: Any) -> Any:
        """`endpoint`, written down, refused where a test wants it, and its refusals as the hub says them."""
        from starlette.responses import JSONResponse

        async def answer(request: Request) -> Response:
            path = request.url.path
            self.asked.append(Asked(request.method, path, token_of(request)))
            try:
                for part, status in self.refusing.items():
                    if part in path:
                        raise Refused(status, "refused by the test")
                return await endpoint(request)
            except Refused as error:
                headers = {"X-Error-Message": str(error)} | ({"X-Error-Code": error.code} if error.code else {})
                return JSONResponse({"error": str(error)}, error.status, headers)

        return answer

    # -- who asks, and for what ------------------------------------------------------------------------------------

    def _account(self, request: Request) -> Account | None:
        token = token_of(request)
        if token and token not in self.accounts:
            raise Refused(401, "Invalid credentials in Authorization header")
        return self.accounts.get(token)

    def _writer(self, request: Request) -> Account:
        account = self._account(request)
        if account is None:
            raise Refused(401, "Invalid username or password.")
        if not account.writes:
            raise Refused(403, "This token may only read.")
        return account

    def _repository(self, request: Request, writes: bool = False) -> Repository:
        """Raises Refused for what is not there, which a private one of somebody else is not."""
        account = self._writer(request) if writes else self._account(request)
        at = request.path_params
        first = request.url.path.split("/")[1]
        kind = KINDS[at["kind"]] if "kind" in at else KINDS.get(first, "model")
        found = self.repositories.get((kind, f"{at['owner']}/{at['name']}"))
        owns = account is not None and account.name == at["owner"]
        if found is None or (found.private and not owns):
            raise Refused(404 if account else 401, "Repository not found", "RepoNotFound")
        if writes and not owns:
            raise Refused(403, f"You have no right to write to {found.id}.")
        return found

    @staticmethod
    def _at(found: Repository, request: Request) -> Commit:
        revision = request.path_params.get("revision", "main")
        for commit in reversed(found.commits):
            if revision in ("main", commit.sha):
                return commit
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    # -- repositories ----------------------------------------------------------------------------------------------

    async def _whoami(self, request: Request) -> Response:
        account = self._account(request)
        if account is None:
            raise Refused(401, "Invalid username or password.")
        role = {"displayName": "test", "role": "write" if account.writes else "read"}
        auth = {"type": "access_token", "accessToken": role}
        return reply({"type": "user", "name": account.name, "fullname": account.name, "orgs": [], "auth": auth})

    async def _check_card(self, request: Request) -> Response:
        body = await request.json()
        faults = card_faults(body["content"], body["repoType"])
        return reply({"errors": [{"message": fault} for fault in faults], "warnings": []}, 400 if faults else 200)

    async def _create(self, request: Request) -> Response:
        account, body = self._writer(request), await request.json()
        owner, kind = body.get("organization") or account.name, body.get("type", "model")
        id = f"{owner}/{body['name']}"
        if owner != account.name:
            raise Refused(403, f"You have no right to create a {kind} under {owner}.")
        place = f"{self.url}/{'' if kind == 'model' else kind + 's/'}{id}"
        if (kind, id) in self.repositories:
            return reply({"error": f"You already created this {kind} repo", "url": place}, 409)
        made = Repository(kind, id, body.get("visibility") == "private", body)
        made.commit({".gitattributes": File(b"*.safetensors filter=lfs\n")}, "initial commit")
        self.repositories[kind, id] = made
        return reply({"url": place, "name": id, "id": "0" * 24})

    async def _delete(self, request: Request) -> Response:
        account, body = self._writer(request), await request.json()
        owner = body.get("organization") or account.name
        if owner != account.name or (body.get("type", "model"), f"{owner}/{body['name']}") not in self.repositories:
            raise Refused(404, "Repository not found", "RepoNotFound")
        del self.repositories[body.get("type", "model"), f"{owner}/{body['name']}"]
        return reply({})

    async def _settings(self, request: Request) -> Response:
        found, body = self._repository(request, writes=True), await request.json()
        found.private = body["visibility"] == "private" if "visibility" in body else body.get("private", found.private)
        return reply({"private": found.private})

    async def _info(self, request: Request) -> Response:
        found = self._repository(request)
        commit = self._at(found, request)
        readme = commit.files.get("README.md", File(b"")).content.decode()
        told = {
            "id": found.id, "author": found.id.split("/")[0], "sha": commit.sha, "private": found.private,
            "gated": False, "disabled": False, "createdAt": WHEN, "lastModified": WHEN, "downloads": 0, "likes": 0,
            "tags": [], "siblings": [{"rfilename": path} for path in commit.files], "cardData": front_matter(readme),
            "sdk": found.created.get("sdk"),
        }  # fmt: skip
        return reply(told)

    async def _tree(self, request: Request) -> Response:
        """Every file below a folder, as a recursive listing has it."""
        commit = self._at(self._repository(request), request)
        folder = request.path_params.get("folder", "")
        return reply([entry(p, f) for p, f in commit.files.items() if not folder or p.startswith(f"{folder}/")])

    async def _paths(self, request: Request) -> Response:
        commit = self._at(self._repository(request), request)
        async with request.form() as form:
            wanted = form.getlist("paths")
        return reply([entry(path, commit.files[path]) for path in wanted if path in commit.files])

    # -- files in --------------------------------------------------------------------------------------------------

    async def _preupload(self, request: Request) -> Response:
        files = self._at(self._repository(request, writes=True), request).files
        asked = (await request.json())["files"]
        told = [
            {
                "path": (path := one["path"]),
                "uploadMode": "lfs" if is_large(path, one["size"]) else "regular",
                "shouldIgnore": False,
                "oid": files[path].oid if path in files else None,
            }
            for one in asked
        ]
        return reply({"files": told})

    async def _batch(self, request: Request) -> Response:
        """Where each large file goes; one that is here already needs no upload."""
        self._repository(request, writes=True)
        objects = [{"oid": one["oid"], "size": one["size"]} for one in (await request.json())["objects"]]
        for one in objects:
            if one["oid"] not in self.large:
                one["actions"] = {"upload": {"href": f"{self.url}/large/{one['oid']}"}}
        return reply({"transfer": "basic", "objects": objects})

    async def _upload(self, request: Request) -> Response:
        content, oid = await request.body(), request.path_params["oid"]
        if sha256(content) != oid:
            raise Refused(400, "The contents are not those of the name.")
        self.large[oid] = content
        return reply({})

    async def _commit(self, request: Request) -> Response:
        found = self._repository(request, writes=True)
        lines = [json.loads(line) for line in (await request.body()).splitlines() if line.strip()]
        head, last = lines[0]["value"], found.commits[-1]
        if head.get("parentCommit") not in (None, last.sha):
            raise Refused(412, "A commit has happened since. Please refresh and try again.")
        files = dict(last.files)
        for line in lines[1:]:
            self._apply(line["key"], line["value"], files)
        made = found.commit(files, head["summary"])
        return reply({"success": True, "commitOid": made.sha, "commitUrl": f"{self.url}/{found.id}/commit/{made.sha}"})

    def _apply(self, key: str, value: Mapping[str, Any], files: dict[str, File]) -> None:
        path = value["path"]
        if key == "file":
            content = base64.b64decode(value["content"])
            if is_large(path, len(content)) and content:
                raise Refused(400, f"{path} is binary or too large for git. Use the large files' protocol.")
            files[path] = File(content)
        elif key == "lfsFile":
            if value["oid"] not in self.large:
                raise Refused(400, f"{path} was never uploaded.")
            files[path] = File(self.large[value["oid"]], True)
        elif key in ("deletedFile", "deletedFolder"):
            gone = [one for one in files if one == path or one.startswith(path.rstrip("/") + "/")]
            if not gone:
                raise Refused(404, "A file with this name doesn't exist", "EntryNotFound")
            for one in gone:
                del files[one]
        else:
            raise Refused(400, f"Unknown operation {key}.")

    # -- files out -------------------------------------------------------------------------------------------------

    async def _resolve(self, request: Request) -> Response:
        from starlette.responses import Response

        commit = self._at(self._repository(request), request)
        file = commit.files.get(request.path_params["path"])
        if file is None:
            raise Refused(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{file.oid}"', "Accept-Ranges": "bytes"}
        span = request.headers.get("range", "").removeprefix("bytes=").split("-")
        if len(span) != 2:
            return Response(file.content, headers=headers)
        begin, end = int(span[0] or 0), min(int(span[1] or len(file.content)), len(file.content) - 1)
        headers["Content-Range"] = f"bytes {begin}-{end}/{len(file.content)}"
        return Response(file.content[begin : end + 1], 206, headers)


def reply(body: Any, status: int = 200) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(body, status)


def token_of(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def entry(path: str, file: File) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "file", "path": path, "size": len(file.content), "oid": git_hash(file.content)}
    return told | ({"lfs": {"oid": file.oid, "size": len(file.content), "pointerSize": 134}} if file.large else {})


def is_large(path: str, size: int) -> bool:
    return path.endswith(LARGE) or size > MOST_REGULAR


def front_matter(text: str) -> dict[str, Any]:
    """The settings at the top of a card. Raises yaml.YAMLError."""
    parts = text.split("---\n", 2)
    return dict(yaml.safe_load(parts[1]) or {}) if len(parts) == 3 and not parts[0] else {}


def card_faults(text: str, kind: str) -> list[str]:
    """What the hub refuses in the settings of a card."""
    try:
        told = front_matter(text)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        return [f"The settings are no YAML: {error}"]
    faults = []
    if "license" in told and told["license"] not in LICENCES:
        faults.append(f'"license" must be one of [{", ".join(sorted(LICENCES))}]')
    if kind == "space":
        faults += [f'"{name}" is required' for name in ("title", "sdk") if not told.get(name)]
        faults += [
            f'"{name}" must be a colour' for name in ("colorFrom", "colorTo") if told.get(name, "red") not in COLOURS
        ]
    return faults


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A hub with one account, ada (token `hf_ada`), that the hub's library finds; nobody is signed in to it."""
    from huggingface_hub import constants

    from tests.provider.fake import serving

    made = FakeHub()
    made.accounts["hf_ada"] = Account("ada")
    with serving(made, root="") as made.url:
        monkeypatch.setattr(constants, "ENDPOINT", made.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{made.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        )
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-login"))
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made
