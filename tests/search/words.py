"""A small language for unit tests: titles, a lexicon, and the query that they derive from a text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from search.analysis import Query, QueryResources, analyse
from search.language.lexicon import CompiledLexicon, SynonymGroup
from search.language.tokenizer import folded_syllables, marked_syllables
from search.language.vocabulary import Vocabulary, count_titles, shipped_phrases
from search.ranking.rows import Row
from search.ranking.scorer import rank

TITLES = (
    "Thủ tục đăng ký khai sinh",
    "Thủ tục đăng ký khai tử",
    "Thủ tục đăng ký kết hôn",
    "Thủ tục đăng ký lại khai sinh",
    "Thủ tục đăng ký kết hôn có yếu tố nước ngoài",
    "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
    "Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh",
    "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
    "Đăng ký thành lập hộ kinh doanh",
    "Chấm dứt hoạt động hộ kinh doanh",
    "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV",
    "Gia hạn giấy phép xây dựng đối với công trình cấp III, cấp IV",
    "Chuyển trường đối với học sinh tiểu học",
    "Đề nghị miễn giảm học phí, hỗ trợ chi phí học tập",
    "Đăng ký thành lập hợp tác xã, liên hiệp hợp tác xã; đăng ký chuyển đổi tổ hợp tác thành hợp tác xã",
    "Thông báo về việc thành lập doanh nghiệp của hợp tác xã",
    "Thực hiện, điều chỉnh, thôi hưởng trợ cấp hưu trí xã hội",
    "Hỗ trợ chi phí mai táng đối với đối tượng hưởng trợ cấp hưu trí xã hội",
    "Thủ tục giải quyết tố cáo tại cấp xã",
    "Chấp thuận vị trí, quy mô, kích thước, phương án tổ chức thi công biển quảng cáo, biển thông tin cổ động",
    "Hòa giải tranh chấp đất đai",
)
GROUPS = (
    SynonymGroup(("giấy độc thân", "còn độc thân"), ("tình trạng hôn nhân",), ("1.004873",)),
    SynonymGroup(("sao y", "sao y bản chính"), ("chứng thực bản sao",), ("2.000815",)),
    SynonymGroup(("cất nhà", "xây nhà"), ("giấy phép xây dựng",), ("1.013225",)),
    SynonymGroup(("HTX",), ("hợp tác xã",), equal=True),
    SynonymGroup(("sửa bằng tốt nghiệp",), ("nội dung văn bằng",), ("3.000468",)),
    SynonymGroup(("giấy chứng tử", "death certificate"), ("khai tử",), ("1.000656",)),
)


def language(titles: Iterable[str] = TITLES, groups: Iterable[SynonymGroup] = GROUPS) -> QueryResources:
    """Return the language of ``titles`` and ``groups``."""
    lexicon, statistics = CompiledLexicon(groups), count_titles(titles)
    return QueryResources(
        lexicon, statistics, Vocabulary(statistics.spellings, phrases=[*lexicon.phrases, *shipped_phrases()])
    )


SMALL = language()


def ask(text: str, known: QueryResources = SMALL) -> Query:
    """Return the query that ``known`` derives from ``text``."""
    return analyse(text, known)


def labels(text: str, known: QueryResources = SMALL) -> set[str]:
    """Return the other names that ``known`` has for words of ``text``."""
    return {expansion.label for expansion in ask(text, known).expansions if expansion.label}


def row(title: str, **facts: Any) -> Row:
    """Return ``title`` as a candidate."""
    given: dict[str, Any] = {
        "codes": [],
        "extra": "",
        "level": [],
        "weight": 0.0,
        "key": f"procedure:{title}",
    } | facts
    return Row(
        pk=1,
        key=given["key"],
        version=1,
        collection="public",
        locale="vi",
        kind="procedure",
        ref=given["key"],
        title_words=" ".join(folded_syllables(title)),
        title_marked=" ".join(marked_syllables(title)),
        extra_words=" ".join(folded_syllables(given["extra"])),
        codes=given["codes"],
        references=[],
        weight=given["weight"],
        facets={"level": given["level"]} if given["level"] else {},
        facet_labels={},
        scopes=["public"],
        changed_at=given.get("changed_at", datetime(2026, 11, 23, tzinfo=UTC)),
    )


def order(query: str, *titles: Any, **facts: Any) -> list[str]:
    """Return ``titles`` (texts or rows), best first; the words are learnt from the titles of ``SMALL``."""
    rows = [row(title) if isinstance(title, str) else title for title in titles]
    ranked = rank(ask(query), [(one, 0.0) for one in rows], statistics=SMALL.statistics, **facts)
    return [one.row.key.removeprefix("procedure:") for one in ranked]
