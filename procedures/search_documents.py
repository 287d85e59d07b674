"""Procedures as search documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from core.display import date_text
from core.text import nonempty_lines, sentence_case
from core.wagtail.languages import originals_of, with_translated
from procedures.choices import AudienceCode, Level, ServiceLevel
from procedures.models import Procedure, ProcedurePage, ProcedureSectionPage, ProcedureVersion
from procedures.presentation.channels import channel_table
from procedures.selectors import live_pages
from procedures.snapshot import Snapshot
from procedures.texts_in_force import show_texts_in_force
from procedures.translation import in_english
from search.documents import UNTRANSLATED, DocumentSource, SearchDocument, in_language, register
from search.language.levels import GovernmentLevel, register_levels
from search.services.indexing import index

KIND = "procedure"
BATCH = 200
#: How much of the required documents and of the place a search hit shows; the page has the rest.
SHOWN_DOCUMENTS = 3
MAX_NAME_LENGTH = 120
MAX_PLACE_LENGTH = 160
# The fields of provincial departments (sở) and ministries (bộ), by which a query names their level.
DEPARTMENTS = (
    *("tư pháp", "xây dựng", "y tế", "công thương", "nội vụ", "tài chính", "nông nghiệp", "môi trường"),
    *("giáo dục", "khoa học", "văn hóa", "du lịch", "ngoại vụ", "lao động", "giao thông", "tài nguyên"),
)

# Nearness: the commune level is nearest to citizens; districts occur only in lists from before July 2025.
register_levels(
    GovernmentLevel(Level.COMMUNE.value, nearness=1.0, places=("xã", "phường", "đặc khu")),
    GovernmentLevel(Level.DISTRICT.value, nearness=0.6, places=("huyện",)),
    GovernmentLevel(
        Level.PROVINCE.value,
        nearness=0.5,
        places=("tỉnh",),
        phrases=tuple(f"sở {name}" for name in DEPARTMENTS),
    ),
    GovernmentLevel(Level.OTHER.value, nearness=0.2),
    GovernmentLevel(
        Level.MINISTRY.value,
        nearness=0.0,
        phrases=(*(f"bộ {name}" for name in DEPARTMENTS), "cấp bộ", "trung ương"),
    ),
)


@register
class ProcedureSource(DocumentSource):
    """One document per live page, with the text of the version in force."""

    kind = KIND
    label = gettext_lazy("Procedures")
    order = 10
    in_suggestions = False

    def refs(self) -> set[str]:
        """Return the ids of the pages."""
        return {str(pk) for pk in live_pages().filter(alias_of=None).order_by().values_list("pk", flat=True)}

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of the pages with these ids, or of all, without aliases."""
        pages = with_translated(live_pages().filter(alias_of=None)).order_by("pk")
        pages = pages.select_related("procedure__ending", "field", "locale")
        if refs is not None:
            pages = pages.filter(pk__in=[ref for ref in refs if ref.isdigit()])
        rest = pages.iterator(chunk_size=BATCH)
        while batch := list(islice(rest, BATCH)):
            contents = _contents(batch)
            agencies, originals = _agencies(batch), originals_of(batch)
            show_texts_in_force([*batch, *originals.values()])
            for page in batch:
                original = originals.get(page.translation_key)
                yield _document(page, contents.get(page.procedure_id), agencies, original)


def _contents(pages: list[ProcedurePage]) -> dict[int, Snapshot]:
    today = timezone.localdate()
    versions = ProcedureVersion.objects.valid_on(today).exclude(procedure__ending__day__lte=today)
    found = versions.filter(procedure__in=[page.procedure_id for page in pages])
    return {key: Snapshot.from_json(content) for key, content in found.values_list("procedure", "snapshot")}


def _agencies(pages: list[ProcedurePage]) -> dict[str, tuple[str, str]]:
    """Return (key, name) of the responsible agency by the path of its section."""
    sections = ProcedureSectionPage.objects.filter(path__in={page.path[: -page.steplen] for page in pages})
    return {s.path: (s.agency.slug, s.agency.name) for s in sections.select_related("agency")}


