"""The command line. Every command loads what it needs when it runs, so that `headworks --help` answers at once."""

import json as json_format
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from headworks.failure import Failure
from headworks.workspace import open_workspace

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Cloudflare Workers systems as Pulumi stacks, with their runbooks as gates that run.\n\n"
    "\b\nStart here:\n  headworks demo\n  headworks preview staging\n\n"
    "Exit codes: 0 done, 1 failed or refused by a policy, 2 a mistake in the command or the files, "
    "3 something is missing (account, tool), 7 --expect-no-changes not met.",
)
sandbox_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The local Cloudflare account on 127.0.0.1."
)
secrets_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Secrets of a stack's Worker: names and values in the account."
)
app.add_typer(sandbox_app, name="sandbox")
app.add_typer(secrets_app, name="secrets")


def _complete_stack(context: typer.Context, incomplete: str) -> list[str]:
    system = context.params.get("system")
    try:
        stacks = open_workspace(Path(system) if system else None).stacks
    except Failure:
        return []
    return [stack for stack in stacks if stack.startswith(incomplete)]


Stack = Annotated[
    str, typer.Argument(help="Name of the stack, as in Pulumi.<stack>.yaml.", autocompletion=_complete_stack)
]
System = Annotated[
    Path | None,
    typer.Option(
        "--system", metavar="DIR", help="Folder with the system's Pulumi.yaml; the nearest upwards by default."
    ),
]
EngineChoice = Annotated[
    str,
    typer.Option("--engine", metavar="auto|pulumi|embedded", help="auto takes `pulumi` from PATH when there is one."),
]
Json = Annotated[bool, typer.Option("--json", "-j", help="Print JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SkipPreview = Annotated[bool, typer.Option("--skip-preview", "-f", help="Go ahead without a preview first.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the whole difference instead of the tree.")]
SuppressOutputs = Annotated[bool, typer.Option("--suppress-outputs", help="Leave the outputs out.")]
Refresh = Annotated[bool, typer.Option("--refresh", "-r", help="Read the account before anything else.")]
ExpectNoChanges = Annotated[bool, typer.Option("--expect-no-changes", help="Exit 7 if there is anything to change.")]
ContinueOnError = Annotated[
    bool, typer.Option("--continue-on-error", help="Go on with what does not depend on a failure.")
]
IgnoreProtect = Annotated[bool, typer.Option("--ignore-protect", help="Delete or replace what is protected, too.")]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Operations at once.")]
Target = Annotated[
    list[str] | None, typer.Option("--target", "-t", metavar="URN", help="Only this resource; may be repeated.")
]
PolicyPack = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack", metavar="DIR", help="Policy packs to run; the project's own by default. May be repeated."
    ),
]
PolicyPackConfig = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack-config", metavar="FILE", help="JSON configuration, one for each pack, in the same order."
    ),
]


@app.command()
def preview(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    refresh: Refresh = False,
    expect_no_changes: ExpectNoChanges = False,
    parallel: Parallel = 16,
    target: Target = None,
) -> None:
    """Show what `up` would change, and whether the policies let it through.

    \b
    Example:
      headworks preview production
      headworks preview staging --system systems/triggers-api --json
    """
    _deploy("preview", stack, system, engine, policy_pack, policy_pack_config, json=json, diff=diff, suppress_outputs=suppress_outputs, refresh=refresh,
            expect_no_changes=expect_no_changes, parallel=parallel, target=target)  # fmt: skip


@app.command()
def up(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    refresh: Refresh = False,
    expect_no_changes: ExpectNoChanges = False,
    continue_on_error: ContinueOnError = False,
    ignore_protect: IgnoreProtect = False,
    parallel: Parallel = 16,
    target: Target = None,
) -> None:
    """Make the account what the stack declares, after a preview that the policies let through.

    \b
    Example:
      headworks up staging --yes
    """
    _deploy("up", stack, system, engine, policy_pack, policy_pack_config, yes=yes, skip_preview=skip_preview, json=json, diff=diff, suppress_outputs=suppress_outputs,
            refresh=refresh, expect_no_changes=expect_no_changes, continue_on_error=continue_on_error,
            ignore_protect=ignore_protect, parallel=parallel, target=target)  # fmt: skip


@app.command()
def refresh(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    expect_no_changes: ExpectNoChanges = False,
    parallel: Parallel = 16,
    target: Target = None,
) -> None:
    """Read every resource from the account into the stack's state; nothing in the account changes.

    \b
    Example:
      headworks refresh production --yes --expect-no-changes
    """
    _deploy("refresh", stack, system, engine, [], None, yes=yes, skip_preview=skip_preview, json=json, diff=diff, suppress_outputs=suppress_outputs,
            expect_no_changes=expect_no_changes, parallel=parallel, target=target)  # fmt: skip


