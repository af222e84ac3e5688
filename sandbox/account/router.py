"""From a method and a path to an endpoint, segment by segment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sandbox.account.envelope import NOT_ROUTED, WRONG_METHOD
from sandbox.account.paging import Paging, whole
from sandbox.account.request import Call

Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API."""

    method: str
    path: str
    """Template, as in the OpenAPI description; `{key...}` takes the rest of the path."""
    handler: Handler
    paging: Paging = whole


@dataclass
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    rest: bool = False
    endpoints: dict[str, tuple[Endpoint, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._root = _Node()
        for endpoint in endpoints:
            self._add(endpoint)

    def _add(self, endpoint: Endpoint) -> None:
        node, names = self._root, []
        for segment in endpoint.path.strip("/").split("/"):
            if not segment.startswith("{"):
                node = node.children.setdefault(segment, _Node())
                continue
            names.append(segment.strip("{}.").removesuffix("..."))
            if node.parameter is None:
                node.parameter = _Node(rest=segment.endswith("...}"))
            node = node.parameter
        if endpoint.method in node.endpoints:
            raise ValueError(f"two endpoints for {endpoint.method} {endpoint.path}")
        node.endpoints[endpoint.method] = (endpoint, tuple(names))

    def find(self, method: str, raw_path: str) -> tuple[Endpoint, dict[str, str]]:
        """`raw_path` is still escaped: a key may hold `%2F`. Raises ApiError 7003 (no such path) or 7001 (no such method)."""
        node, values = self._root, []
        segments = raw_path.strip("/").split("/")
        for position, segment in enumerate(segments):
            if segment in node.children:
                node = node.children[segment]
            elif node.parameter is not None and segment:
                node = node.parameter
                if node.rest:
                    values.append(unquote("/".join(segments[position:])))
                    break
                values.append(unquote(segment))
            else:
                raise NOT_ROUTED.error(path=raw_path)
        if not node.endpoints:
            raise NOT_ROUTED.error(path=raw_path)
        if method not in node.endpoints:
            raise WRONG_METHOD.error(method=method)
        endpoint, names = node.endpoints[method]
        return endpoint, dict(zip(names, values, strict=True))
