"""Django's templates, drawn with less work for each node. The language and what is drawn stay Django's own.

A template is prepared once when it is loaded: what Django finds out anew for each value (which filters want the time
zone, whether a name is an attribute or a key, where a part lives, what an address is) is found out then. Nodes and
expressions not known here stay as they are. With DEBUG nothing is prepared, so that an error page can name its line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import ForNode, IfNode, URLNode
from django.template.loader_tags import IncludeNode, construct_relative_path
from django.template.loaders import cached
from django.template.smartif import TokenBase
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.safestring import SafeString

from clinic.lib.lean_expressions import LeanExpression

Part = str | Callable[[Any], str]


class Loader(cached.Loader):
    """What is loaded is kept, as Django keeps it, and prepared before it is drawn for the first time."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        found = super().get_template(template_name, skip)
        if not (self.engine.debug or self.engine.string_if_invalid or isinstance(found.nodelist, LeanNodeList)):
            prepare(found.nodelist)
            found.source = ""  # of a fault, Django quotes it with DEBUG only
        return found


class LeanNodeList(NodeList):
    """``parts``: texts as they are, and what draws each of the other nodes."""

    parts: tuple[Part, ...]
    by_type: dict[type[Node], list[Node]]

    def render(self, context: Any) -> SafeString:
        return SafeString("".join([part if type(part) is str else part(context) for part in self.parts]))  # type: ignore[operator]

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        """Asked of the base of all pages each time it is drawn."""
        if nodetype not in self.by_type:
            self.by_type[nodetype] = super().get_nodes_by_type(nodetype)
        return [*self.by_type[nodetype]]


class LeanVariable(VariableNode):
    def render(self, context: Any) -> str:
        try:
            value = self.filter_expression.resolve(context)
        except UnicodeDecodeError:
            return ""
        kind = type(value)
        if context.autoescape:
            if kind is str:
                return escape(value)
            if kind is SafeString:
                return value  # type: ignore[no-any-return]
            if kind is int and not settings.USE_THOUSAND_SEPARATOR:
                return str(value)
        return render_value_in_context(value, context)


class LeanIf(IfNode):
    def render(self, context: Any) -> str:
        for condition, nodes in self.conditions_nodelists:
            try:
                is_so = condition is None or condition.eval(context)
            except VariableDoesNotExist:
                continue
            if is_so:
                return nodes.render(context)
        return ""


class LeanFor(ForNode):
    sequence: Any
    nodelist_loop: Any
    nodelist_empty: Any

    def render(self, context: Any) -> str:
        loop: dict[str, Any] = {"parentloop": context.get("forloop", {})}
        scope: dict[str, Any] = {}
        dicts = context.dicts
        dicts.append(scope)
        try:
            values = self.sequence.resolve(context, ignore_failures=True)
            if values is None:
                values = []
            elif not hasattr(values, "__len__"):
                values = list(values)
            size = len(values)
            if size < 1:
                return self.nodelist_empty.render(context)  # type: ignore[no-any-return]
            scope["forloop"] = loop
            names, parts, drawn = self.loopvars, self.nodelist_loop.parts, []
            for place, item in enumerate(reversed(values) if self.is_reversed else values):
                loop["counter0"], loop["counter"] = place, place + 1
                loop["revcounter"], loop["revcounter0"] = size - place, size - place - 1
                loop["first"], loop["last"] = place == 0, place == size - 1
                if len(names) == 1:
                    scope[names[0]] = item
                    drawn += [part if type(part) is str else part(context) for part in parts]
                else:
                    dicts.append(self._unpacked(item))
                    drawn += [part if type(part) is str else part(context) for part in parts]
                    dicts.pop()
            return SafeString("".join(drawn))
        finally:
            dicts.pop()

    def _unpacked(self, item: Any) -> dict[str, Any]:
        size = len(item) if hasattr(item, "__len__") else 1
        if size != len(self.loopvars):
            raise ValueError(f"Need {len(self.loopvars)} values to unpack in for loop; got {size}. ")
        return dict(zip(self.loopvars, item, strict=True))


class LeanInclude(IncludeNode):
    """Of a part that is named in the template itself."""

    found: Any = None
    origin: Any

    def render(self, context: Any) -> SafeString:
        part = self.found
        if part is None:
            name = construct_relative_path(self.origin.template_name, self.template.var)
            part = self.found = context.template.engine.get_template(name)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.isolated_context:
            return part.render(context.new(values))  # type: ignore[no-any-return]
        held, dicts = context.render_context, context.dicts
        before, held.template = held.template, part
        dicts.append(values)
        held.dicts.append({})
        try:
            return part._render(context)  # type: ignore[no-any-return]
        finally:
            held.dicts.pop()
            dicts.pop()
            held.template = before


class LeanAddress(URLNode):
    def render(self, context: Any) -> str:
        if self.asvar or self.kwargs:
            return super().render(context)
        arguments = tuple(argument.resolve(context) for argument in self.args)
        if not all(type(one) in PLAIN for one in arguments):
            return super().render(context)
        request = getattr(context, "request", None)
        app = getattr(request, "current_app", None) or getattr(
            getattr(request, "resolver_match", None), "namespace", None
        )
        typed = tuple((type(one), one) for one in arguments)
        found = _address(self.view_name.resolve(context), typed, app, get_urlconf(), get_script_prefix())
        return escape(found) if context.autoescape else found


PLAIN = (int, str, SafeString)


@lru_cache(maxsize=2000)
def _address(
    name: str, arguments: tuple[tuple[type, Hashable], ...], app: str | None, urlconf: Any, prefix: str
) -> str:
    """``urlconf`` and ``prefix`` are what ``reverse`` looks at besides."""
    return reverse(name, args=[one for _, one in arguments], current_app=app)


LEAN: dict[Any, Any] = {
    VariableNode: LeanVariable, IfNode: LeanIf, ForNode: LeanFor, URLNode: LeanAddress,
}  # fmt: skip


def prepare(nodes: NodeList) -> None:
    """All that can be reached from here; each once."""
    _replaced(nodes, set())


def _replaced(value: Any, seen: set[int]) -> Any:
    """The same value, prepared; an expression is replaced by another."""
    if type(value) is FilterExpression:
        return LeanExpression(value)
    if not isinstance(value, Node | NodeList | TokenBase | list | tuple | dict) or id(value) in seen:
        return value
    if isinstance(value, tuple):
        return tuple(_replaced(one, seen) for one in value) if type(value) is tuple else value
    seen.add(id(value))
    if isinstance(value, dict):
        value.update({name: _replaced(one, seen) for name, one in value.items()})
    elif isinstance(value, list):
        value[:] = [_replaced(one, seen) for one in value]
        if isinstance(value, NodeList):
            _lean_list(value)
    else:
        vars(value).pop("token", None)  # what the parser read: as above
        for name, one in vars(value).items():
            setattr(value, name, _replaced(one, seen))
        if lean := LEAN.get(type(value)):
            value.__class__ = lean
        elif type(value) is IncludeNode and isinstance(value.template.var, str) and not value.template.filters:
            value.__class__ = LeanInclude
    return value


def _lean_list(nodes: Any) -> None:
    nodes.__class__ = LeanNodeList
    nodes.parts = tuple("" + node.s if type(node) is TextNode else node.render for node in nodes)  # "": no SafeString
    nodes.by_type = {}
