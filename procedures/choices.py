"""The closed lists of the catalogue, with the codes that the national records and our own files use."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(TextChoices):
    """At which level of government a procedure is carried out (cấp thực hiện)."""

    MINISTRY = "cap_bo", _("Ministry level")
    PROVINCE = "cap_tinh", _("Provincial level")
    DISTRICT = "cap_huyen", _("District level (until 30/6/2025)")
    COMMUNE = "cap_xa", _("Commune level")
    OTHER = "co_quan_khac", _("Other body")


class ProcedureKind(TextChoices):
    """What the law leaves to the province (loại thủ tục)."""

    DELEGATED = "luat_giao", _("The law leaves the details to be set")
    NOT_DELEGATED = "khong_luat_giao", _("The law leaves nothing to the province")
    OWN = "dac_thu", _("Own to the province")
    OTHER = "khac", _("Other")


class ServiceLevel(TextChoices):
    """How far the service is online (mức độ dịch vụ công trực tuyến, NĐ 42/2022/NĐ-CP)."""

    FULL = "toan_trinh", _("Fully online")
    PARTIAL = "mot_phan", _("Partly online")
    INFORMATION = "thong_tin", _("Information online")


class Channel(TextChoices):
    """How a dossier is handed in (cách thức thực hiện, kênh)."""

    COUNTER = "truc_tiep", _("At the one-stop desk")
    ONLINE = "truc_tuyen", _("Online")
    POST = "buu_chinh", _("By post")


class FeeKind(TextChoices):
    """A charge for a service (phí) or a state duty (lệ phí); the law keeps them apart."""

    CHARGE = "phi", _("Charge")
    DUTY = "le_phi", pgettext_lazy("kind of fee", "Fee")


class PaperKind(TextChoices):
    """What to do with a paper: hand it in (nộp), show it (xuất trình); or the row is a note (ghi chú)."""

    SUBMIT = "nop", _("hand in")
    SHOW = "xuat_trinh", _("show")
    NOTE = "ghi_chu", _("note")


class Status(TextChoices):
    """Where a procedure stands in its life (tình trạng)."""

    PUBLIC = "cong_khai", _("Published")
    HIDDEN = "chua_cong_khai", _("Not published")
    EXPIRED = "het_hieu_luc", _("Expired")
    ABOLISHED = "bai_bo", _("Abolished")
    REPLACED = "thay_the", _("Replaced")


class AudienceCode(TextChoices):
    """Who may ask for it (đối tượng thực hiện): the names of the national list."""

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
