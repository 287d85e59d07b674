"""English pages of the demo: front page, lists, some information pages and news, the most requested procedures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from modelcluster.models import get_all_child_relations
from wagtail.models import Locale, Page

from demo.pages import body_of, news_body
from demo.sources import read_file
from home.models import HomePage, InformationPage, NewsPage
from procedures.models import ProcedurePage

LANGUAGE: Final = "en"


def load_english(home: HomePage) -> None:
    """Translate and publish the content of ``data/english.json``; pages that have a translation are left unchanged."""
    data, locale = read_file("english"), Locale.objects.get(language_code=LANGUAGE)
    _load_front(home, locale, data["home"])
    for slug, facts in data["lists"].items():
        _translate(Page.objects.child_of(home).get(slug=slug).specific, locale, facts)
    for slug, row in data["pages"].items():
        page = InformationPage.objects.child_of(home).get(slug=slug)
        _translate(page, locale, {**_head(row), "body": body_of(row)})
    for slug, row in data["news"].items():
        news = NewsPage.objects.get(slug=slug, locale=home.locale)
        codes = next(item["procedures"] for item in read_file("news") if item["slug"] == slug)
        _translate(news, locale, {**_head(row), "body": news_body(row["body"], codes, "Procedures")})
    for code, slug in data["procedures"].items():
        procedure = ProcedurePage.objects.get(procedure__core_code=code, locale=home.locale)
        _translate(procedure, locale, {"slug": slug}, data["texts"])


def _head(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("slug", "title", "summary")}


def _load_front(home: HomePage, locale: Locale, row: Mapping[str, Any]) -> None:
    queries = [event["query"] for event in read_file("life_events")]
    events = [
        ("event", {"title": title, "description": description, "query": query})
        for (title, description), query in zip(row["life_events"], queries, strict=True)
    ]
    _translate(home, locale, {**row, "life_events": events})


def _translate(
    page: Page, locale: Locale, facts: Mapping[str, Any], texts: Mapping[str, str] | None = None
) -> None:
    """Publish ``page`` in ``locale`` with ``facts``, and with ``texts`` in place of the Vietnamese ones."""
    made = page.get_translation_or_none(locale)
    if made is not None and made.alias_of_id is None:
        return
    if made is None:
        made = page.copy_for_translation(locale, copy_parents=True)
    made = made.specific
    made.alias_of = None
    for name, value in facts.items():
        setattr(made, name, value)
    if texts:
        replace_texts(made, texts)
    made.save()  # publishing a changed address would leave a redirect from one that was never public
    made.save_revision().publish()


def replace_texts(row: models.Model, texts: Mapping[str, str]) -> None:
    """Replace the Vietnamese texts of a page and of its rows with ``texts``."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, (models.CharField, models.TextField)) and isinstance(value, str):
            lines = [texts.get(line, line) for line in value.splitlines()]
            setattr(row, field.attname, texts.get(value, "\n".join(lines)))
    for relation in get_all_child_relations(row):
        rows = list(getattr(row, relation.get_accessor_name()).all())
        for child in rows:
            replace_texts(child, texts)
        setattr(row, relation.get_accessor_name(), rows)
