"""Enters the provider's package without running all of it (docs/decisions/importing-the-provider.md)."""

import builtins
import importlib.util
import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

NESTED = ("_inputs", "outputs")
"""The modules with the nested types of all resources: 6,000 classes, of which a program needs some hundred."""


def enter(package: str, resources: Iterable[str]) -> None:
    """Put the package into `sys.modules` without its `__init__`, and of the nested types those of these resources only.

    Nothing happens if the package has been imported already. Somebody who asks it for a name that is not there yet gets the whole
    package: then its `__init__` runs, with all nested types.
    """
    if package in sys.modules:
        return
    entered, run = _module(package)

    def complete(attribute: str) -> Any:
        if attribute in {"_utilities", *NESTED}:  # the modules' own `from . import …`: the import system finds those
            raise AttributeError(attribute)
        del entered.__getattr__
        for name in NESTED:
            del sys.modules[f"{package}.{name}"]
            delattr(entered, name)  # or `from . import outputs` takes that one instead of importing
        run(entered)
        return getattr(entered, attribute)

    entered.__getattr__ = complete  # type: ignore[method-assign]
    sys.modules[package] = entered
    prefixes = tuple(resources)
    for name in NESTED:
        setattr(entered, name, _nested_types(f"{package}.{name}", prefixes))


def _nested_types(name: str, prefixes: tuple[str, ...]) -> ModuleType:
    """Run the module's own code, in which a class that has none of the prefixes is an empty one.

    Python asks a module's `__builtins__` for the function behind the `class` statement. Creating classes is what the import
    spends its time on; a nested type has the name of its resource in front.
    """
    module, run = _module(name)
    sys.modules[name] = module
    untouched: dict[str, Any] = {"__init__": object.__init__, "__eq__": object.__eq__}

    def build_class(body: FunctionType, class_name: str, *bases: Any, **keywords: Any) -> type:
        if class_name.startswith(prefixes):
            built: type = builtins.__build_class__(body, class_name, *bases, **keywords)
            return built
        return type(class_name, (), dict(untouched))

    namespace = vars(module)
    namespace["__builtins__"] = {**vars(builtins), "__build_class__": build_class}
    run(module)
    namespace["__builtins__"] = builtins
    return module


def _module(name: str) -> tuple[ModuleType, Callable[[ModuleType], None]]:
    """The module, not yet run, and what runs it."""
    specification = importlib.util.find_spec(name)
    if specification is None or specification.loader is None:
        raise ModuleNotFoundError(
            f"No module named {name!r}: run `uv sync` to install the Cloudflare provider", name=name
        )
    return importlib.util.module_from_spec(specification), specification.loader.exec_module
