"""Addresses of the desk, below /mot-cua/."""

from django.urls import path

from forms_app.desk.views import acts, dossier, queue

app_name = "desk"

urlpatterns = [
    path("", queue.entrance, name="queue"),
    path("tiep-theo/", queue.following, name="next"),
    path("nhan/", queue.take, name="take"),
    path("ho-so/<str:code>/", dossier.show, name="dossier"),
    path("ho-so/<str:code>/hien-so-dinh-danh/", dossier.reveal, name="reveal"),
    path("ho-so/<str:code>/nguoi-xem/", dossier.viewers, name="viewers"),
    path("ho-so/<str:code>/tep/<int:pk>/", dossier.file, name="file"),
    path("ho-so/<str:code>/giay/<str:paper>.pdf", dossier.paper, name="paper"),
    path("ho-so/<str:code>/viec/<str:action>/", acts.act, name="act"),
]
