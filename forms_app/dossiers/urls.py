"""Addresses for citizens: file a dossier, track it (docs/features/filing.md)."""

from django.urls import path, register_converter

from forms_app.dossiers.views import citizen_actions, lost_keys, start, steps, tracking


class CoreCode:
    """A national procedure code, 1.001193."""

    regex = r"\d\.\d{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CoreCode, "core_code")

app_name = "dossiers"
urlpatterns = [
    path("nop-ho-so/<core_code:core_code>/", start.start, name="start"),
    path("nop-ho-so/<core_code:core_code>/tiep/", start.resume, name="resume"),
    path("nop-ho-so/<core_code:core_code>/tiep/<str:token>/", start.take_over, name="take-over"),
    path("nop-ho-so/<core_code:core_code>/to-khai.pdf", start.blank_form, name="blank-form"),
    path("nop-ho-so/<core_code:core_code>/noi-nop/", start.change_agency, name="agency"),
    path("nop-ho-so/<core_code:core_code>/roi-may/", start.leave, name="leave"),
    path("nop-ho-so/<core_code:core_code>/da-roi-may/", start.left, name="left"),
    path("nop-ho-so/<core_code:core_code>/xoa/", start.erase, name="erase"),
    path("nop-ho-so/<core_code:core_code>/buoc/<slug:step_id>/", steps.step, name="step"),
    path("nop-ho-so/<core_code:core_code>/tep/<int:pk>/", steps.own_file, name="own-file"),
    path("nop-ho-so/<core_code:core_code>/xem-lai/", steps.review, name="review"),
    path("nop-ho-so/<core_code:core_code>/da-nop/", steps.receipt, name="receipt"),
    path("tra-cuu/", tracking.lookup, name="lookup"),
    path("tra-cuu/mat-ma/", lost_keys.lost_key, name="lost-key"),
    path("tra-cuu/cap-lai/<str:token>/", lost_keys.new_key, name="new-key"),
    path("tra-cuu/xac-nhan-thu/<str:token>/", lost_keys.confirm_email, name="confirm-email"),
    path("ho-so/<str:token>/", tracking.show, name="tracking"),
    path("ho-so/<str:token>/ma-tra-cuu/", lost_keys.lookup_key, name="lookup-key"),
    path("ho-so/<str:token>/ma-tra-cuu.pdf", lost_keys.lookup_slip, name="lookup-slip"),
    path("ho-so/<str:token>/noi-dung/", tracking.contents, name="contents"),
    path("ho-so/<str:token>/nguoi-xem/", tracking.viewers, name="view-log"),
    path("ho-so/<str:token>/luu-giu/", tracking.retention, name="retention"),
    path("ho-so/<str:token>/du-lieu.json", tracking.data, name="data"),
    path("ho-so/<str:token>/bo-sung/", citizen_actions.supplement, name="supplement"),
    path("ho-so/<str:token>/rut/", citizen_actions.withdraw, name="withdraw"),
    path("ho-so/<str:token>/giay/<slug:key>.pdf", tracking.printed_form, name="printed-form"),
    path("ho-so/<str:token>/tep/<int:pk>/", tracking.file, name="file"),
]
