"""Root URLs: Vietnamese without a prefix, English below /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views import ResetPassword, preferences
from core.health import healthz
from core.wagtail import documents, renditions
from core.wagtail.page_serving import serve
from core.web import csp_reports
from core.web.csp import REPORT_PATH
from core.web.favicon import favicon
from core.web.security_txt import security_txt

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("favicon.ico", favicon),
    path(".well-known/security.txt", security_txt),
    path(REPORT_PATH.lstrip("/"), csp_reports.collect),
    # The admin's sign-in redirects here, so that one throttle covers both.
    path("quan-tri/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    path("quan-tri/account/", preferences),
    path("quan-tri/password_reset/", ResetPassword.as_view()),
    path("quan-tri/", include("core.wagtail.overrides")),
    path("quan-tri/", include(wagtailadmin_urls)),
    path("tai-lieu/<int:document_id>/<path:document_filename>", documents.serve),
    path("tai-lieu/", include(wagtaildocs_urls)),
    path("", include("home.urls")),
]

if settings.DEBUG or settings.DEMO:
    # Elsewhere the web server sends them (docs/examples/nginx.conf).
    pictures = f"{settings.MEDIA_URL.lstrip('/')}{renditions.FOLDER}<str:name>"
    urlpatterns.append(path(pictures, renditions.serve, name="rendition"))

if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))

urlpatterns += i18n_patterns(
    path("thu-tuc/", include("procedures.urls")),
    path("tai-khoan/", include("accounts.urls")),
    path("tai-khoan/", include("accounts.second_factor_urls")),
    path("tim-kiem/", include("search.urls")),
    path("mot-cua/", include("one_stop.urls")),
    path("nguon-tin/", include("home.feed_urls")),
    path("", include("forms_app.dossiers.urls")),
    path("_util/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    # Wagtail's own view for pages comes second, for its name only; its other addresses stay as they are.
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = "core.web.error_views.bad_request"
handler403 = "core.web.error_views.not_found"
handler404 = "core.web.error_views.not_found"
handler500 = "core.web.error_views.server_error"
