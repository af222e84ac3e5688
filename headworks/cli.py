"""The command line. Every command loads what it needs when it runs, so that `headworks --help` answers at once."""

import sys

import typer

from headworks.commands import (
    adopt,
    attest,
    deployments,
    drift,
    first_steps,
    gate,
    github,
    graph,
    lint_runbook,
    render,
    sandbox,
    secrets,
    token,
)
from headworks.failure import Failure

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Cloudflare Workers systems as Pulumi stacks, with their runbooks as gates that run.\n\n"
    "\b\nStart here:\n  headworks demo\n  headworks preview staging\n\n"
    "Exit codes: 0 done, 1 failed or refused by a policy, 2 a mistake in the command or the files, "
    "3 something is missing (account, tool), 7 --expect-no-changes not met, 8 the account has drifted.",
)
app.add_typer(first_steps.app)
app.add_typer(deployments.app)
app.add_typer(gate.app)
app.add_typer(adopt.app)
app.add_typer(attest.app)
app.add_typer(drift.app)
app.add_typer(graph.app)
app.add_typer(lint_runbook.app)
app.add_typer(render.app)
app.add_typer(github.app, name="github")
app.add_typer(token.app)
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(secrets.app, name="secrets")


def main() -> None:
    """Run the command line; what went wrong is said on standard error, in words, with the exit code that it has."""
    try:
        app()
    except Failure as failure:
        _fail(str(failure), failure.exit_code)
    except Exception as error:  # noqa: BLE001 - what is not explained is raised again
        _fail(*_explain(error))


def _explain(error: Exception) -> tuple[str, int]:
    """Errors of the model and of the network are answers, too; anything else is a bug and keeps its traceback."""
    import httpx

    from headworks.model.problems import SpecificationError
    from sandbox.engine.errors import EngineError

    if isinstance(error, SpecificationError):
        return str(error), 2
    if isinstance(error, EngineError):
        return str(error), 1
    if isinstance(error, httpx.TransportError):
        address = error.request.url.host if error._request else "the account"  # noqa: SLF001 - there may be none, and `.request` raises then
        return f"{address} could not be reached: {error}\nCheck CLOUDFLARE_BASE_URL, or `headworks sandbox status`.", 3
    raise error


def _fail(message: str, exit_code: int) -> None:
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(exit_code)
