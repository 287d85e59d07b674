"""Content Security Policy with a nonce on every page.

There are three policies: a strict one for the public site and the desk; the narrowest one under which the Wagtail
admin works, which sets inline styles from its scripts, evaluates no code and previews pages in a frame; and, for these
previews, the strict one with permission for the admin to frame it.
"""

from __future__ import annotations

from typing import Any, Final

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

#: Where browsers report violations (core.web.csp_reports), and its name in the header `Reporting-Endpoints`.
REPORT_PATH: Final = "/csp-bao-cao/"
REPORT_GROUP: Final = "csp"

STRICT: Final[dict[str, list[Any]]] = {
    "default-src": [SELF],
    "script-src": [SELF, NONCE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "report-uri": [REPORT_PATH],
    "report-to": [REPORT_GROUP],
}
ADMIN: Final[dict[str, list[Any]]] = {
    **STRICT,
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}
PREVIEW: Final[dict[str, list[Any]]] = {**STRICT, "frame-ancestors": [SELF]}
ADMIN_PREFIX: Final = "/quan-tri/"
PERMISSIONS: Final = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Choose the policy by address and disable device features that no page uses.

    It is one of the outermost middlewares, so that error responses of the inner ones also have the headers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not hasattr(response, "_csp_config"):
            response._csp_config = _policy_for(request)  # type: ignore[attr-defined]
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Reporting-Endpoints", f'{REPORT_GROUP}="{REPORT_PATH}"')
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return super().process_response(request, response)


def _policy_for(request: HttpRequest) -> dict[str, list[Any]]:
    """Return the policy of an address.

    Wagtail renders a preview by sending a second request, marked `is_dummy`, with the public address of the page
    through all middlewares, and its response keeps the policy that it got there.
    """
    if getattr(request, "is_dummy", False):
        return PREVIEW
    return ADMIN if request.path_info.startswith(ADMIN_PREFIX) else STRICT
