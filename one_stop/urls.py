"""Addresses of the desk, below /mot-cua/."""

from django.urls import path

from one_stop.views import actions, desk_log, dossier, lookup_key, queue

app_name = "one_stop"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("danh-sach.csv", queue.queue_file, name="queue_file"),
    path("tiep-theo/", queue.next_dossier, name="next"),
    path("nhan/", queue.assign_to_self, name="assign_to_self"),
    path("nhat-ky/", desk_log.desk_log, name="desk_log"),
    path("nhat-ky.csv", desk_log.desk_log_file, name="desk_log_file"),
    path("ho-so/<str:code>/", dossier.dossier, name="dossier"),
    path("ho-so/<str:code>/hien-so-dinh-danh/", dossier.reveal_citizen_id, name="reveal_citizen_id"),
    path("ho-so/<str:code>/nguoi-xem/", dossier.view_log, name="view_log"),
    path("ho-so/<str:code>/ma-tra-cuu/", lookup_key.lookup_key, name="lookup_key"),
    path("ho-so/<str:code>/ma-tra-cuu.pdf", lookup_key.lookup_slip, name="lookup_slip"),
    path("ho-so/<str:code>/tep/<int:pk>/", dossier.file, name="file"),
    path("ho-so/<str:code>/giay/<str:key>.pdf", dossier.printed_form, name="printed_form"),
    path("ho-so/<str:code>/viec/<str:action>/", actions.perform_action, name="action"),
]
