"""Addresses of filing and following (docs/features/filing.md)."""

from django.urls import path, register_converter

from forms_app.dossiers.views import answering, lookup, mine, review, start, steps


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
    path("nop-ho-so/<core_code:core_code>/xoa/", start.erase, name="erase"),
    path("nop-ho-so/<core_code:core_code>/buoc/<slug:step_id>/", steps.step, name="step"),
    path("nop-ho-so/<core_code:core_code>/tep/<int:pk>/", steps.own_file, name="own-file"),
    path("nop-ho-so/<core_code:core_code>/xem-lai/", review.review, name="review"),
    path("nop-ho-so/<core_code:core_code>/da-nop/", review.receipt, name="receipt"),
    path("tra-cuu/", lookup.lookup, name="lookup"),
    path("ho-so/<str:token>/", mine.show, name="mine"),
    path("ho-so/<str:token>/noi-dung/", mine.contents, name="contents"),
    path("ho-so/<str:token>/nguoi-xem/", mine.viewers, name="viewers"),
    path("ho-so/<str:token>/luu-giu/", mine.keeping, name="keeping"),
    path("ho-so/<str:token>/du-lieu.json", mine.data, name="data"),
    path("ho-so/<str:token>/bo-sung/", answering.supplement, name="supplement"),
    path("ho-so/<str:token>/rut/", answering.withdraw, name="withdraw"),
    path("ho-so/<str:token>/giay/<slug:key>.pdf", mine.paper, name="paper"),
    path("ho-so/<str:token>/tep/<int:pk>/", mine.file, name="file"),
]
