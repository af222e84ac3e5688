"""Parts of a resolved environment as arguments of components: the words are the same, and None means that one is left out."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel


def plain(models: Iterable[BaseModel]) -> list[Any]:
    return [plain_one(model) for model in models]


def plain_one(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_none=True)
