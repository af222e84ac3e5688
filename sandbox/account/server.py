"""The API over HTTP: one ASGI endpoint that authenticates, routes, opens a transaction, answers, and keeps the journal."""

import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.account import envelope, identity, signed, tokens, zones
from sandbox.account.endpoints import ENDPOINTS
from sandbox.account.envelope import INTERNAL, NOT_ROUTED, TOO_LARGE, ApiError, Json, Raw
from sandbox.account.private import Vault
from sandbox.account.request import Call, timestamp
from sandbox.account.router import Endpoint, Router
from sandbox.account.storage import Storage, Store

PREFIX = "/client/v4"
LARGEST_BODY = 100 * 1024 * 1024
"""Bytes; the largest request that Cloudflare takes on its smaller plans."""
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

log = logging.getLogger(__name__)


def create_application(database: Path, token: str, accounts: Mapping[str, str]) -> Starlette:
    """The account kept in `database`, for whoever shows `token`, or a token made with it. `accounts`: id -> name, added to those already there.

    The files of D1 databases and the key of the secrets lie beside `database`.
    Raises IncompatibleDatabase, and ValueError for an account id that Cloudflare could not have given out.
    """
    storage = Storage(database)
    with storage.transaction() as store:
        identity.establish(store, accounts, timestamp())
    api = _Api(
        storage=storage,
        router=Router(ENDPOINTS),
        signed=Router(signed.ENDPOINTS),
        token=token,
        vault=Vault(database.with_suffix(".key")),
        files=database.with_suffix(".d1"),
    )

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        yield
        storage.close()

    return Starlette(routes=[Route("/{path:path}", api.answer, methods=METHODS)], lifespan=lifespan)


@dataclass(frozen=True)
class _Api:
    storage: Storage
    router: Router
    signed: Router
    """Paths that are secrets themselves, and need no token."""
    token: str
    vault: Vault
    files: Path

    async def answer(self, request: Request) -> Response:
        # Handlers run in the event loop: it is the only writer of this process, and SQLite answers within a millisecond.
        body = await request.body()
        path = request.scope["raw_path"].decode("ascii").partition("?")[0]
        endpoint: Endpoint | None = None
        try:
            token = self._caller(request, path)
            endpoint, parameters = self._route(request, path, body)
            with self.storage.transaction() as store:
                call = self._call(request, path, parameters, body, store, token)
                if token is not None:
                    tokens.admit(store, token, endpoint, parameters)
                response = _perform(endpoint, call)
                self._record(store, request, path, response.status_code, None, known=True)
        except ApiError as error:
            return self._refuse(error, request, path, known=endpoint is not None)
        except Exception:
            log.exception("%s %s", request.method, path)
            return self._refuse(INTERNAL.error(), request, path, known=endpoint is not None)
        return response

    def _caller(self, request: Request, path: str) -> Json | None:
        """The token of whoever asks; None: the account's own, or a path that needs none. Raises ApiError."""
        if path.startswith(f"{signed.PREFIX}/"):
            return None
        value = identity.bearer(request.headers.get("authorization"))
        if secrets.compare_digest(value.encode(), self.token.encode()):
            return None
        with self.storage.transaction() as store:
            token = tokens.find(store, value)
        if token is None:
            raise identity.refused(path)
        return token

    def _route(self, request: Request, path: str, body: bytes) -> tuple[Endpoint, dict[str, str]]:
        if path.startswith(f"{signed.PREFIX}/"):
            return self.signed.find(request.method, path)
        if not path.startswith(f"{PREFIX}/"):
            raise NOT_ROUTED.error(path=path)
        if len(body) > LARGEST_BODY:
            raise TOO_LARGE.error(limit=LARGEST_BODY)
        return self.router.find(request.method, path.removeprefix(PREFIX))

    def _call(
        self,
        request: Request,
        path: str,
        parameters: Mapping[str, str],
        body: bytes,
        store: Store,
        token: Json | None,
    ) -> Call:
        call = Call(
            method=request.method,
            path=path,
            parameters=parameters,
            query=request.query_params,
            headers=request.headers,
            body=body,
            store=store,
            vault=self.vault,
            files=self.files,
            now=timestamp(),
            token=token,
        )
        _check_owner(call)
        return call

    def _refuse(self, error: ApiError, request: Request, path: str, *, known: bool) -> Response:
        with self.storage.transaction() as store:
            self._record(store, request, path, error.status, error.code, known=known)
        # Cloudflare's clients repeat a 409 or a 5xx up to ten times, for minutes; here it will not get better.
        headers = {"x-should-retry": "false"} if error.status == 409 or error.status >= 500 else {}
        return Response(envelope.failure(error), error.status, headers, "application/json")

    @staticmethod
    def _record(store: Store, request: Request, path: str, status: int, code: int | None, *, known: bool) -> None:
        query = request.url.query
        path = f"{signed.PREFIX}/…" if path.startswith(f"{signed.PREFIX}/") else path
        store.record(
            time=timestamp(), method=request.method, path=path, query=query, status=status, code=code, known=known
        )


def _check_owner(call: Call) -> None:
    """The account or the zone of the path exists, and its id is spelled as ids are."""
    account, zone = call.parameters.get("account_id"), call.parameters.get("zone_id")
    for identifier in filter(None, (account, zone)):
        if not identity.IDENTIFIER.fullmatch(identifier):
            raise NOT_ROUTED.error(path=call.path.removeprefix(PREFIX))
    if account is not None and not identity.account_exists(call.store, account):
        raise identity.WRONG_TOKEN.error()
    if zone is not None and not zones.exists(call.store, zone):
        raise zones.UNKNOWN_ZONE.error()


def _perform(endpoint: Endpoint, call: Call) -> Response:
    answer = endpoint.paging(endpoint.handler(call), call.query)
    if isinstance(answer, Raw):
        return Response(answer.content, 200, dict(answer.headers), answer.media_type)
    return Response(envelope.success(answer, call.messages), 200, media_type="application/json")
