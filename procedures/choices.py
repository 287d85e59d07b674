"""The closed lists of the catalogue, with the codes used in national records and in our own files."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(TextChoices):
    """The level of government that carries out a procedure (cấp thực hiện)."""

    MINISTRY = "cap_bo", _("Ministry level")
    PROVINCE = "cap_tinh", _("Provincial level")
    DISTRICT = "cap_huyen", _("District level (until 30/6/2025)")
    COMMUNE = "cap_xa", _("Commune level")
    OTHER = "co_quan_khac", _("Other body")


class ProcedureKind(TextChoices):
    """What the law leaves to the province (loại thủ tục)."""

    DELEGATED = "luat_giao", _("Details delegated by law")
    NOT_DELEGATED = "khong_luat_giao", _("Not delegated to the province by law")
    OWN = "dac_thu", _("Specific to the province")
    OTHER = "khac", _("Other")


class ServiceLevel(TextChoices):
    """How far the service is online (mức độ dịch vụ công trực tuyến, NĐ 42/2022/NĐ-CP)."""

    FULL = "toan_trinh", _("Fully online")
    PARTIAL = "mot_phan", _("Partly online")
    INFORMATION = "thong_tin", _("Information online")


class Channel(TextChoices):
    """How a dossier is submitted (cách thức thực hiện, kênh)."""

    COUNTER = "truc_tiep", _("At the one-stop desk")
    ONLINE = "truc_tuyen", _("Online")
    POST = "buu_chinh", _("By post")


class FeeKind(TextChoices):
    """A service fee (phí) or an administrative fee (lệ phí); the law distinguishes them."""

    SERVICE_FEE = "phi", _("Service fee")
    ADMINISTRATIVE_FEE = "le_phi", pgettext_lazy("kind of fee", "Administrative fee")


class DocumentKind(TextChoices):
    """Whether a document is submitted (nộp) or shown (xuất trình), or the row is only a note (ghi chú)."""

    SUBMIT = "nop", _("submit")
    SHOW = "xuat_trinh", _("show only")
    NOTE = "ghi_chu", _("note")


class Status(TextChoices):
    """The status of a procedure (tình trạng)."""

    PUBLIC = "cong_khai", _("Published")
    HIDDEN = "chua_cong_khai", _("Not published")
    EXPIRED = "het_hieu_luc", _("Expired")
    ABOLISHED = "bai_bo", _("Abolished")
    REPLACED = "thay_the", _("Replaced")
    IN_ERROR = "cong_bo_nham", _("Published in error")


ENDED_STATUSES: Final = (Status.EXPIRED, Status.ABOLISHED, Status.REPLACED, Status.IN_ERROR)


class AudienceCode(TextChoices):
    """Eligible applicants (đối tượng thực hiện), named as in the national list."""

    CITIZEN = "cong_dan", "Công dân Việt Nam"
    OVERSEAS = "nguoi_vn_nuoc_ngoai", "Người Việt Nam định cư ở nước ngoài"
    FOREIGNER = "nguoi_nuoc_ngoai", "Người nước ngoài"
    OFFICIAL = "can_bo", "Cán bộ, công chức, viên chức"
    ENTERPRISE = "doanh_nghiep", "Doanh nghiệp"
    FOREIGN_ENTERPRISE = "doanh_nghiep_fdi", "Doanh nghiệp có vốn đầu tư nước ngoài"
    ORGANISATION = "to_chuc", "Tổ chức (không bao gồm doanh nghiệp, HTX)"
    FOREIGN_ORGANISATION = "to_chuc_nuoc_ngoai", "Tổ chức nước ngoài"
    COOPERATIVE = "hop_tac_xa", "Hợp tác xã"
    PARTY_MEMBER = "dang_vien", "Đảng viên"
    PARTY_BODY = "to_chuc_dang", "Tổ chức Đảng"
