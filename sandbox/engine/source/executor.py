"""Runs a Pulumi program in a process of its own: `python -m sandbox.engine.source.executor …`, with the program's interpreter.

It does what Pulumi's language plugin does for Python, so that a program cannot tell the difference: settings and configuration
first, then `__main__.py` as the main module inside of a stack resource, then a wait until the engine is done. It is run as a
file by an interpreter that need not have this package, so it imports nothing of it.
"""

import sys

if __name__ == "__main__":
    # Python puts this file's folder on the path, where modules of the engine would hide the program's own (`host`, `program`).
    del sys.path[0]

import argparse
import asyncio
import logging
import os
import runpy
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

EXIT_FAILED = 1
EXIT_TOLD = 32
"""The program failed and the user has been told why."""
THREADS_PER_OPERATION = 4
WATCH_SECONDS = 0.5


def main() -> int:
    arguments = _arguments()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        import pulumi  # noqa: PLC0415 - an interpreter without it needs a message, not a traceback
        import pulumi.runtime  # noqa: PLC0415
    except ImportError:
        traceback.print_exc()
        print(
            f"The Pulumi SDK is not installed for {sys.executable}, which runs the program. "
            "Install the package `pulumi` there, or name another `virtualenv` in Pulumi.yaml.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    _configure(arguments)
    # The SDK writes several debug messages per resource, and waits each time until the engine has thrown it away.
    pulumi.log.debug = lambda *_arguments, **_options: None
    sys.argv = [arguments.program]
    os.chdir(arguments.pwd)
    # Outputs that nobody awaited are ordinary when a program fails halfway; asyncio would report each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return _run_to_its_end(arguments.program, max(arguments.parallel, 1) * THREADS_PER_OPERATION)


def _configure(arguments: argparse.Namespace) -> None:
    import pulumi.runtime  # noqa: PLC0415

    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=arguments.monitor,
            engine=arguments.engine,
            project=arguments.project,
            stack=arguments.stack,
            parallel=arguments.parallel,
            dry_run=arguments.dry_run == "true",
            organization=arguments.organization,
            root_directory=arguments.root_directory,
        )
    )


def _run_to_its_end(program: str, threads: int) -> int:
    """Runs it as the main module inside of a stack resource; the exit status."""
    import pulumi  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(threads) as executor:
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run(program)))
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            return EXIT_FAILED
        except Exception as error:  # noqa: BLE001 - whatever the program raises is told with its traceback
            pulumi.log.error(f"Program failed with an unhandled exception:\n{_traceback(error, program)}")
            return EXIT_TOLD
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    loop.close()
    return 0


def _end_with(engine: int) -> None:
    """A program whose engine was killed would wait for its answers for ever."""
    while os.getppid() == engine:
        time.sleep(WATCH_SECONDS)
    os._exit(EXIT_FAILED)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("monitor", "engine", "project", "stack", "organization", "root_directory", "pwd", "dry_run"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("program", help="folder or file, from --pwd")
    return parser.parse_args()


def _run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _traceback(error: Exception, program: str) -> str:
    """From the program's first line on: what comes before is the SDK's and this module's."""
    main_file = os.path.join(program, "__main__.py") if os.path.isdir(program) else program  # noqa: PTH112, PTH118
    frames = traceback.extract_tb(error.__traceback__)
    for place, frame in enumerate(frames):
        if os.path.abspath(frame.filename) == os.path.abspath(main_file):  # noqa: PTH100 - of the process's folder
            return "".join(traceback.format_exception(error, limit=place - len(frames)))
    return "".join(traceback.format_exception(error))


if __name__ == "__main__":
    sys.exit(main())
