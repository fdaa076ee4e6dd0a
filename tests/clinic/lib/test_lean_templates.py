"""What is drawn by prepared templates is what Django draws, to the byte."""

# ruff: noqa: E501  a snippet is one line
from __future__ import annotations

import contextlib
import datetime as dt
import gc
import weakref
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.template import Context, Engine, Node, RequestContext
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from clinic.lib.lean_templates import LeanNodeList

PARTS = {
    "base": "<b>{% block title %}none{% endblock %}</b>{% block main %}m {{ name }}{% block inner %}in{% endblock %}{% endblock %}",
    "child": "{% extends 'base' %}{% block title %}{{ name }} {{ block.super }}{% endblock %}{% block inner %}{{ one.word }}{% endblock %}",
    "grandchild": "{% extends 'child' %}{% block main %}<{{ block.super }}>{% for x in words %}{% include 'row' %}{% endfor %}{% endblock %}",
    "row": "[{{ x }}|{{ more|default:'-' }}|{{ forloop.counter }}]",
    "sets": "{% with inner='set' %}{{ inner }}{% endwith %}{{ inner }}{{ name }}",
    "self": "{{ depth }}{% if depth %}{% with depth=deeper %}{% include 'self' %}{% endwith %}{% endif %}",
}
SNIPPETS = [
    "{{ name }} {{ mark }} {{ safe }} {{ number }} {{ big }} {{ ratio }} {{ price }} {{ yes }} {{ nothing }} {{ lazy }}",
    "{{ missing }}|{{ missing.deeper }}|{{ one.missing }}|{{ one.word.missing }}|{{ 5 }}|{{ 5.5 }}|{{ 'text <b>' }}|{{ _('Name') }}",
    "{{ one.word }} {{ one.method }} {{ one.wants }} {{ one.alters }} {{ one.kept }} {{ one.said }} {{ one.silent }}|",
    "{{ map.key }} {{ map.items }} {{ map.inner.key }} {{ words.0 }} {{ words.9 }} {{ words.first }} {{ pairs.0.1 }} {{ call }} {{ call.upper }}",
    "{{ text.0 }} {{ text.upper }} {{ number.real }} {{ moment.year }} {{ moment }} {{ day }} {{ moment|date:'j M Y H:i' }} {{ day|date }}",
    "{{ name|upper }} {{ safe|upper }} {{ safe|truncatechars:4 }} {{ name|default:one.word }} {{ missing|default:name }} {{ missing|default_if_none:'x' }}",
    "{{ words|join:', ' }} {{ words|join:mark }} {{ words|length }} {{ name|add:part|default:'!' }}",
    "{% autoescape off %}{{ mark }} {{ safe }} {{ words|join:mark }} {{ number }}{% endautoescape %}{{ mark|safe }} {{ mark|escape }} {{ mark|force_escape }}",
    "{% if name == 'Ana' and not missing or one.raises %}yes{% elif number > 3 %}more{% else %}no{% endif %}",
    "{% if missing %}a{% elif one.silent %}b{% elif number in numbers %}c{% endif %}{% if number > name %}d{% endif %}{% if nothing is None %}e{% endif %}",
    "{% if one.word|length >= 2 %}long{% endif %}{% if missing.deeper == None %}none{% endif %}{% if words and map.key != 'x' %}f{% endif %}",
    "{% for w in words %}{{ forloop.counter }}{{ forloop.counter0 }}{{ forloop.revcounter }}{{ forloop.revcounter0 }}{{ forloop.first }}{{ forloop.last }}{{ w }}{% endfor %}{{ w }}",
    "{% for a, b in pairs %}{% for c in words reversed %}{{ a }}{{ b }}{{ c }}{{ forloop.parentloop.counter }}{{ forloop.parentloop.parentloop }}{% endfor %}{% endfor %}",
    "{% for a in missing %}x{% empty %}nobody{% endfor %}{% for a in nothing %}x{% empty %}none{% endfor %}{% for a in map.items %}{{ a.0 }}{% endfor %}{% for a in making %}{{ a }}{% endfor %}",
    "{% for w in words %}{% cycle 'odd' 'even' %}{% ifchanged w.0 %}{{ w }}{% endifchanged %}{% endfor %}{% firstof missing name %}",
    "{% include 'row' %}{% include 'row' with x=name more=number %}{% include 'row' with x=name only %}{% include part %}{% include 'sets' %}{{ inner }}",
    "{% for x in words %}{% include 'row' with more=forloop.last %}{% endfor %}{% include 'self' with depth=True %}",
    "{% with a=name b=one.word %}{{ a }}{{ b }}{% with a=number %}{{ a }}{% endwith %}{{ a }}{% endwith %}{{ a }}",
    "{% url 'people:patient_edit' number %} {% url 'people:patient_edit' patient_id=number %} {% url 'people:patients' as at %}{{ at }} {% url 'nowhere' as no %}[{{ no }}]",
    "{% extends 'base' %}", "{% extends 'child' %}{% block title %}{{ block.super }}!{% endblock %}", "{% extends 'grandchild' %}",
    "{% verbatim %}{{ name }}{% endverbatim %}{% comment %}x{% endcomment %}{% spaceless %}<p> <b>{{ mark }}</b> </p>{% endspaceless %}",
    "{{ user.word }} {{ user.missing }} {{ request.path }} {% if user.word %}there{% endif %}{{ True }}{{ None }}{{ False }}",
]  # fmt: skip
FAULTS = [
    "{{ one.raises }}", "{% for a, b in words %}{{ a }}{% endfor %}", "{% url 'nowhere' %}", "{% include 'gone' %}",
    "{{ name|add:missing.one }}", "{% if name %}{{ name|add:missing }}{% endif %}", "{% for a, b in numbers %}{{ a }}{% endfor %}", "{{ one.broken_method }}",
]  # fmt: skip