@app.command()
def destroy(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    continue_on_error: ContinueOnError = False,
    ignore_protect: IgnoreProtect = False,
    parallel: Parallel = 16,
    target: Target = None,
) -> None:
    """Delete what the stack made. What is protected is refused; it asks first.

    \b
    Example:
      headworks destroy staging
    """
    _deploy("destroy", stack, system, engine, [], None, yes=yes, skip_preview=skip_preview, json=json, diff=diff, suppress_outputs=suppress_outputs,
            continue_on_error=continue_on_error, ignore_protect=ignore_protect, parallel=parallel, target=target)  # fmt: skip


def _deploy(
    operation: str,
    stack: str,
    system: Path | None,
    engine: str,
    policy_packs: list[Path] | None,
    policy_pack_configs: list[Path] | None,
    target: list[str] | None,
    **flags: Any,
) -> None:
    from headworks import deploy
    from headworks.account import find_access

    workspace = open_workspace(system)
    deploy.refuse_unknown_stack(workspace, stack)
    packs = [workspace.policy_pack] if policy_packs is None else policy_packs
    request = deploy.Request(
        operation=deploy.Operation(operation),
        workspace=workspace,
        stack=stack,
        access=find_access(workspace),
        policy_packs=tuple(pack.absolute() for pack in packs),
        policy_pack_configs=tuple(config.absolute() for config in policy_pack_configs or ()),
        targets=tuple(target or ()),
        **flags,
    )
    raise typer.Exit(deploy.run(request, _engine(engine)))


@app.command()
def outputs(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    json: Json = False,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Show secret outputs in clear.")] = False,
) -> None:
    """Show the outputs of the last `up`: what the app's repository consumes.

    \b
    Example:
      headworks outputs production --json
    """
    from headworks.deploy import stacks

    raise typer.Exit(
        stacks.show_outputs(open_workspace(system), stack, _engine(engine), as_json=json, show_secrets=show_secrets)
    )


@app.command()
def export(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Decrypt secrets.")] = False,
) -> None:
    """Print the stack's state as a checkpoint that `pulumi stack import` takes.

    \b
    Example:
      headworks export production > production.json
    """
    from headworks.deploy import stacks

    raise typer.Exit(stacks.show_export(open_workspace(system), stack, _engine(engine), show_secrets=show_secrets))


@app.command()
def cancel(stack: Stack, system: System = None, engine: EngineChoice = "auto", yes: Yes = False) -> None:
    """Break the lock of a deployment that is no longer running.

    \b
    Example:
      headworks cancel staging
    """
    from headworks.deploy import stacks

    if not yes:
        typer.confirm(f"Break the lock of {stack}? A deployment that still runs would be disturbed", abort=True)
    raise typer.Exit(stacks.cancel(open_workspace(system), stack, _engine(engine)))


def _engine(name: str) -> Any:
    from headworks.deploy import Engine

    try:
        return Engine(name)
    except ValueError:
        raise Failure(
            f"--engine {name}: there is no such engine.", fix="Take auto, pulumi or embedded.", exit_code=2
        ) from None


