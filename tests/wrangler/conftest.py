"""Configurations as people could write them: any options of the model, with any values of their types."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel

from headworks.wrangler import Configuration

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
SIMPLE = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
}


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """What JSON may have where the model has this type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    if origin is Annotated:
        return values(arguments[0])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, types.UnionType}:
        return st.one_of([values(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(TEXTS, values(arguments[1]), max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return objects(annotation)
    return JSON


def objects(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    required = {key: values(field.annotation) for key, field in fields.items() if field.is_required()}
    optional = {
        key: st.deferred(lambda of=field.annotation: values(of)) for key, field in fields.items() if key not in required
    }
    few = st.sets(st.sampled_from(sorted(optional)), max_size=6) if optional else st.just(set())
    return few.flatmap(
        lambda chosen: st.fixed_dictionaries({**required, **{key: optional[key] for key in sorted(chosen)}})
    )


@pytest.fixture(scope="session")
def configurations() -> st.SearchStrategy[dict[str, Any]]:
    return objects(Configuration)
