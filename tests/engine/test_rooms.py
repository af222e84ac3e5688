"""The core of the engine can be read alone: docs/decisions/engine-size.md."""

import ast
import io
import tokenize
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "sandbox" / "engine"
CORE = [*(ENGINE / "deploy").glob("*.py"), *(ENGINE / "resource" / f"{name}.py" for name in ("urns", "goal", "state"))]
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines_of_code(source):
    """Lines with code on them: no blank ones, no comments, no docstrings."""
    texts = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr))
    said = {line for text in texts if isinstance(text.value, ast.Constant) for line in _lines(text)}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    written = {line for token in tokens if token.type not in LAYOUT for line in range(token.start[0], token.end[0] + 1)}
    return len(written - said)


def _lines(node):
    return range(node.lineno, node.end_lineno + 1)


def test_the_core_stays_under_2500_lines():
    assert lines_of_code('"""Said."""\n\n# said\nx = (\n    1\n)\n') == 3
    assert sum(lines_of_code(path.read_text()) for path in CORE) < 2_500
