"""Indexed documents, the lexicon, usage weights and the word statistics of collections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connections, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from search.documents import DOSSIERS, PUBLIC

#: Separates the titles of a document, its own first, in ``title_words`` and ``title_marked``.
TITLE_SEPARATOR: Final = " | "


class DocumentQuerySet(models.QuerySet["IndexedDocument"]):
    """Documents by their keys."""

    def with_keys(self, keys: Iterable[str]) -> Self:
        """Return the documents ``keys``, many at once.

        PostgreSQL gets them as one array: a parameter for each of them takes longer to prepare than to look up.
        """
        wanted = list(keys)
        if connections[self.db].vendor != "postgresql":
            return self.filter(key__in=wanted)
        return self.filter(
            RawSQL("search_indexeddocument.key = ANY(%s)", (wanted,), output_field=models.BooleanField())
        )


class IndexedDocument(models.Model):
    """A search document: the source of truth of every engine.

    Its folded text is in the full-text tables of the database engine; the columns that the scorer reads for each
    candidate are here, tokenised once. ``version`` increases with every change of the contents and is the external
    version in Elasticsearch; ``source_version`` comes from the source and identifies documents that arrive late.
    """

    key = models.CharField(_("key"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("reference"), max_length=130)
    collection = models.CharField(_("collection"), max_length=20)
    locale = models.CharField(_("language"), max_length=12)
    title = models.TextField(_("title"))
    url = models.CharField(_("address"), max_length=500)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("body"), blank=True)
    codes = models.JSONField(_("codes"), default=list)
    keywords = models.JSONField(_("keywords"), default=list)
    references = models.JSONField(_("numbers of documents referred to"), default=list)
    facets = models.JSONField(_("facets"), default=dict)
    facet_labels = models.JSONField(_("facet labels"), default=dict)
    facts = models.JSONField(_("facts"), default=dict)
    scopes = models.JSONField(_("scopes"), default=list)
    title_words = models.TextField(_("folded title"))
    title_marked = models.TextField(_("title as written, in lower case"))
    extra_words = models.TextField(_("folded keywords and summary"), blank=True)
    weight = models.FloatField(_("weight"), default=0)
    source_version = models.BigIntegerField(_("source version"), default=0)
    version = models.BigIntegerField(_("version"))
    digest = models.CharField(_("digest"), max_length=64)
    changed_at = models.DateTimeField(_("changed at"))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(collection__in=[PUBLIC, DOSSIERS]), name="document_collection_known"
            )
        ]
        indexes = [
            models.Index(fields=["collection", "locale", "-changed_at"], name="document_newest"),
            models.Index(fields=["collection", "version"], name="document_version"),
            models.Index(fields=["kind"], name="document_kind"),
        ]

    def __str__(self) -> str:
        return self.title


class IndexedTerm(models.Model):
    """An exact value of a document: a scope, a code or a facet value. Filters and counts read these rows."""

    document = models.ForeignKey(
        IndexedDocument, models.CASCADE, related_name="terms", verbose_name=_("document")
    )
    name = models.CharField(_("name"), max_length=20)
    value = models.CharField(_("value"), max_length=200)

    class Meta:
        verbose_name = _("search term")
        verbose_name_plural = _("search terms")
        constraints = [
            models.UniqueConstraint(fields=["name", "value", "document"], name="indexed_term_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class LexiconEntry(models.Model):
    """A synonym group (nhóm từ), one term per line. Spellings without diacritics are found without being listed."""

    class Mode(models.TextChoices):
        EQUAL = "equal", _("all words mean the same")
        ONEWAY = "oneway", _("everyday words also find the official terms")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    area = models.CharField(_("area of life"), max_length=40)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.ONEWAY)
    terms = models.TextField(_("everyday words"), help_text=_("One per line, with diacritics."))
    official = models.TextField(
        _("official terms"), blank=True, help_text=_("One per line, as they appear in titles.")
    )
    codes = models.CharField(
        _("procedure codes"), max_length=300, blank=True, help_text=_("National codes, separated by spaces.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    # Digest of the shipped row when it was loaded: a row that differs was changed by an editor and is kept.
    shipped_digest = models.CharField(
        _("digest of the shipped row"), max_length=64, blank=True, editable=False
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("lexicon entry")
        verbose_name_plural = _("lexicon")
        ordering = ["area", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(official="", codes=""), name="lexicon_entry_leads_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.terms.split("\n", 1)[0]

    def clean(self) -> None:
        """Reject an entry without official terms and codes."""
        if not (self.official.strip() or self.codes.strip()):
            raise ValidationError(_("Enter official terms or procedure codes."))


class UsageWeight(models.Model):
    """How often a procedure was used nationwide; only breaks ties in the search."""

    code = models.CharField(_("national code"), max_length=8, primary_key=True)
    uses = models.PositiveBigIntegerField(_("uses"))

    class Meta:
        verbose_name = _("procedure usage")
        verbose_name_plural = _("procedure usage records")

    def __str__(self) -> str:
        return f"{self.code}: {self.uses}"


class CollectionState(models.Model):
    """The word statistics of a collection, shared by all processes; locked while its documents are changed.

    ``frequencies`` counts titles by folded syllable, ``spellings`` and ``pairs`` by syllable and adjacent pair as
    written. ``generation`` increases with every change; ``counted_generation`` is the generation of the last count.
    """

    collection = models.CharField(_("collection"), max_length=20, primary_key=True)
    documents = models.PositiveIntegerField(_("documents"), default=0)
    frequencies = models.JSONField(_("frequencies"), default=dict)
    spellings = models.JSONField(_("spellings"), default=dict)
    pairs = models.JSONField(_("pairs of adjacent syllables"), default=dict)
    counted_generation = models.PositiveBigIntegerField(_("change counter at the last count"), default=0)
    generation = models.PositiveBigIntegerField(_("change counter"), default=0)

    class Meta:
        verbose_name = _("collection state")
        verbose_name_plural = _("collection states")

    def __str__(self) -> str:
        return f"{self.collection} {self.generation}"


class SearchedQuery(models.Model):
    """A query asked in one week, without personal data; ``week`` is its Monday.

    Until it was asked from enough networks in the week (``SEARCH_QUERY_MIN_NETWORKS``) the row holds no text, only a
    keyed digest by which it is found again, and ``marks``: two bytes of a keyed digest for each network, from which no
    address can be computed. Then the text is stored and the marks are removed (ADR 188).
    """

    week = models.DateField(_("week"))
    language = models.CharField(_("language"), max_length=12)
    digest = models.CharField(_("digest of the query"), max_length=32)
    text = models.CharField(_("query"), max_length=80, blank=True)
    folded = models.CharField(_("folded query"), max_length=80, blank=True)
    marks = models.TextField(_("marks of networks"), blank=True)

    class Meta:
        verbose_name = _("searched query")
        verbose_name_plural = _("searched queries")
        constraints = [
            models.UniqueConstraint(fields=["week", "language", "digest"], name="searched_query_unique"),
            # The text and the marks of networks are never stored together.
            models.CheckConstraint(
                condition=models.Q(text="") | models.Q(marks=""), name="searched_query_text_or_marks"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SearchedQueryDay(models.Model):
    """How often a query was asked on one day, and with what result.

    ``shown`` counts pages of results, ``without_result`` those without any, ``low_confidence`` those whose best hit is
    a poor match. ``seen`` and ``clicked`` come from the script of the page: shown in a browser with JavaScript, and
    followed by the choice of a result. ``seen`` minus ``clicked`` were left without a click.
    """

    query = models.ForeignKey(
        SearchedQuery, models.CASCADE, related_name="days", verbose_name=_("searched query")
    )
    day = models.DateField(_("day"))
    shown = models.PositiveIntegerField(_("times asked"), default=0)
    without_result = models.PositiveIntegerField(_("without a result"), default=0)
    low_confidence = models.PositiveIntegerField(_("no close match"), default=0)
    seen = models.PositiveIntegerField(_("seen with JavaScript"), default=0)
    clicked = models.PositiveIntegerField(_("with a click"), default=0)

    class Meta:
        verbose_name = _("query count of a day")
        verbose_name_plural = _("query counts by day")
        constraints = [
            models.UniqueConstraint(fields=["query", "day"], name="searched_query_day_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.shown}"


class SearchedQueryClick(models.Model):
    """How often a document was chosen after a query in its week; ``document`` is its key in the search."""

    query = models.ForeignKey(
        SearchedQuery, models.CASCADE, related_name="clicks", verbose_name=_("searched query")
    )
    document = models.CharField(_("document"), max_length=130)
    count = models.PositiveIntegerField(_("clicks"), default=0)

    class Meta:
        verbose_name = _("chosen result")
        verbose_name_plural = _("chosen results")
        constraints = [
            models.UniqueConstraint(fields=["query", "document"], name="searched_query_click_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.count}"


class QueryReview(models.Model):
    """What an editor decided on a query of the weekly list; ``week`` is the latest week that the decision covers.

    A query that is still not answered in a later week is listed again, unless it is ignored.
    """

    class Decision(models.TextChoices):
        GROUP = "group", _("added to a group")
        NEW_GROUP = "new_group", _("new group")
        BEST_BET = "best_bet", _("best bet")
        OTHER_OFFICE = "other_office", _("handled elsewhere")
        IGNORED = "ignored", _("ignored")

    language = models.CharField(_("language"), max_length=12)
    folded = models.CharField(_("folded query"), max_length=80)
    text = models.CharField(_("query"), max_length=80)
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices)
    week = models.DateField(_("week"))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("decision about a query")
        verbose_name_plural = _("decisions about queries")
        constraints = [
            models.UniqueConstraint(fields=["language", "folded"], name="query_review_unique"),
        ]

    def __str__(self) -> str:
        return self.text


class BestBet(models.Model):
    """Documents shown above the results of certain queries; ``documents`` are their keys in the search, in order."""

    words = models.TextField(
        _("queries"),
        blank=True,
        help_text=_("One per line. The best bet is shown when the whole query is one of them."),
    )
    group = models.ForeignKey(
        LexiconEntry, models.SET_NULL, verbose_name=_("lexicon entry"), null=True, blank=True,
        related_name="best_bets",
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=12, blank=True)
    documents = models.JSONField(_("documents"), default=list)
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("Why it is suggested; for editors only.")
    )
    position = models.PositiveSmallIntegerField(
        _("order"),
        default=1,
        help_text=_("If a query has several best bets, the lowest number comes first."),
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("best bet")
        verbose_name_plural = _("best bets")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="best_bet_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return (self.words or str(self.group or "")).split("\n", 1)[0]


class OtherOffice(models.Model):
    """The office that handles something that visitors look for and no procedure of the catalogue covers."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    words = models.TextField(
        _("words"), help_text=_("One per line. The answer is shown when a query contains one.")
    )
    exceptions = models.TextField(
        _("exceptions"),
        blank=True,
        help_text=_("One per line. A query that contains one does not get the answer."),
    )
    office = models.CharField(_("office"), max_length=150)
    office_en = models.CharField(_("office (English)"), max_length=150, blank=True)
    text = models.TextField(_("what it does"), max_length=500)
    text_en = models.TextField(_("what it does (English)"), max_length=500, blank=True)
    address = models.CharField(_("address, telephone"), max_length=200, blank=True)
    url = models.CharField(
        _("website"), max_length=300, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    checked_on = models.DateField(_("checked on"))
    active = models.BooleanField(_("in use"), default=True)
    shipped_digest = models.CharField(
        _("digest of the shipped row"), max_length=64, blank=True, editable=False
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("handled elsewhere")
        verbose_name_plural = _("handled elsewhere")
        ordering = ["slug"]

    def __str__(self) -> str:
        return f"{self.words.split(chr(10), 1)[0]} → {self.office}"