def _document(
    page: ProcedurePage,
    content: Snapshot | None,
    agencies: dict[str, tuple[str, str]],
    original: ProcedurePage | None,
) -> SearchDocument:
    """Return the document of `page`; a translation is also found by the title of its `original`."""
    if content and not page.locale.is_default:
        content = in_english(content, page.translated_texts)
    agency, agency_name = agencies.get(page.path[: -page.steplen], ("", ""))
    labels = {agency: agency_name}
    for language, _name in settings.LANGUAGES:
        with override(language):
            labels |= {
                in_language(choice.value, language): str(choice.label) for choice in (*Level, *AudienceCode)
            }
    facets: dict[str, tuple[str, ...]] = {"level": tuple(page.levels)}
    if agency:
        facets["agency"] = (agency,)
    if page.field:
        facets["field"] = (page.field.slug,)
        labels[page.field.slug] = page.field.name
    if content:
        facets["audience"] = content.audiences
    return SearchDocument(
        kind=KIND,
        ref=str(page.pk),
        locale=UNTRANSLATED if page.is_untranslated else page.locale.language_code,
        title=sentence_case(page.name),
        other_titles=(sentence_case(original.name),) if original else (),
        url=page.url or "",
        codes=tuple(filter(None, (page.procedure.core_code, page.procedure.code))),
        summary=page.summary,
        body=_body(content) if content else "",
        facts=_all_facts(page, content),
        keywords=_keywords(page, original),
        references=_references(content) if content else (),
        facets=facets,
        facet_labels=labels,
        changed_at=page.last_published_at or page.latest_revision_created_at or timezone.now(),
    )


def _keywords(page: ProcedurePage, original: ProcedurePage | None) -> tuple[str, ...]:
    pages = (page, original) if original else (page,)
    return tuple(dict.fromkeys(word for one in pages for word in nonempty_lines(one.keywords)))


def _all_facts(page: ProcedurePage, content: Snapshot | None) -> dict[str, str]:
    """Return the facts of a search hit; an untranslated page is found in every language, so it has facts in each."""
    own = page.locale.language_code
    others = [code for code, _name in settings.LANGUAGES if code != own] if page.is_untranslated else []
    facts = _facts(page, content, own)
    for language in others:
        facts |= {in_language(name, language): text for name, text in _facts(page, content, language).items()}
    return facts


def _facts(page: ProcedurePage, content: Snapshot | None, language: str) -> dict[str, str]:
    """Return the facts in ``language``, without references to the table."""
    with override(language):
        if page.procedure.ended:
            return {"state": _ended_text(page.procedure)}
        table = channel_table(content.channels) if content else None
        online = str(ServiceLevel(page.service_level).label) if page.service_level else ""
        found = {"online": online, "time": table.time if table else "", "fee": table.fee if table else ""}
        found |= {"documents": _documents_text(content), "place": _place(content)} if content else {}
        nothing = {"", _("See below"), _("Depends on the case: see the table")}
    return {name: text for name, text in found.items() if text not in nothing}


def _documents_text(content: Snapshot) -> str:
    """Return the first documents to hand in or present, and the number of others."""
    names = dict.fromkeys(
        one.name.rstrip(" .;") for one in content.documents() if not one.is_note and one.name
    )
    shown = [Truncator(name).chars(MAX_NAME_LENGTH) for name in list(names)[:SHOWN_DOCUMENTS]]
    if not shown:
        return ""
    text = "; ".join(shown)
    rest = len(names) - len(shown)
    if not rest:
        return text
    return ngettext("%(names)s; and %(number)d more", "%(names)s; and %(number)d more", rest) % {
        "names": text, "number": rest,
    }  # fmt: skip


def _place(content: Snapshot) -> str:
    """Return where to apply: the reception address, or otherwise the agencies that carry out the procedure."""
    return Truncator(content.reception_address or "; ".join(content.implementing_agencies)).chars(
        MAX_PLACE_LENGTH
    )


def _ended_text(procedure: Procedure) -> str:
    ending = getattr(procedure, "ending", None)
    if ending is None:
        return str(procedure.get_status_display())
    return _("%(kind)s from %(day)s") % {"kind": ending.get_kind_display(), "day": date_text(ending.day)}


def _body(content: Snapshot) -> str:
    """Return the searchable text: results, documents, steps, conditions."""
    parts = [result.name for result in content.results]
    parts += [document.name for document in content.documents()]
    parts += [item for group in content.steps for item in group.items]
    return "\n".join([*parts, content.requirements, *content.implementing_agencies])


def _references(content: Snapshot) -> tuple[str, ...]:
    """Return the numbers of the legal bases and the decision, whole and without the issuer: ``85/2019``."""
    numbers = [basis.number for basis in content.legal_bases]
    numbers += [content.decision.number] if content.decision else []
    short = ["/".join(number.split("/")[:2]) for number in numbers if number.count("/") > 1]
    return tuple(dict.fromkeys(filter(None, [*numbers, *short])))


def reindex(pages: Iterable[ProcedurePage]) -> None:
    """Reindex ``pages`` after commit."""
    with transaction.atomic():
        index(kind=KIND, refs=[str(page.pk) for page in pages])
