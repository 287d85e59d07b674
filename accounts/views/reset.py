"""A new password by mail, for people of the admin. Wagtail sends the mail; how often is decided here."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from wagtail.admin.views.account import PasswordResetView

from core.throttle import Throttle, client_network

BY_ADDRESS: Final = Throttle("accounts.reset.address", limit=10, seconds=3600)
BY_MAIL: Final = Throttle("accounts.reset.mail", limit=3, seconds=3600)


class ResetPassword(PasswordResetView):
    """Send at most a few mails an hour to one person or for one address; the answer is the same in every case."""

    def form_valid(self, form: Any) -> HttpResponse:
        mail = form.cleaned_data["email"].lower()
        if all([BY_ADDRESS.hit(client_network(self.request)), BY_MAIL.hit(mail)]):
            return super().form_valid(form)
        return HttpResponseRedirect(str(self.get_success_url()))
