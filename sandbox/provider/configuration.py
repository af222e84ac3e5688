"""The provider's own configuration: which keys there are, what each may be, and which are secret."""

import re
from collections.abc import Iterator

from sandbox.provider.conversion import converted
from sandbox.provider.schema import Kind, Values, optional, snake_case
from sandbox.provider.values import UNKNOWN

KEYS = {
    "apiKey": optional(Kind.TEXT, secret=True),
    "apiToken": optional(Kind.TEXT, secret=True),
    "apiUserServiceKey": optional(Kind.TEXT, secret=True),
    "baseUrl": optional(Kind.TEXT),
    "email": optional(Kind.TEXT),
    "userAgentOperatorSuffix": optional(Kind.TEXT),
}
FOR_THE_ENGINE = {"version", "pluginDownloadURL"}
FORMS = {
    "apiKey": (re.compile(r"[0-9A-Za-z_-]{37,60}"), "API key must be 37 to 60 characters of 0-9, a-z, A-Z, - and _"),
    "apiToken": (
        re.compile(r"[0-9A-Za-z_-]{40,80}"),
        "API tokens must be 40 to 80 characters of 0-9, a-z, A-Z, - and _",
    ),
}
NEEDS = {"apiKey": "email"}


def failures(inputs: Values) -> Iterator[str]:
    """What is wrong with a configuration. No value is named: most are credentials."""
    for key in sorted({*inputs} - {*KEYS} - FOR_THE_ENGINE):
        yield f"`cloudflare:{key}` is not a valid configuration key for the cloudflare provider. Take it out."
    given = {key: value for key, value in converted(KEYS, inputs).items() if value is not UNKNOWN}
    for key, (form, rule) in FORMS.items():
        if key in given and not form.fullmatch(given[key]):
            yield f"Invalid Attribute Value. Attribute {snake_case(key)}: {rule}. Look at `pulumi config get cloudflare:{key}`."
    for key, other in NEEDS.items():
        if key in given and other not in inputs:
            yield (
                f'Invalid Attribute Combination. Attribute "{other}" must be specified when "{snake_case(key)}" is. '
                f"Look at `pulumi config get cloudflare:{other}`."
            )
