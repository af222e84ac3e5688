"""From a document to a model, or to findings in the words of people who write YAML."""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from headworks.model.naming import FORMS
from headworks.model.problems import Finding, Path
from headworks.model.specification.written import Written

Model = TypeVar("Model", bound=Written)


def validate(model: type[Model], document: object) -> Model | list[Finding]:
    """The document as this model, or everything that is wrong with it.

    It goes through JSON because strict validation of Python values refuses a list where a tuple is meant.
    """
    try:
        return model.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        return [_finding(model, details) for details in error.errors(include_url=False)]


def expand(annotation: Any, value: object) -> object:
    """The document with every bare text that stands for an object written out, so that objects can be merged."""
    model = _model(annotation)
    if model and isinstance(value, str) and model.shorthand:
        return {model.shorthand: value}
    if isinstance(value, Mapping):
        return {key: expand(_below(annotation, key), item) for key, item in value.items()}
    return value


def unknown_key(key: str, known: Sequence[str]) -> tuple[str, str]:
    """Reason and fix for a key that nobody reads."""
    if near := difflib.get_close_matches(key, known, n=1):
        return f"unknown key {key!r} (did you mean {near[0]!r}?)", f"write {near[0]!r}, or take it out"
    return f"unknown key {key!r}", f"take it out; known here: {', '.join(known) or 'nothing'}"


def known_keys(annotation: Any, path: Path) -> list[str] | None:
    """The keys that the model knows at this path; None where people choose the keys themselves."""
    model = _model(_at(annotation, path))
    return [name for name, _ in _fields(model)] if model else None


def _finding(model: type[Written], details: ErrorDetails) -> Finding:
    path = _written_path(details["loc"])
    reason, fix = _EXPLANATIONS.get(details["type"], _unforeseen)(model, path, details)
    value = details["input"]
    scalar = isinstance(value, str | int | float) and details["type"] not in {"missing", "extra_forbidden"}
    return Finding(path=path, reason=reason, fix=fix, value=value if scalar and not _may_be_secret(path) else None)


def _may_be_secret(path: Path) -> bool:
    """A value that was pasted at the wrong place is not repeated on a screen or in a log."""
    return not _SECRETIVE.isdisjoint(path)


_SECRETIVE = frozenset({"secrets", "vars", "webhook_url"})


def _written_path(location: Path) -> Path:
    """Without the marks in brackets, pydantic's `[key]` at a key of the wrong form and ours at a choice of two forms."""
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith("[")))


# ---- what the errors of pydantic mean


def _unknown_key(model: type[Written], path: Path, _: ErrorDetails) -> tuple[str, str]:
    return unknown_key(str(path[-1]), known_keys(model, path[:-1]) or [])


def _missing(_: type[Written], path: Path, __: ErrorDetails) -> tuple[str, str]:
    return f"{path[-1]!r} is missing", "write it; it has no default"


def _wrong_type(wanted: str) -> Callable[[type[Written], Path, ErrorDetails], tuple[str, str]]:
    def explain(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
        return f"must be {wanted}, not {_kind(details['input'])}", f"write {wanted}"

    return explain


def _wrong_text(_: type[Written], path: Path, details: ErrorDetails) -> tuple[str, str]:
    if "vars" in path:
        return (
            f"a variable must be a text, not {_kind(details['input'])}",
            "put it in quotes: a Worker reads every variable as text",
        )
    return (
        f"must be a text, not {_kind(details['input'])}",
        "write a text, in quotes if it looks like a number or a date",
    )


def _limit(words: str, key: str) -> Callable[[type[Written], Path, ErrorDetails], tuple[str, str]]:
    def explain(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
        bound = details["ctx"][key]
        return f"must be {words} {bound}, the limit of Cloudflare", f"write a value that is {words} {bound}"

    return explain


def _wrong_form(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
    form = FORMS[details["ctx"]["pattern"]]
    return f"must be {form.says}", form.fix


def _not_listed(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
    return f"must be {details['ctx']['expected']}", "write one of these"


def _empty(_: type[Written], __: Path, ___: ErrorDetails) -> tuple[str, str]:
    return "is empty", "write a text"


def _too_long(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
    most = details["ctx"]["max_length"]
    return f"is longer than {most} characters", f"write at most {most} characters"


def _too_few(_: type[Written], __: Path, ___: ErrorDetails) -> tuple[str, str]:
    return "is an empty list", "write one entry at least"


def _too_many(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
    most = details["ctx"]["max_length"]
    return f"has more than {most} entries, the limit of Cloudflare", f"write at most {most}"


def _wrong_choice(forms: str) -> Callable[[type[Written], Path, ErrorDetails], tuple[str, str]]:
    def explain(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
        return f"must be {forms}, not {_kind(details['input'])}", f"write {forms}"

    return explain


def _unforeseen(_: type[Written], __: Path, details: ErrorDetails) -> tuple[str, str]:
    return details["msg"][:1].lower() + details["msg"][1:], "write what schema/headworks.schema.json says"


_EXPLANATIONS: Mapping[str, Callable[[type[Written], Path, ErrorDetails], tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "string_type": _wrong_text,
    "int_type": _wrong_type("a whole number"),
    "int_from_float": _wrong_type("a whole number"),
    "float_type": _wrong_type("a number"),
    "bool_type": _wrong_type("true or false"),
    "dict_type": _wrong_type("a mapping"),
    "tuple_type": _wrong_type("a list"),
    "model_type": _wrong_type("a mapping"),
    "model_attributes_type": _wrong_type("a mapping"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than_equal": _limit("at most", "le"),
    "string_pattern_mismatch": _wrong_form,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "literal_error": _not_listed,
    "too_short": _too_few,
    "too_long": _too_many,
    "cors_type": _wrong_choice("none or a list of rules"),
    "lifecycle_type": _wrong_choice("a list of rules, or {waived: reason}"),
}


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a fraction"),
        (str, "a text"),
        (list, "a list"),
        (dict, "a mapping"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "null")


# ---- the model, walked by the keys of a document


def _model(annotation: Any) -> type[Written] | None:
    return next((part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, Written)), None)


def _below(annotation: Any, key: str | int) -> Any:
    """What the model says about the value at this key; None where it says nothing.

    An index leads into a list, so beside a choice of a model (`lifecycle`) it is the list that counts.
    """
    if not isinstance(key, int) and (model := _model(annotation)):
        return next((field.annotation for name, field in _fields(model) if name == key), None)
    for part in _parts(annotation):
        if get_origin(part) is dict:
            return get_args(part)[1]
        if get_origin(part) is tuple:
            return get_args(part)[0]
    return None


def _at(annotation: Any, path: Path) -> Any:
    for key in path:
        annotation = _below(annotation, key)
    return annotation


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    return ((field.alias or name, field) for name, field in model.model_fields.items())


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of a union, without what `Annotated` adds."""
    if hasattr(annotation, "__metadata__"):
        yield from _parts(annotation.__origin__)
    elif get_origin(annotation) in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _parts(member)
    else:
        yield annotation
