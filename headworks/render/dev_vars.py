"""`.dev.vars.example`: which secrets `wrangler dev` needs. Names only."""

from headworks.outputs.workers import CompanionOutput


def dev_vars(deployed: CompanionOutput) -> str:
    names = sorted(deployed.secrets.required)
    if not names:
        return "# Written by `headworks render`: this Worker needs no secrets.\n"
    lines = (
        "# Written by `headworks render`: the secrets of this Worker. Copy it to .dev.vars, which is never committed, and fill it in.",
        *(f'{name}=""' for name in names),
    )
    return "\n".join(lines) + "\n"
