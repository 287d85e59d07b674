"""The forms of lexicon entries, best bets and offices."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from core.text import clean, nfc, nonempty_lines, slugify, unused_slug
from search.documents import locales_for
from search.language.tokenizer import codes_in
from search.language.vocabulary import without_stop_phrases
from search.models import BestBet, IndexedDocument, LexiconEntry, OtherOffice
from search.selectors.best_bets import documents_of, phrases_of, public_documents, with_codes


class LexiconEntryForm(WagtailAdminModelForm):
    """Terms one per line; codes in any style are stored without their suffix; the slug follows from the first term."""

    class Meta:
        model = LexiconEntry
        fields = ("terms", "official", "codes", "mode", "area", "note", "active")

    def clean_terms(self) -> str:
        return _lines(self.cleaned_data["terms"])

    def clean_official(self) -> str:
        return _lines(self.cleaned_data["official"])

    def clean_codes(self) -> str:
        """Return the national codes without suffixes, separated by spaces; reject anything else."""
        pieces = self.cleaned_data["codes"].replace(",", " ").split()
        found = [code for piece in pieces for code in codes_in(piece)]
        if wrong := [piece for piece in pieces if not _is_national(piece)]:
            raise ValidationError(
                _("These are not national codes: %(codes)s"), params={"codes": ", ".join(wrong)}
            )
        return " ".join(dict.fromkeys(found))

    def save(self, commit: bool = True) -> Any:
        """Give a new entry a unique slug."""
        if not self.instance.slug:
            self.instance.slug = _free_slug(str(self.instance), LexiconEntry)
        return super().save(commit=commit)


def _lines(text: str) -> str:
    return "\n".join(dict.fromkeys(filter(None, map(clean, nfc(text).splitlines()))))


def _is_national(piece: str) -> bool:
    codes = codes_in(piece)
    return len(codes) == 1 and len(codes[0]) == len("1.000000") and codes[0][1] == "."


def _free_slug(text: str, model: type[Model]) -> str:
    base = slugify(text, max_length=70) or "tu"
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return unused_slug(base, taken)


class BestBetForm(WagtailAdminModelForm):
    """A best bet. Its documents are entered as procedure codes or addresses of pages, one per line."""

    targets = forms.CharField(
        label=_("shown first"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Procedure codes or addresses of pages of this portal, one per line, in this order."),
    )
    group_word = forms.CharField(
        label=_("lexicon entry"),
        required=False,
        max_length=100,
        help_text=_("One of its everyday words; all the others then count as queries, too."),
    )
    language = forms.ChoiceField(
        label=_("language"), required=False, choices=[("", _("every language")), *settings.LANGUAGES]
    )

    class Meta:
        model = BestBet
        fields = ("words", "language", "position", "valid_from", "valid_to", "reason")
        widgets = {
            "words": forms.Textarea(attrs={"rows": 3}),
            "valid_from": AdminDateInput,
            "valid_to": AdminDateInput,
        }
        help_texts = {"valid_to": _("The last day. Leave it empty if there is none.")}

    field_order = (
        "words",
        "group_word",
        "targets",
        "language",
        "position",
        "valid_from",
        "valid_to",
        "reason",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended: list[str] = []
        if self.instance.group:
            self.fields["group_word"].initial = str(self.instance.group)
        if self.instance.pk:
            found = documents_of(self.instance.documents, settings.LANGUAGE_CODE)
            lines = [(bet.code or bet.url) for bet in found.values()]
            self.fields["targets"].initial = "\n".join(lines)
        else:
            self.fields["valid_from"].initial = timezone.localdate()

    def clean_words(self) -> str:
        return _lines(self.cleaned_data["words"])

    def clean_group_word(self) -> LexiconEntry | None:
        """Return the group with this word; reject a word that is in no group or in several."""
        word = clean(self.cleaned_data["group_word"])
        if not word:
            return None
        if self.instance.group and word == str(self.instance.group):
            return self.instance.group
        rows = LexiconEntry.objects.filter(active=True).values_list("pk", "terms")
        found = [pk for pk, terms in rows if word.lower() in map(str.lower, nonempty_lines(terms))]
        if len(found) != 1:
            text = (
                _("No group has this word.")
                if not found
                else _("Several groups have this word; enter another one.")
            )
            raise ValidationError(text)
        return LexiconEntry.objects.get(pk=found[0])

    def clean_targets(self) -> list[str]:
        """Return the keys of the documents; reject documents that are not public or are listed twice."""
        lines = _lines(self.cleaned_data["targets"]).splitlines()
        found = {line: find_document(line) for line in lines}
        if missing := [line for line, document in found.items() if document is None]:
            raise ValidationError(
                _("Not found among the public procedures and pages: %(lines)s"),
                params={"lines": ", ".join(missing)},
            )
        documents = [document for document in found.values() if document]
        keys = [document.key for document in documents]
        if twice := [document.title for document in documents if keys.count(document.key) > 1]:
            raise ValidationError(_("Listed twice: %(title)s"), params={"title": twice[0]})
        self.ended = [document.title for document in documents if document.facts.get("state")]
        return keys

    def clean(self) -> dict[str, Any]:
        """Reject a best bet without queries, with dates in the wrong order, or for a query that already has one."""
        data: dict[str, Any] = super().clean()
        words, group = data.get("words", ""), data.get("group_word")
        start, end = data.get("valid_from"), data.get("valid_to")
        if not words and not group and not {"words", "group_word"} & set(self.errors):
            self.add_error("words", _("Enter queries or choose a lexicon entry."))
        if start and end and end < start:
            self.add_error("valid_to", _("The last day is before the first."))
        elif start and (other := self._other(words, group, start, end)):
            phrase, bet = other
            message = _(
                "“%(phrase)s” already has the best bet “%(bet)s” in the same period, with the same order."
            )
            self.add_error("words", ValidationError(message, params={"phrase": phrase, "bet": bet}))
        return data

    def _other(
        self, words: str, group: LexiconEntry | None, start: date, end: date | None
    ) -> tuple[str, BestBet] | None:
        """Return a query shared with another best bet of the same period, language and order, and that best bet."""
        language, position = self.cleaned_data.get("language", ""), self.cleaned_data.get("position")
        own = BestBet(words=words, group=group)
        phrases = {_folded(phrase): phrase for phrase in phrases_of(own)}
        others = (
            BestBet.objects.exclude(pk=self.instance.pk).filter(position=position).select_related("group")
        )
        others = others.exclude(valid_to__lt=start)
        if end:
            others = others.filter(valid_from__lte=end)
        if language:
            others = others.filter(language__in=("", language))
        for bet in others:
            for phrase in phrases_of(bet):
                if own_phrase := phrases.get(_folded(phrase)):
                    return own_phrase, bet
        return None

    def save(self, commit: bool = True) -> Any:
        """Store the keys of the documents and the group."""
        self.instance.documents = self.cleaned_data["targets"]
        self.instance.group = self.cleaned_data["group_word"]
        return super().save(commit=commit)


def find_document(text: str) -> IndexedDocument | None:
    """Return the public document of a national code, in the default language, or of an address of this portal."""
    codes = [code for code in codes_in(text) if _is_national(code)]
    documents = public_documents()
    if codes:
        in_default = documents.filter(locale__in=locales_for(settings.LANGUAGE_CODE))
        return in_default.filter(pk__in=with_codes(codes[:1])).order_by("pk").first()
    try:
        path = urlsplit(text).path
    except ValueError:  # brackets that do not contain an address
        return None
    return documents.filter(url=path).order_by("pk").first()


def _folded(phrase: str) -> str:
    return " ".join(syllable.folded for syllable in without_stop_phrases(phrase))


class OtherOfficeForm(WagtailAdminModelForm):
    """The office that handles a matter which the portal does not."""

    class Meta:
        model = OtherOffice
        fields = (
            "words", "exceptions", "office", "text", "address", "url", "legal_basis", "checked_on", "office_en",
            "text_en", "active",
        )  # fmt: skip
        widgets = {
            "checked_on": AdminDateInput,
            "office_en": forms.TextInput(attrs={"lang": "en"}),
            "text_en": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
            **{name: forms.Textarea(attrs={"rows": 3}) for name in ("words", "exceptions", "text")},
        }
        help_texts = {
            "address": _("For example the address and telephone number of the office in the province."),
            "legal_basis": _("Number and date of the document that gives the office this task."),
            "checked_on": _("The day on which these facts were last compared with the law."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["checked_on"].initial = timezone.localdate()

    def clean_words(self) -> str:
        return _lines(self.cleaned_data["words"])

    def clean_exceptions(self) -> str:
        return _lines(self.cleaned_data["exceptions"])

    def save(self, commit: bool = True) -> Any:
        """Give a new row a unique slug."""
        if not self.instance.slug:
            self.instance.slug = _free_slug(self.instance.words.split("\n", 1)[0], OtherOffice)
        return super().save(commit=commit)
