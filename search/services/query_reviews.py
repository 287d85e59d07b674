"""Editors' decisions on the queries of the weekly list. Every decision is recorded in Wagtail's log."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from wagtail.log_actions import log

from core.errors import NotAllowed
from core.text import nonempty_lines
from search.models import LexiconEntry, QueryReview, SearchedQuery

Decision = QueryReview.Decision
DECIDED: Final = "search.query_decided"
#: The permission that each decision requires.
PERMISSIONS: Final = {
    Decision.GROUP: "search.change_lexiconentry",
    Decision.NEW_GROUP: "search.add_lexiconentry",
    Decision.BEST_BET: "search.add_bestbet",
    Decision.OTHER_OFFICE: "search.add_otheroffice",
    Decision.IGNORED: "search.add_queryreview",
}


@transaction.atomic
def record_decision(*, query: SearchedQuery, decision: str, by: Any, target: str = "") -> QueryReview:
    """Record a decision on ``query``, which is then removed from the list of its week; ``target`` names the result.

    Raise ``NotAllowed`` if ``by`` may not make this decision.
    """
    if not by.has_perm(PERMISSIONS[Decision(decision)]):
        raise NotAllowed
    review, _created = QueryReview.objects.update_or_create(
        language=query.language,
        folded=query.folded,
        defaults={"text": query.text, "decision": decision, "week": query.week},
    )
    log(instance=review, action=DECIDED, user=by, data={"decision": str(decision), "target": target})
    return review


@transaction.atomic
def add_to_group(*, query: SearchedQuery, entry: LexiconEntry, by: Any) -> QueryReview:
    """Add the query to the everyday words of ``entry``, unless it is one of them."""
    review = record_decision(query=query, decision=Decision.GROUP, by=by, target=str(entry))
    locked = LexiconEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    terms = nonempty_lines(locked.terms)
    if query.text not in terms:
        locked.terms = "\n".join([*terms, query.text])
        locked.save()
        log(instance=locked, action="wagtail.edit", user=by, content_changed=True)
    return review


@transaction.atomic
def list_again(*, query: SearchedQuery, by: Any) -> None:
    """Delete the decision on ``query``, so that it is listed again."""
    if not by.has_perm(PERMISSIONS[Decision.IGNORED]):
        raise NotAllowed
    for review in QueryReview.objects.filter(language=query.language, folded=query.folded):
        log(instance=review, action=DECIDED, user=by, data={"decision": "", "target": ""})
        review.delete()
