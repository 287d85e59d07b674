"""Create the first pages of a new portal."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import transaction
from wagtail.models import Collection, Locale, Page, PageLogEntry, Site

from home.models import AgencyIndexPage, HomePage, MenuItem, NewsIndexPage
from procedures.models import ProcedureCataloguePage

MENU: Final = [
    ("Trang chủ", "Home", "/"),
    ("Thủ tục", "Procedures", "/thu-tuc/"),
    ("Tra cứu hồ sơ", "Track a dossier", "/tra-cuu/"),
    ("Cơ quan", "Agencies", "/co-quan/"),
    ("Tin tức", "News", "/tin-tuc/"),
]


@transaction.atomic
def start_site() -> HomePage:
    """Return the front page; create it with the pages below it and the menu if there is none yet.

    Wagtail's own welcome page is deleted. A site that has a front page is not changed, except for its languages.
    """
    for code, _name in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)
    existing = HomePage.objects.filter(locale=Locale.get_default()).first()
    if existing is not None:
        return existing
    root = Page.get_first_root_node()
    home = HomePage(
        title="Trang chủ",
        slug="trang-chu",
        locale=Locale.get_default(),
        question="Bạn cần làm thủ tục gì?",
        hint="Gõ như bạn nói, có dấu hay không dấu đều được.",
        examples="dang ky ket hon\nsao y bản chính\ntiền mai táng",
    )
    root.add_child(instance=home)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"root_page": home, "site_name": settings.WAGTAIL_SITE_NAME},
        create_defaults={"root_page": home, "site_name": settings.WAGTAIL_SITE_NAME, "hostname": "localhost"},
    )
    for welcome in Page.objects.child_of(root).exclude(pk=home.pk):
        if welcome.specific_class is Page:
            Page.objects.get(pk=welcome.pk).delete()
            PageLogEntry.objects.filter(page_id=welcome.pk).delete()
    Page.objects.filter(pk=root.pk).update(title="Tất cả trang", draft_title="Tất cả trang")
    Collection.objects.filter(depth=1).update(name="Dùng chung")
    home.refresh_from_db()
    for child in (
        ProcedureCataloguePage(title="Thủ tục hành chính", slug="thu-tuc"),
        AgencyIndexPage(
            title="Cơ quan", slug="co-quan", summary="Địa chỉ, giờ làm việc và thủ tục của từng cơ quan."
        ),
        NewsIndexPage(title="Tin tức", slug="tin-tuc"),
    ):
        child.locale = home.locale
        home.add_child(instance=child)
    MenuItem.objects.bulk_create(
        MenuItem(position=10 * position, label=label, label_en=label_en, path=path)
        for position, (label, label_en, path) in enumerate(MENU, start=1)
    )
    return home
