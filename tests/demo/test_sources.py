"""Reading of the data files of the demo."""

from __future__ import annotations

import pytest

from demo import sources


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"family": "Danh", "middle_given": "Thanh Sang"}, "Danh Thanh Sang"),
        ({"family": "Trần", "middle_given": "Ngọc Hân"}, "Trần Ngọc Hân"),
    ],
)
def test_full_name_starts_with_the_family_name(person, name):
    assert sources.full_name(person) == name


def test_files_of_a_folder_are_sorted_by_name():
    codes = [record["core_code"] for record in sources.read_folder("procedures")]
    assert codes == sorted(codes)
    assert [form["procedure"] for form in sources.read_folder("forms")] == sorted(
        form["procedure"] for form in sources.read_folder("forms")
    )


def test_missing_file_raises_an_error():
    with pytest.raises(FileNotFoundError):
        sources.read_file("khong-co")