class Silent(ObjectDoesNotExist):
    pass


class One:
    word = "wörd & <i>"
    mutable: list[str] = []

    def method(self) -> str:
        return "<called>"

    def wants(self, argument: str) -> str:
        return argument

    def alters(self) -> str:
        raise AssertionError("called by a template")

    alters.alters_data = True  # type: ignore[attr-defined]

    @property
    def said(self) -> str:
        return "a 'property'"

    @property
    def silent(self) -> str:
        raise Silent

    @property
    def raises(self) -> str:
        raise AttributeError("by a property")

    def broken_method(self) -> str:
        raise TypeError("by itself")

    class Kept:
        do_not_call_in_templates = True

        def __str__(self) -> str:
            return "kept"

    kept = Kept


def values() -> dict[str, Any]:
    moment = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    return {
        "name": "Ana", "mark": "<b>'\"&</b>", "safe": mark_safe("<i>safe</i>"), "number": 7, "big": 1234567, "ratio": 0.5,
        "price": Decimal("12.50"), "yes": True, "nothing": None, "lazy": gettext_lazy("Name <b>"), "one": One(),
        "map": {"key": "<k>", "inner": {"key": 3}}, "words": ["ab", "ac", "<d>"], "pairs": [(1, "a"), (2, "b")],
        "numbers": [7, 8], "call": lambda: "called", "text": "text", "moment": moment, "day": moment.date(), "part": "row",
        "making": (n for n in range(3)), "user": SimpleLazyObject(One), "deeper": False, "at_none": None,
    }  # fmt: skip


def engine(loader: str) -> Engine:
    inner = ("django.template.loaders.locmem.Loader", PARTS)
    return Engine(
        loaders=[(loader, [inner])], builtins=["django.templatetags.i18n"], libraries={"tz": "django.templatetags.tz"}
    )


def drawn(loader: str, snippet: str, *, request: HttpRequest | None) -> str:
    made = engine(loader)
    first: Any = made.template_loaders[0]
    first.loaders[0].templates_dict = {**PARTS, "snippet": snippet}
    template, given = made.get_template("snippet"), values()
    context = Context(given) if request is None else RequestContext(request, given)
    try:
        return "".join([template.render(context), template.render(context)])  # also when it has been drawn before
    except Exception as error:  # what goes wrong goes wrong in the same way
        return f"{type(error).__name__}: {str(error)[:40]}"


@pytest.mark.parametrize("snippet", [*SNIPPETS, *FAULTS])
@pytest.mark.parametrize("has_request", [False, True])
def test_drawn_as_django_draws(snippet: str, has_request: bool) -> None:
    request = HttpRequest() if has_request else None
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        django = drawn("django.template.loaders.cached.Loader", snippet, request=request)
        assert drawn("clinic.lib.lean_templates.Loader", snippet, request=request) == django
    assert ("Error" in django or "NoReverseMatch" in django or "DoesNotExist" in django) == (snippet in FAULTS), django


def test_a_day_or_a_moment_is_written_in_the_zone_and_language_of_the_page() -> None:
    """Words for a date are kept, so each is asked for in each zone and language, twice."""
    snippet = "{% load tz %}{{ moment|date:'D j M Y, H:i e' }} {{ moment|date }} {{ day|date:'l j F' }} {{ moment|date:part }} {% localtime off %}{{ moment|date:'H:i' }}{% endlocaltime %}"
    found = set()
    for zone in ("Pacific/Auckland", "America/New_York", "UTC", "Pacific/Auckland"):
        for language in ("en-gb", "es", "zh-hans", "en-gb"):
            with timezone.override(ZoneInfo(zone)), translation.override(language):
                django = drawn("django.template.loaders.cached.Loader", snippet, request=None)
                assert drawn("clinic.lib.lean_templates.Loader", snippet, request=None) == django
                found.add(django)
    assert len(found) == 9 and not any("Error" in text for text in found)


def test_nothing_of_a_page_is_left_when_it_is_drawn() -> None:
    """A name that is missing, a fault, a part of a part: the context goes with the page."""
    gone = []
    for snippet in (*SNIPPETS, *FAULTS):
        one = One()
        gone.append(weakref.ref(one))
        given, made = {**values(), "one": one}, engine("clinic.lib.lean_templates.Loader")
        first: Any = made.template_loaders[0]
        first.loaders[0].templates_dict = {**PARTS, "snippet": snippet}
        template = made.get_template("snippet")
        with contextlib.suppress(Exception):
            template.render(Context(given))
        del one, given
    gc.collect()
    assert not [snippet for snippet, one in zip((*SNIPPETS, *FAULTS), gone, strict=True) if one() is not None]


def template_of(name: str) -> Any:
    made: Any = get_template(name)
    return made.template


def test_every_page_is_prepared() -> None:
    assert isinstance(template_of("base.html").nodelist, LeanNodeList)
    assert isinstance(template_of("front/chart.html").nodelist[0].nodelist, LeanNodeList)


def test_with_debug_it_stays_djangos() -> None:
    """So that an error page can name the line."""
    made = Engine(
        loaders=[("clinic.lib.lean_templates.Loader", [("django.template.loaders.locmem.Loader", PARTS)])], debug=True
    )
    assert not isinstance(made.get_template("base").nodelist, LeanNodeList)


def test_what_a_template_was_read_from_is_not_kept() -> None:
    read = get_template("people/keys.html").template
    nodes = read.nodelist.get_nodes_by_type(object)
    assert len(nodes) > 10
    assert not any("token" in vars(node) for node in nodes if isinstance(node, Node))
    assert read.source == ""
