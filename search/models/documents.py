"""The documents as the database keeps them: the truth that every engine answers from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from search.documents import DOSSIERS, PUBLIC


class IndexedDocument(models.Model):
    """A search document. Its folded text lies in the full-text tables of the database engine; what the scorer
    reads for each candidate lies here, cut into syllables once.

    ``version`` rises with every change of the contents and is the external version in Elasticsearch;
    ``source_version`` is what the source said, so that an older document arriving late is recognised.
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
    facets = models.JSONField(_("facets"), default=dict)
    facet_labels = models.JSONField(_("facet labels"), default=dict)
    facts = models.JSONField(_("facts"), default=dict)
    scopes = models.JSONField(_("scopes"), default=list)
    title_words = models.TextField(_("folded title"))
    title_marked = models.TextField(_("title as written, in lower case"))
    extra_words = models.TextField(_("folded keywords and summary"), blank=True)
    weight = models.FloatField(_("weight"), default=0)
    source_version = models.BigIntegerField(_("version of the source"), default=0)
    version = models.BigIntegerField(_("version"))
    digest = models.CharField(_("digest"), max_length=64)
    changed_at = models.DateTimeField(_("changed at"))

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
