"""Whole pages for anonymous people, answered by the first middleware."""

from core.pagecache.lifetimes import until_midnight
from core.pagecache.remembering import remember
from core.pagecache.services import allow, purge

__all__ = ["allow", "purge", "remember", "until_midnight"]