@sandbox_app.command("start")
def sandbox_start(
    port: Annotated[
        int | None, typer.Option("--port", help="A fixed port; the last one, or any free one, by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Start the local account, with the accounts and zones that the stacks expect. Safe to repeat.

    \b
    Example:
      headworks sandbox start
    """
    from headworks import sandbox

    server, started = sandbox.start(open_workspace(), port)
    if json:
        return _print_json({"running": True, "started": started, "address": server.address, "pid": server.pid})
    print(f"The local account {'runs now' if started else 'runs already'}: {server.address}")
    print('For other tools: eval "$(headworks sandbox env)"')
    return None


@sandbox_app.command("stop")
def sandbox_stop(json: Json = False) -> None:
    """Stop the local account; its data stays.

    \b
    Example:
      headworks sandbox stop
    """
    from headworks import sandbox

    stopped = sandbox.stop(open_workspace().home)
    if json:
        return _print_json({"running": False, "stopped": stopped})
    print("The local account is stopped; its data is kept." if stopped else "The local account was not running.")
    return None


@sandbox_app.command("status")
def sandbox_status(json: Json = False) -> None:
    """Say whether the local account runs, and where. Exit 3 if it does not.

    \b
    Example:
      headworks sandbox status --json
    """
    from headworks import sandbox

    home = open_workspace().home
    server = sandbox.running(home)
    if json:
        _print_json(
            {"running": server is not None, **({"address": server.address, "pid": server.pid} if server else {})}
        )
    else:
        print(
            f"running: {server.address} (pid {server.pid})"
            if server
            else "not running; `headworks sandbox start` starts it"
        )
        print(f"data:    {sandbox.folder(home)}")
    raise typer.Exit(0 if server else 3)


@sandbox_app.command("reset")
def sandbox_reset(yes: Yes = False) -> None:
    """Delete the local account's data, and the local states that describe it. Asks first.

    \b
    Example:
      headworks sandbox reset --yes
    """
    from headworks import sandbox

    home = open_workspace().home
    if not yes:
        typer.confirm(f"Delete the local account and the local states in {home}?", abort=True)
    sandbox.reset(home)
    print("The local account and its states are gone; `headworks sandbox start` begins anew.")


@sandbox_app.command("env")
def sandbox_env(json: Json = False) -> None:
    """Print what to export so that pulumi, wrangler and the SDKs use the local account.

    \b
    Example:
      eval "$(headworks sandbox env)"
    """
    import shlex

    from headworks import sandbox
    from headworks.account import Access

    server = sandbox.running(open_workspace().home)
    if server is None:
        raise Failure("The local account is not running.", fix="Start it with `headworks sandbox start`.", exit_code=3)
    variables = Access(base_url=server.address, token=server.token, local=True).environment
    if json:
        return _print_json(variables)
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return None


@secrets_app.command("put")
def secrets_put(
    stack: Stack,
    name: Annotated[
        str | None, typer.Argument(help="Name of one secret; its value comes from standard input or a prompt.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from-file", metavar="FILE", help="NAME=value lines, as in .dev.vars.")
    ] = None,
    system: System = None,
) -> None:
    """Set secrets in the account. Values are never arguments, and are kept nowhere else.

    \b
    Example:
      headworks secrets put staging ADMIN_API_KEY < key.txt
      headworks secrets put staging --from-file .dev.vars
    """
    from headworks import secrets
    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.model.files import load_environment

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    environment = load_environment(workspace.system, stack)
    if (name is None) == (from_file is None):
        raise Failure(
            "Name one secret, or a file of them.",
            fix="headworks secrets put STACK NAME, or --from-file FILE.",
            exit_code=2,
        )
    if from_file is not None:
        values = secrets.read_values(from_file)
    else:
        secrets.refuse_undeclared(environment, {str(name): ""})  # before anybody types a value in vain
        values = {str(name): _secret_value(str(name))}
    secrets.put(find_access(workspace), environment, values)
    print(f"Set for {environment.worker.name}: {', '.join(sorted(values))}")


@secrets_app.command("list")
def secrets_list(stack: Stack, system: System = None, json: Json = False) -> None:
    """List the secrets that the stack declares and those that are set, by name. Exit 1 if one is missing.

    \b
    Example:
      headworks secrets list production
    """
    from headworks import secrets
    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.model.files import load_environment

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    standings = secrets.standings(find_access(workspace), load_environment(workspace.system, stack))
    missing = [secret.name for secret in standings if secret.declared and not secret.present]
    if json:
        _print_json([{"name": secret.name, "declared": secret.declared, "set": secret.present} for secret in standings])
    else:
        width = max([len(secret.name) for secret in standings], default=0)
        for secret in standings:
            state = "set" if secret.present else "missing"
            print(f"{secret.name:<{width}}  {state}{'' if secret.declared else '  (not declared: no binding uses it)'}")
    raise typer.Exit(1 if missing else 0)


def _secret_value(name: str) -> str:
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(f"Value of {name}: ")
    value = sys.stdin.read().removesuffix("\n")
    if not value:
        raise Failure(
            f"Standard input holds no value for {name}.", fix=f"headworks secrets put STACK {name} < FILE", exit_code=2
        )
    return value


@app.command()
def doctor(json: Json = False) -> None:
    """Say which tools are here, what each is for, and how to install what is missing. Exit 3 if a needed one is.

    \b
    Example:
      headworks doctor
    """
    from headworks import doctor as examination

    findings = examination.examine()
    if json:
        _print_json([finding.as_json() for finding in findings])
    else:
        examination.show(findings)
    raise typer.Exit(3 if any(finding.needed and not finding.found for finding in findings) else 0)


@app.command()
def demo() -> None:
    """See it all in a minute: a local account, staging and production up, and the gate refusing two mistakes.

    \b
    Example:
      headworks demo
    """
    from headworks import demo as story

    raise typer.Exit(story.play(open_workspace()))


def _print_json(document: Any) -> None:
    print(json_format.dumps(document, indent=2))


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
