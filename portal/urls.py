"""The root of all addresses. Vietnamese has no prefix, English lives below /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views.reset import ResetPassword
from core.health import healthz
from core.serving import serve

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    # One door with one throttle: the admin's own sign-in page is not a second one.
    path("quan-tri/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    path("quan-tri/password_reset/", ResetPassword.as_view()),
    path("quan-tri/", include("core.admin_urls")),
    path("quan-tri/", include(wagtailadmin_urls)),
    path("tai-lieu/", include(wagtaildocs_urls)),
    path("", include("home.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]

urlpatterns += i18n_patterns(
    path("thu-tuc/", include("procedures.urls")),
    path("tai-khoan/", include("accounts.urls")),
    path("tim-kiem/", include("search.urls")),
    path("mot-cua/", include("forms_app.desk.urls")),
    path("", include("forms_app.dossiers.urls")),
    path("_util/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    # Wagtail's own view for pages comes second, for its name only; its other addresses stay as they are.
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = "core.error_views.bad_request"
handler403 = "core.error_views.not_found"
handler404 = "core.error_views.not_found"
handler500 = "core.error_views.server_error"
