"""Redirects of the admin, but never to the requested address itself or to a page that is not live.

Wagtail adds a redirect when the address of a page changes, and keeps it when the page returns there or is unpublished.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.forms import RedirectForm
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from core.wagtail.addresses import leads_somewhere

MAX_HOPS: Final = 10


class PortalRedirectForm(RedirectForm):
    """Refuses a redirect from an address that has a page: the page is shown, so the redirect would never work."""

    def clean_old_path(self) -> str:
        """Return the path as it was entered."""
        entered: str = self.cleaned_data["old_path"]
        path = urlsplit(Redirect.normalise_path(entered)).path
        if any(leads_somewhere(one, with_parameters=False) for one in (path, f"{path.rstrip('/')}/")):
            raise ValidationError(
                _(
                    "This address has a page, so a redirect from it never works. Unpublish or move the page first."
                )
            )
        return entered

    def clean_redirect_link(self) -> str:
        """Refuse an address of this site that leads nowhere; other redirects are followed."""
        entered: str = self.cleaned_data["redirect_link"] or ""
        target = urlsplit(entered)
        own = {
            urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname,
            *Site.objects.values_list("hostname", flat=True),
        }
        if not entered or target.hostname not in own:
            return entered
        paths = {target.path or "/", f"{target.path.rstrip('/')}/"}
        redirected = Redirect.objects.filter(old_path__in=[Redirect.normalise_path(one) for one in paths])
        if not any(leads_somewhere(one, with_parameters=True) for one in paths) and not redirected.exists():
            raise ValidationError(
                _("There is no page at this address. Choose the page above, or check the address.")
            )
        return entered


def install_patch() -> None:
    """Let Wagtail's views, the import of redirects among them, use our form; called once when the apps are ready."""
    from wagtail.contrib.redirects import views  # noqa: PLC0415 - needs the apps

    views.RedirectForm = views.CreateView.form_class = views.EditView.form_class = PortalRedirectForm


class LiveRedirectMiddleware(RedirectMiddleware):
    """Replace a 404 with the redirect for the address if it leads to something else that exists."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the redirect, or the response as it is."""
        if response.status_code != HTTPStatus.NOT_FOUND:
            return response
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        redirect = _redirect_at(request, path)
        if redirect is None or not _leads_elsewhere(request, path, redirect):
            return response
        kind = HttpResponsePermanentRedirect if redirect.is_permanent else HttpResponseRedirect
        return kind(redirect.link)


def _redirect_at(request: HttpRequest, path: str) -> Redirect | None:
    """Return the redirect of the path with its query, or of the path alone."""
    bare = urlsplit(path).path
    found: Redirect | None = get_redirect(request, path)
    return get_redirect(request, bare) if found is None and bare != path else found


def _leads_elsewhere(request: HttpRequest, path: str, redirect: Redirect | None) -> bool:
    """Follow redirects within this site; return False if they end at a page that is not live or form a loop."""
    here = urlsplit(path).path
    seen = {here}
    for hop in range(MAX_HOPS):
        if redirect is None:
            return True
        page = redirect.redirect_page
        if redirect.link is None or (page is not None and not page.live):
            return False
        target = urlsplit(redirect.link)
        if target.netloc not in {"", request.get_host()}:
            return True
        place = urlsplit(Redirect.normalise_path(target.path, decode_unicode=False)).path
        if hop and place == here and page is not None:
            return True  # left over from a page that is at this address again: it is served
        if place in seen:
            return False
        seen.add(place)
        here, redirect = place, get_redirect(request, place) if page is None else None
    return False
