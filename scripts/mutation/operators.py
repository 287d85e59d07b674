"""Mutation operators that Cosmic Ray lacks: they imitate a forgotten guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Function, Name, PythonNode, ReturnStmt
from parso.tree import NodeOrLeaf, search_ancestor

Position = tuple[tuple[int, int], tuple[int, int]]


def _is_call(node: NodeOrLeaf) -> bool:
    """Return True for ``f(…)`` and ``a.b(…)`` as statements of their own."""
    if node.type not in {"atom_expr", "power"}:
        return False
    last = node.children[-1]
    return bool(last.type == "trailer" and last.children[0].value == "(")


class RemoveStatement(Operator):
    """Replace a call or a ``raise`` inside a function by ``pass``."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if self._is_removable(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        return Name("pass", node.start_pos, prefix=node.get_first_leaf().prefix)

    @staticmethod
    def _is_removable(node: Any) -> bool:
        alone = isinstance(node.parent, PythonNode) and node.parent.type == "simple_stmt"
        inside = search_ancestor(node, "funcdef") is not None
        return alone and inside and (node.type == "raise_stmt" or _is_call(node))

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (
            Example("def f():\n    check(user)\n", "def f():\n    pass\n"),
            Example("def f():\n    raise Http404\n", "def f():\n    pass\n"),
        )


class ReturnConstant(Operator):
    """Make a function annotated ``-> bool`` return True, then False, whatever its result would have been."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if isinstance(node, ReturnStmt) and self._in_predicate(node):
            yield node.start_pos, node.end_pos
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        return Name(f"return {index == 0}", node.start_pos, prefix=node.get_first_leaf().prefix)

    @staticmethod
    def _in_predicate(node: Any) -> bool:
        function = search_ancestor(node, "funcdef")
        if not isinstance(function, Function) or function.annotation is None:
            return False
        said = node.get_code(include_prefix=False).removeprefix("return ").strip()
        return function.annotation.get_code().strip() == "bool" and said not in {"True", "False"}

    @classmethod
    def examples(cls) -> Sequence[Example]:
        text = "def f() -> bool:\n    return a > b\n"
        return (
            Example(text, "def f() -> bool:\n    return True\n", occurrence=0),
            Example(text, "def f() -> bool:\n    return False\n", occurrence=1),
        )


class Provider:
    """What ``cosmic_ray.plugins`` requires of a provider."""

    operators = {operator.__name__: operator for operator in (RemoveStatement, ReturnConstant)}

    def __iter__(self) -> Iterator[str]:
        return iter(self.operators)

    def __getitem__(self, name: str) -> type[Operator]:
        return self.operators[name]
