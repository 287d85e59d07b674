"""Addresses of the second factor: allauth's views under the names by which it finds them."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from accounts.step_up import renewing_session
from accounts.views import SignIn

urlpatterns = [
    path("dang-nhap/", SignIn.as_view(), name="account_login"),
    path("xac-nhan-lai/", never_cache(renewing_session(reauthenticate)), name="account_reauthenticate"),
    path("xac-nhan-lai/ma/", never_cache(renewing_session(base.reauthenticate)), name="mfa_reauthenticate"),
    path(
        "xac-nhan-lai/khoa/",
        never_cache(renewing_session(webauthn.reauthenticate_webauthn)),
        name="mfa_reauthenticate_webauthn",
    ),
    path("xac-thuc-hai-buoc/", never_cache(base.index), name="mfa_index"),
    path("xac-thuc-hai-buoc/nhap-ma/", base.authenticate, name="mfa_authenticate"),
    path("xac-thuc-hai-buoc/ung-dung/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("xac-thuc-hai-buoc/ung-dung/go/", never_cache(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "xac-thuc-hai-buoc/ma-du-phong/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"
    ),
    path(
        "xac-thuc-hai-buoc/ma-du-phong/tao-moi/",
        never_cache(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "xac-thuc-hai-buoc/ma-du-phong/tai-ve/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("xac-thuc-hai-buoc/khoa/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("xac-thuc-hai-buoc/khoa/them/", never_cache(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "xac-thuc-hai-buoc/khoa/<int:pk>/go/",
        never_cache(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]
