"""Data of three pages with every component in every state, rendered without a database and checked with axe."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.paginator import Paginator

from forms_app.builder.field_types.file import LocalisedFileInput


class GalleryForm(forms.Form):
    """One field of each widget that the portal uses."""

    full_name = forms.CharField(label="Họ, chữ đệm và tên", max_length=80)
    citizen_id = forms.RegexField(
        r"^\d{12}$",
        label="Số căn cước",
        help_text="12 chữ số ở mặt trước thẻ",
        error_messages={"invalid": "Số căn cước phải có đủ 12 chữ số. Bạn đã nhập 11."},
    )
    email = forms.EmailField(label="Thư điện tử", required=False)
    born = forms.DateField(label="Ngày sinh", widget=forms.DateInput(attrs={"type": "date"}))
    commune = forms.ChoiceField(label="Xã, phường", choices=[("1", "Phường Tân Thành"), ("2", "Xã Đất Mũi")])
    purpose = forms.ChoiceField(
        label="Mục đích",
        choices=[("a", "Kết hôn"), ("b", "Mua bán nhà đất")],
        widget=forms.RadioSelect,
    )
    documents = forms.MultipleChoiceField(
        label="Giấy tờ kèm theo",
        choices=[("a", "Căn cước"), ("b", "Bản án ly hôn")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    scan = forms.FileField(
        label="Bản án ly hôn", help_text="PDF hoặc ảnh, mỗi tệp tối đa 10 MB.", widget=LocalisedFileInput
    )
    consent = forms.BooleanField(label="Tôi cam đoan nội dung khai là đúng")

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_class = "form"
        helper.add_input(Submit("continue", "Lưu và tiếp tục"))
        return helper


def bound_form() -> GalleryForm:
    """Return a form submitted with three errors."""
    return GalleryForm(
        {
            "full_name": "Nguyễn Thị Thu Đông",
            "citizen_id": "09618500123",
            "born": "1985-03-02",
            "commune": "1",
            "purpose": "b",
            "consent": "on",
        }
    )


def context() -> dict[str, Any]:
    """Return the context of the gallery templates."""
    return {
        "form": bound_form(),
        "plain_form": GalleryForm(),
        "page_obj": Paginator(range(230), 10).page(7),
        "crumbs": [
            {"title": "Thủ tục", "url": "/thu-tuc/"},
            {"title": "Hộ tịch", "url": ""},
        ],
        "timeline": [
            {"name": "Đã nộp", "when": "19/11/2026 20:14", "detail": "trực tuyến"},
            {
                "name": "Được tiếp nhận",
                "when": "20/11/2026 08:05",
                "detail": "UBND phường Tân Thành",
            },
            {
                "name": "Yêu cầu bổ sung",
                "when": "20/11/2026 10:40",
                "url": "/phieu.pdf",
                "link_text": "Phiếu yêu cầu (PDF)",
                "state": "now",
            },
            {"name": "Có kết quả", "state": "todo"},
        ],
        "steps": [
            {"title": "Trường hợp của bạn", "url": "/1"},
            {"title": "Người yêu cầu"},
            {"title": "Giấy tờ"},
            {"title": "Xem lại"},
        ],
        "action": {
            "label": "Nộp hồ sơ trực tuyến",
            "url": "/nop-ho-so/",
            "note": "Khoảng 10 phút. Lưu lại và làm tiếp được bất cứ lúc nào.",
        },
        "facts": [
            ("Nhận kết quả", "3 ngày làm việc"),
            ("Lệ phí", "7.500 đ, có miễn giảm"),
            ("Nơi làm", "UBND cấp xã"),
        ],
        "toc": [
            {"title": "Thời hạn và lệ phí", "url": "#a"},
            {"title": "Bạn cần chuẩn bị", "url": "#b"},
        ],
        "tabs": [
            {"label": "Chờ tiếp nhận", "url": "#", "count": 4},
            {"label": "Đang giữ", "url": "#", "count": 37, "current": True},
            {"label": "Quá hạn", "url": "#", "count": 1, "tone": "bad"},
            {"label": "Cả cơ quan", "url": "#", "count": 218},
        ],
        "figures": [
            ("Hồ sơ đã giải quyết", "18.402"),
            ("Đúng và trước hạn", "98,6 %"),
            ("Nộp trực tuyến", "61,3 %"),
        ],
        "rows": [
            (
                "H12.46.18-261112-0003",
                "Lê Văn Bảy",
                "Đăng ký lại khai sinh",
                "Quá hạn 1 ngày",
                "bad",
                "Chờ ký",
            ),
            (
                "H12.46.18-261118-0011",
                "Phạm Ngọc Mai",
                "Cấp bản sao trích lục",
                "Hôm nay 17:00",
                "wait",
                "Đang xử lý",
            ),
            (
                "H12.46.18-261119-0007",
                "Nguyễn Thị Đông",
                "Xác nhận hôn nhân",
                "Tạm dừng",
                "plain",
                "Chờ bổ sung",
            ),
            (
                "H12.46.18-261120-0001",
                "Danh Sà Rây",
                "Trợ cấp người khuyết tật",
                "Còn 12 ngày",
                "done",
                "Đang xử lý",
            ),
            (
                "H12.46.18-261123-0001",
                "Võ Hoàng Khang",
                "Đăng ký khai sinh",
                "Mới nộp 07:52",
                "info",
                "Chưa tiếp nhận",
            ),
        ],
    }
