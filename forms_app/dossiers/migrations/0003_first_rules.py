"""The code formats of TT 01/2018 and of TT 03/2025, and the first consent text: what an empty portal needs for filing."""

from datetime import date

from django.db import migrations

FORMATS = [
    ("{agency_code_old}-{yymmdd}-{seq:04d}", date(2019, 1, 6), date(2025, 6, 30), "TT 01/2018/TT-VPCP, điều 19"),
    ("{agency_code}-{yymmdd}-{seq:04d}", date(2025, 7, 1), None, "TT 03/2025/TT-VPCP"),
]
PURPOSE = (
    "Cơ quan tiếp nhận dùng thông tin và giấy tờ bạn gửi để giải quyết thủ tục này, liên hệ với bạn về hồ sơ và trả kết "
    "quả. Thông tin chỉ được chia sẻ cho cơ quan phối hợp giải quyết hồ sơ theo quy định của pháp luật."
)
RETENTION = (
    "Bản nháp không nộp tự xóa sau 30 ngày. Hồ sơ đã nộp được lưu theo thời hạn bảo quản của pháp luật lưu trữ đối với "
    "từng loại thủ tục, sau đó được hủy."
)
RIGHTS = (
    "Theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định 356/2025/NĐ-CP, bạn có quyền biết, xem, chỉnh sửa, rút "
    "lại đồng ý, yêu cầu hạn chế xử lý dữ liệu của mình, khiếu nại và yêu cầu bồi thường. Bản nháp bạn xóa được bất cứ "
    "lúc nào; hồ sơ đã nộp phải lưu theo pháp luật về lưu trữ nên không xóa theo yêu cầu. Rút lại đồng ý đồng nghĩa với "
    "rút hồ sơ chưa giải quyết xong."
)


def create(apps, schema_editor):
    code_format = apps.get_model("dossiers", "CodeFormat")
    for pattern, valid_from, valid_to, legal_basis in FORMATS:
        code_format.objects.create(
            pattern=pattern, valid_from=valid_from, valid_to=valid_to, legal_basis=legal_basis
        )
    apps.get_model("dossiers", "ConsentText").objects.create(
        number=1, valid_from=date(2026, 1, 1), purpose=PURPOSE, retention=RETENTION, rights=RIGHTS
    )


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_history_append_only")]

    # Reversing keeps the rows: 0001 drops their tables.
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
