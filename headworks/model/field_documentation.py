"""The sentences below the fields of a model, for a JSON Schema.

Read from the source, because pydantic's own reading of them costs every preview 50 ms at import.
"""

import ast
import inspect
import sys
from itertools import pairwise

from pydantic import BaseModel


def field_documentation(model: type[BaseModel]) -> dict[str, str]:
    """The sentence of each field of the model's own that has one, by the key in the document."""
    module = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == model.__name__)
    sentences: dict[str, str] = {}
    for statement, following in pairwise(body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(sentence))),
            ) if name in model.model_fields:
                sentences[model.model_fields[name].alias or name] = inspect.cleandoc(sentence)
    return sentences
