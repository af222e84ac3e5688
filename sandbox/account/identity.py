"""Who asks, and which accounts there are: user, accounts, memberships."""

import re
import secrets
from collections.abc import Mapping

from sandbox.account.envelope import ApiError, Failure, Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store

IDENTIFIER = re.compile(r"[0-9a-f]{32}")
USER_EMAIL = "user@sandbox.invalid"

MISSING_TOKEN = Failure(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
MALFORMED_TOKEN = Failure(400, 6003, "Invalid request headers: Authorization must be `Bearer <token>`")
WRONG_TOKEN = Failure(403, 10000, "Authentication error")
INVALID_TOKEN = Failure(401, 1000, "Invalid API Token")
"""What `…/tokens/verify` says instead of WRONG_TOKEN."""

USER = "user"
ACCOUNT = "account"
INSTALLATION = ""
"""Scope of what belongs to no account."""


def bearer(header: str | None) -> str:
    """The token in an Authorization header. Raises ApiError unless it is `Bearer <token>`."""
    if not header:
        raise MISSING_TOKEN.error()
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise MALFORMED_TOKEN.error()
    return given.strip()


def refused(path: str) -> ApiError:
    """What a token that nobody knows is told."""
    return (INVALID_TOKEN if path.endswith("/tokens/verify") else WRONG_TOKEN).error()


def establish(store: Store, accounts: Mapping[str, str], now: str) -> None:
    """Adds what is not there yet: the user, and `accounts` by id and name."""
    for identifier, name in accounts.items():
        if not IDENTIFIER.fullmatch(identifier):
            raise ValueError(f"account id {identifier!r} is not 32 hexadecimal digits, as Cloudflare's ids are")
        known = store.get(ACCOUNT, INSTALLATION, identifier) or {
            "id": identifier,
            "type": "standard",
            "created_on": now,
        }
        settings = {"enforce_twofactor": False}
        store.put(ACCOUNT, INSTALLATION, identifier, {**known, "name": name, "settings": settings})
    if not store.all(USER, INSTALLATION):
        user = {"id": secrets.token_hex(16), "token_id": secrets.token_hex(16)}
        store.put(USER, INSTALLATION, user["id"], user)


def account_exists(store: Store, identifier: str) -> bool:
    return store.get(ACCOUNT, INSTALLATION, identifier) is not None


def account_name(store: Store, identifier: str) -> str:
    account = store.get(ACCOUNT, INSTALLATION, identifier)
    return account["name"] if account else ""


def user_id(store: Store) -> str:
    return str(store.all(USER, INSTALLATION)[0]["id"])


def token_id(store: Store) -> str:
    """Of the token that the account starts with."""
    return str(store.all(USER, INSTALLATION)[0]["token_id"])


def get_user(call: Call) -> Json:
    return {
        "id": user_id(call.store),
        "email": USER_EMAIL,
        "first_name": None,
        "last_name": None,
        "telephone": None,
        "country": None,
        "zipcode": None,
        "suspended": False,
        "two_factor_authentication_enabled": False,
        "two_factor_authentication_locked": False,
        "betas": [],
        "organizations": [],
    }


def list_accounts(call: Call) -> list[Json]:
    wanted = call.query.get("name")
    return [a for a in call.store.all(ACCOUNT, INSTALLATION) if wanted in (None, a["name"])]


def get_account(call: Call) -> Json:
    account = call.store.get(ACCOUNT, INSTALLATION, call.account)
    assert account is not None  # the server has checked the account of the path
    return account


def list_memberships(call: Call) -> list[Json]:
    """One membership an account; its id is the account's, there being one user."""
    return [
        {
            "id": account["id"],
            "account": account,
            "status": "accepted",
            "roles": ["Super Administrator - All Privileges"],
            "permissions": {},
        }
        for account in call.store.all(ACCOUNT, INSTALLATION)
    ]


ENDPOINTS = (
    Endpoint("GET", "/user", get_user),
    Endpoint("GET", "/memberships", list_memberships, Numbered()),
    Endpoint("GET", "/accounts", list_accounts, Numbered()),
    Endpoint("GET", "/accounts/{account_id}", get_account),
)
