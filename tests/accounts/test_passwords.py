"""Passwords that are easy to guess, and those used before."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import FormerPassword, User
from accounts.passwords import DisguisedPasswordValidator
from accounts.services import create_user
from tests.accounts.factories import MembershipFactory, UserFactory

NEW = "/tai-khoan/mat-khau/"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa", "abababababab", "Welcome12345", "iloveyou1234", "camau1234567", "Matkhau@2026",
        "Mật khẩu 2026!", "P@ssw0rd1234", "password1234", "qwertyuiop12", "Abc123456789", "2026CaMau!!!!",
        "M@tKhau123456", "123456qwerty", "dichvucong2026", "tinhcamau@2025", "Anh.Yeu.Em.2026",
        # one word twice, two words together, names of people
        "matkhaumatkhau", "PasswordPassword!", "ubndtinhcamau1", "Cán bộ Cà Mau 2026", "camau.vietnam.1",
        "NguyenVanAn1990", "tranthithuha@85", "Lê Minh Tuấn 123",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_easy_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="lan", full_name="Trần Thị Lan"))


@pytest.mark.parametrize(
    "password",
    [
        "con-vit-cao-canh",
        "mat-khau-rat-dai",
        "Thuyền ra khơi lúc 5 giờ",
        "xK9#mQ2$vL7p",
        "rừng đước mùa nước nổi",
        "nguyen-tran-mot-con-do",
        "Nguyễn Trãi viết thư 1428",
        "hồ sơ xanh trên bàn gỗ",
    ],
)
@pytest.mark.django_db
def test_long_phrases_and_random_passwords_are_accepted(password: str) -> None:
    validate_password(password, User(username="lan", full_name="Trần Thị Lan"))


def test_at_least_3000_common_passwords_of_the_required_length_are_refused() -> None:
    """ASVS 5.0, 6.2.4: the words of Django's list, extended as people do."""
    validator = DisguisedPasswordValidator()
    endings = ("1", "123", "@123", "2026", "!", "12345", "123456", "1234567890")
    words = sorted(word for word in validator.passwords if word.isalpha() and word.isascii())
    common = {
        password
        for word in words
        for ending in endings
        if len(password := f"{word}{ending}".capitalize()) >= 12
    }
    assert len(common) > 3000
    taken = [password for password in sorted(common)[::7] if not _is_refused(validator, password)]
    assert taken == []


def _is_refused(validator: DisguisedPasswordValidator, password: str) -> bool:
    try:
        validator.validate(password)
    except ValidationError:
        return True
    return False


@pytest.mark.django_db
def test_names_of_the_own_agencies_are_refused() -> None:
    user = MembershipFactory(agency__name="Trung tâm Xúc tiến Đầu tư", agency__slug="trung-tam-xtdt").user
    for password in ("xuctiendautu1", "Trung tâm Xúc tiến Đầu tư 9", "trungtamxtdt@1"):
        with pytest.raises(ValidationError, match="cơ quan"):
            validate_password(password, user)
        validate_password(password, UserFactory())


@pytest.mark.django_db
class TestFormer:
    PASSWORDS = tuple(
        f"thuyen-so-{word}-ra-khoi" for word in ("mot", "hai", "ba", "bon", "nam", "sau", "bay")
    )

    def change(self, user: User, old: str, new: str) -> bool:
        client = Client()
        client.force_login(user)
        client.post(NEW, {"old_password": old, "new_password1": new, "new_password2": new})
        user.refresh_from_db()
        return user.check_password(new)

    def test_current_and_last_passwords_are_refused(self) -> None:
        first, *others = self.PASSWORDS
        user = create_user(username="lan", full_name="Lan", password=first)
        assert FormerPassword.objects.count() == 1
        previous = first
        for password in others[:4]:
            assert self.change(user, previous, password)
            previous = password
        for used in self.PASSWORDS[:5]:
            client = Client()
            client.force_login(user)
            answer = client.post(
                NEW, {"old_password": previous, "new_password1": used, "new_password2": used}
            )
            assert answer.status_code == 200
        assert self.change(user, previous, others[4])
        assert self.change(user, others[4], first)  # the sixth before
        assert FormerPassword.objects.filter(user=user).count() == 5

    def test_only_hashes_are_kept(self) -> None:
        user = create_user(username="lan", full_name="Lan", password=self.PASSWORDS[0])
        assert FormerPassword.objects.get(user=user).password == user.password

    def test_password_of_another_person_does_not_count(self) -> None:
        create_user(username="lan", full_name="Lan", password=self.PASSWORDS[0])
        other = UserFactory()
        assert self.change(other, "mat-khau-rat-dai", self.PASSWORDS[0])
