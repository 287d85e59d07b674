"""Write the children of many pages in one insert a table and level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from modelcluster.models import ClusterableModel, get_all_child_relations

from procedures.models import ProcedurePage

OWN = "procedures"


def replace_children(pages: Sequence[ProcedurePage], known: Sequence[int]) -> None:
    """Write the children that ``pages`` hold in memory; those in the database of the ``known`` pages go."""
    for relation in _relations(ProcedurePage):
        relation.related_model.objects.filter(**{f"{relation.field.name}__in": known}).delete()
    _save_children(list(pages))
    through = ProcedurePage.audiences.through
    through.objects.filter(procedurepage__in=known).delete()
    through.objects.bulk_create(
        through(procedurepage_id=page.pk, audience_id=audience.pk)
        for page in pages
        for audience in page.audiences.all()
    )


def _relations(model: type[models.Model]) -> list[Any]:
    relations = get_all_child_relations(model)
    return [relation for relation in relations if relation.related_model._meta.app_label == OWN]


def _save_children(parents: list[Any]) -> None:
    if not parents:
        return
    for relation in _relations(type(parents[0])):
        children = []
        for parent in parents:
            for child in getattr(parent, relation.get_accessor_name()).all():
                child.pk = None
                setattr(child, relation.field.attname, parent.pk)
                children.append(child)
        relation.related_model.objects.bulk_create(children)
        if issubclass(relation.related_model, ClusterableModel):
            _save_children(children)
