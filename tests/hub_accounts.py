"""The hub as a provider of OpenID Connect, on loopback: accounts that are asked, a code, and a signed token for it."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

CLIENT, SECRET = "space-client", "space-secret"


class FakeAccounts:
    """`signed_in` is who sits at the browser; tokens are signed with a key of this object.

    `proxied` says where an address is found here behind which the hub's proxy would stand.
    """

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        self.url = ""
        self.signed_in = "ada"
        self.proxied: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self._key = RSAKey.generate_key(2048, {"kid": "test"}, auto_kid=False)
        self._codes: dict[str, dict[str, str]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request
        from starlette.responses import JSONResponse

        request = Request(scope, receive)
        answers = {
            "/.well-known/openid-configuration": self._configuration,
            "/oauth/authorize": self._authorize,
            "/oauth/token": self._token,
            "/oauth/jwks": self._jwks,
        }
        answer = answers.get(request.url.path)
        response = await answer(request) if answer else JSONResponse({}, 404)
        await response(scope, receive, send)

    async def _configuration(self, request: Any) -> Any:
        from starlette.responses import JSONResponse

        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        told = {name: f"{self.url}/oauth/{path}" for name, path in places.items()}
        return JSONResponse(told | {"issuer": self.url, "id_token_signing_alg_values_supported": ["RS256"]})

    async def _authorize(self, request: Any) -> Any:
        from starlette.responses import RedirectResponse

        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_hex(8)
        self._codes[code] = {"name": self.signed_in, "nonce": asked.get("nonce", "")}
        back = asked["redirect_uri"]
        for address, place in self.proxied.items():
            back = back.replace(address, place, 1)
        sign = "&" if "?" in back else "?"
        return RedirectResponse(back + sign + urlencode({"code": code, "state": asked["state"]}), 303)

    async def _token(self, request: Any) -> Any:
        from joserfc import jwt
        from starlette.responses import JSONResponse

        async with request.form() as form:
            known = self._codes.pop(str(form.get("code")), None)
        if known is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        name = known["name"]
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": name, "iat": now, "exp": now + 3600, "nonce": known["nonce"],
            "preferred_username": name, "name": name.title(), "picture": "", "profile": f"{self.url}/{name}",
        }  # fmt: skip
        told = {"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "openid profile"}
        return JSONResponse(told | {"id_token": jwt.encode({"alg": "RS256", "kid": "test"}, claims, self._key)})

    async def _jwks(self, request: Any) -> Any:
        from starlette.responses import Response

        keys = {"keys": [self._key.as_dict(private=False)]}
        return Response(json.dumps(keys), media_type="application/json")
