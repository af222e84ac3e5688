"""`python -m sandbox.account --directory DIR --port 0 [--account ID=NAME …]`: serves an account until it is told to stop."""

import argparse
import logging
import socket
from pathlib import Path

import uvicorn

from sandbox.account.private import private_text
from sandbox.account.server import PREFIX, create_application
from sandbox.account.tokens import new_value

HOST = "127.0.0.1"
"""Never another: whoever reaches the account can read what is in it."""


class _Server(uvicorn.Server):
    """Prints the address of the API as soon as requests are answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            print(f"http://{HOST}:{sockets[0].getsockname()[1]}{PREFIX}", flush=True)


def main() -> None:
    arguments = _parse()
    directory: Path = arguments.directory
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    token = private_text(directory / "token", new_value)
    application = create_application(directory / "account.sqlite", token, dict(arguments.account))
    listener = socket.create_server((HOST, arguments.port))
    config = uvicorn.Config(application, log_config=None, log_level="warning", access_log=False)
    _Server(config).run(sockets=[listener])


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.account", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="where the account's database and token are kept")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (the default) takes a free one")
    parser.add_argument(
        "--account", type=_account, action="append", default=[], metavar="ID=NAME", help="an account that must exist"
    )
    return parser.parse_args()


def _account(text: str) -> tuple[str, str]:
    identifier, _, name = text.partition("=")
    if not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not ID=NAME")
    return identifier, name


if __name__ == "__main__":
    main()
