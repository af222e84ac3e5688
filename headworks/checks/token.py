"""Whether the token may do what the stack needs."""

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check
from headworks.token.comparison import compare


def _permits_the_stack(context: Context, _: Arguments) -> Finding:
    found = compare(context.account, context.environment, changes=True)
    if found.missing:
        return Finding.missing(
            f"The token in CLOUDFLARE_API_TOKEN lacks {', '.join(map(str, found.missing))}: a deployment would stop where "
            f"it needs that. Add it; `headworks token {context.environment.stack}` lists what the stack needs, and why."
        )
    return Finding.held("The token permits all that the stack needs.")


CHECKS = (
    account_check(
        "token-permits-the-stack", "the token has each permission that bringing the stack up needs", _permits_the_stack
    ),
)
