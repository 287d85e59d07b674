"""Which engines there are, which one answers first, and what happens when it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from django.conf import settings
from django.utils.module_loading import import_string

from search.engines.base import Engine, EngineUnavailable, Mirror
from search.models import IndexedDocument

logger = logging.getLogger(__name__)

T = TypeVar("T")
DATABASE: Final = "database"
ELASTIC: Final = "elastic"
_ENGINES: Final = {
    DATABASE: "search.engines.database.DatabaseEngine",
    ELASTIC: "search.engines.elastic.ElasticEngine",
}


def engine(name: str) -> Engine:
    """Return the engine called ``name``; ``LookupError`` for an unknown one or one without a server."""
    if name not in _ENGINES:
        raise LookupError(f"no search engine {name!r}; there are {', '.join(_ENGINES)}")
    if name == ELASTIC and not settings.ELASTICSEARCH_URL:
        raise LookupError("ELASTICSEARCH_URL is not set")
    made: Engine = import_string(_ENGINES[name])()
    return made


def mirrors() -> list[Mirror]:
    """Return the engines that keep a copy of the documents and must be told of changes."""
    return [cast("Mirror", engine(ELASTIC))] if settings.ELASTICSEARCH_URL else []


def primary() -> Engine:
    """Return the engine that is asked first."""
    return next(iter(mirrors()), None) or engine(DATABASE)


def asked_first(name: str = "") -> Engine:
    """Return the engine for one question: the one called ``name``, else the primary one.

    An engine carries the time budget of its question, so each question gets an engine of its own.
    """
    return engine(name) if name else primary()


def attempt(call: Callable[[Engine], T], *, first: Engine) -> tuple[T, Engine, bool]:
    """Return the answer, the engine that gave it, and whether it stood in for another one."""
    try:
        return call(first), first, False
    except EngineUnavailable as error:
        if first.name == DATABASE:
            raise
        logger.warning("search engine %s: %s; the database answers", first.name, error)
        stand_in = engine(DATABASE)
        return call(stand_in), stand_in, True


def _tell(call: Callable[[Mirror], None]) -> None:
    for mirror in mirrors():
        try:
            call(mirror)
        except EngineUnavailable as error:
            logger.warning(
                "search engine %s missed a change: %s; the reconciler heals it", mirror.name, error
            )


def mirror_rows(collection: str, rows: Sequence[IndexedDocument]) -> None:
    """Tell the mirrors of new or changed documents; one that does not answer is healed later."""
    _tell(lambda mirror: mirror.put(collection, rows))


def mirror_removal(collection: str, keys: Sequence[str]) -> None:
    """Tell the mirrors of documents that are gone."""
    _tell(lambda mirror: mirror.remove(collection, keys))
