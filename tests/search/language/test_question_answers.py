"""What a question asks for, on the page of results: facts, and each of several things."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.test import Client

from tests.search import test_views
from tests.search.samples import SearchFixture
from tests.search.test_views import get, said

samples = test_views.samples


class TestWhatIsAsked:
    """Facts that a question asks for, and questions about several things."""

    KNOWN: ClassVar = {
        "online": "Toàn trình",
        "time": "3 ngày làm việc",
        "fee": "7.500 đ",
        "documents": "Tờ khai; Căn cước",
        "place": "UBND cấp xã",
    }

    @pytest.mark.parametrize(
        ("asked", "line"),
        [
            ("kết hôn mất mấy ngày", "Nhận kết quả: 3 ngày làm việc"),
            ("kết hôn lệ phí bao nhiêu", "Phí, lệ phí: 7.500 đ"),
            ("kết hôn hồ sơ gồm những gì", "Thành phần hồ sơ: Tờ khai; Căn cước"),
            ("kết hôn nộp ở đâu", "Nơi nộp: UBND cấp xã"),
        ],
    )
    def test_the_hit_answers_the_question(
        self, client: Client, samples: SearchFixture, asked: str, line: str
    ):
        samples.add("Đăng ký kết hôn", facts=self.KNOWN)
        samples.sync()
        (hit,) = samples.ask(asked).hits
        assert len(hit.answers) == 1
        assert line in said(get(client, q=asked))

    def test_a_hit_without_a_question_shows_no_long_facts(self, client: Client, samples: SearchFixture):
        samples.add("Đăng ký kết hôn", facts=self.KNOWN)
        samples.sync()
        page = said(get(client, q="đăng ký kết hôn"))
        assert "Tờ khai; Căn cước" not in page
        assert "3 ngày làm việc" in page

    def test_each_of_several_things_shows_its_best_hit(self, client: Client, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.add("Đăng ký khai tử")
        samples.add("Đăng ký thành lập hộ kinh doanh")
        samples.sync()
        asked = "đăng ký kết hôn và đăng ký khai tử"
        found = samples.ask(asked).subjects
        assert [(subject.text, subject.hit.title.text) for subject in found] == [
            ("đăng ký kết hôn", "Đăng ký kết hôn"),
            ("đăng ký khai tử", "Đăng ký khai tử"),
        ]
        page = get(client, q=asked)
        assert 0 < page.find("Câu hỏi của bạn có nhiều việc") < page.rfind("Đăng ký")

    @pytest.mark.parametrize("asked", ["đăng ký kết hôn", "đăng ký kết hôn và thời tiết hôm nay"])
    def test_one_thing_is_not_split(self, samples: SearchFixture, asked: str):
        samples.add("Đăng ký kết hôn")
        samples.add("Đăng ký khai tử")
        samples.sync()
        assert samples.ask(asked).subjects == ()

    def test_a_title_with_a_conjunction_is_one_thing(self, samples: SearchFixture):
        samples.add("Đăng ký khai sinh và cấp thẻ bảo hiểm y tế")
        samples.add("Đăng ký khai sinh")
        samples.add("Cấp thẻ bảo hiểm y tế")
        samples.sync()
        assert samples.ask("đăng ký khai sinh và cấp thẻ bảo hiểm y tế").subjects == ()
