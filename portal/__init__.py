"""Composition root: settings, root urls, the Celery app, demo data. Nobody imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
