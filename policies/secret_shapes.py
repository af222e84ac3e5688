"""How a secret gives itself away: by the shape of its value, or by the name it is kept under.

Only shapes that are issued with a fixed prefix or structure count by themselves; a long hexadecimal number may as well be
an account id, so it counts only under a name that speaks of keys.
"""

import re

KNOWN_SHAPES = {
    "API key": r"(?<![A-Za-z0-9])(?:sk|rk|pk)[-_](?:live|test|ant|proj)[-_][A-Za-z0-9_-]{8,}",
    "GitHub token": r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})",
    "GitLab token": r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}",
    "Slack token": r"(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10,}",
    "AWS access key": r"(?<![A-Za-z0-9])A(?:K|S)IA[A-Z0-9]{16}(?![A-Za-z0-9])",
    "Google API key": r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}",
    "signed JSON Web Token": r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
    "private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s]*-----END [A-Z ]{0,40}PRIVATE KEY-----)?",
    "password in a URL": r"(?<=://)[^/\s:@]{1,200}:[^/\s:@]{1,200}(?=@)",
}
"""What it is → a pattern of it."""

_ANY_SHAPE = re.compile("|".join(KNOWN_SHAPES.values()))
_SHAPES = {kind: re.compile(pattern) for kind, pattern in KNOWN_SHAPES.items()}

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|SECRETS|TOKEN|TOKENS|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|CREDENTIALS|APIKEY"
    r"|(?:ACCESS|ADMIN|API|AUTH|ENCRYPTION|MASTER|PRIVATE|ROLE|SECRET|SERVICE|SIGNING)_KEYS?)$"
)
_SPEAKS_OF_KEYS = re.compile(r"(?:^|_)(?:AUTH|HMAC|KEY|KEYS|SALT|SECRET|SIGNATURE|SIGNING|TOKEN)(?:_|$)")
_LONG_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,}")
_LOWER_THEN_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENVIRONMENT_SUFFIX = re.compile(r"_(?:PROD|PRODUCTION|STAGING|STAGE|DEV|DEVELOPMENT|TEST|OLD|NEW|V?\d{1,3})$")
_NEVER_SECRET = re.compile(r"(?:true|false|on|off|yes|no|null|none|\d{0,6})", re.IGNORECASE)


def shape_of(value: str) -> str | None:
    """What kind of secret the text holds somewhere, None if it has no known shape."""
    if not _ANY_SHAPE.search(value):
        return None
    return next(kind for kind, pattern in _SHAPES.items() if pattern.search(value))


def secret_kept_as(name: str, value: str) -> str | None:
    """Why a text under this name is taken for a secret (a phrase without the value), None if it is not."""
    shape = shape_of(value)
    if shape:
        return f"has the shape of a secret ({shape})"
    if _NEVER_SECRET.fullmatch(value):
        return None
    words = _words(name)
    if _SECRET_NAME.search(words):
        return "has the name of a secret"
    if _SPEAKS_OF_KEYS.search(words) and _LONG_HEXADECIMAL.fullmatch(value) and len(set(value.lower())) >= 8:
        return "has the name of a key and a long random value"
    return None


def without_secrets(text: str) -> str:
    """The text with everything hidden that has the shape of a secret: names can hold one, too (T28)."""
    return _ANY_SHAPE.sub("[hidden]", text)


def _words(name: str) -> str:
    """`stripeApiKey`, `stripe-api-key`, `STRIPE_API_KEY_PROD` → `STRIPE_API_KEY`."""
    words = re.sub(r"[^A-Z0-9]+", "_", _LOWER_THEN_UPPER.sub("_", name).upper()).strip("_")
    return _ENVIRONMENT_SUFFIX.sub("", words)
