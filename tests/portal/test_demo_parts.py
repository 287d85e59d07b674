"""The parts of the load by themselves: what is there stays, what editors changed stays, mistakes of ours are told."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from wagtail.models import Page

from accounts.models import Agency, Membership, User
from home.models import Alert, InformationPage, MenuItem, NewsIndexPage, NewsPage
from home.services import start_site
from portal.demo import procedures, sources
from portal.demo.agencies import load_agencies
from portal.demo.hook_answers import demo_accounts
from portal.demo.people import load_people
from portal.demo.site import load_front, load_sites
from portal.demo.texts import load_alerts, load_information, load_news
from portal.demo.writing import items, paragraph, put, section

DANGEROUS = '<script>alert("x")</script> & Cô Sương'


@pytest.mark.parametrize("tag", ["ol", "ul"])
def test_a_list_keeps_its_order_and_lets_no_markup_through(tag):
    html = items(["một", DANGEROUS], tag)
    assert html.startswith(f"<{tag}><li>một</li><li>&lt;script&gt;")
    assert html.endswith(f"</{tag}>")
    assert "<script>" not in html


def test_no_texts_make_an_empty_list():
    assert items([], "ul") == "<ul></ul>"


def test_a_paragraph_lets_no_markup_through():
    kind, text = paragraph(DANGEROUS)
    assert kind == "paragraph"
    assert "<script>" not in text.source
    assert "&amp; Cô Sương" in text.source


def test_a_section_is_a_heading_and_its_paragraphs():
    blocks = section("Theo luật nào", ["Một.", "Hai."])
    assert [kind for kind, _value in blocks] == ["heading", "paragraph", "paragraph"]
    assert blocks[0][1] == "Theo luật nào"


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"family": "Danh", "middle_given": "Thanh Sang"}, "Danh Thanh Sang"),
        ({"family": "Trần", "middle_given": "Ngọc Hân"}, "Trần Ngọc Hân"),
    ],
)
def test_a_name_begins_with_the_family(person, name):
    assert sources.full_name(person) == name


def test_files_of_a_folder_come_by_name():
    codes = [record["core_code"] for record in sources.read_folder("procedures")]
    assert codes == sorted(codes)
    assert [form["procedure"] for form in sources.read_folder("forms")] == sorted(
        form["procedure"] for form in sources.read_folder("forms")
    )


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        sources.read("khong-co")


class TestHook:
    def test_accounts_are_told_in_a_demo_with_what_they_are_for(self, settings):
        settings.DEMO = True
        told = demo_accounts()
        assert [one.username for one in told] == [one["username"] for one in sources.people()["accounts"]]
        assert {one.password for one in told} == {sources.people()["password"]}
        assert all(one.role for one in told)

    def test_nothing_is_told_anywhere_else(self, settings):
        settings.DEMO = False
        assert demo_accounts() is None


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def home(self):
        return start_site()

    def page(self, home, slug="gioi-thieu-thu", **fields):
        return put(home, InformationPage, slug, title="Giới thiệu", summary="Vài lời.", body=[], **fields)

    def test_a_page_is_put_live_with_its_revision(self, home):
        page = self.page(home)
        assert page.live
        assert page.latest_revision is not None
        assert Page.objects.child_of(home).filter(slug="gioi-thieu-thu").exists()

    def test_what_editors_made_of_it_stays(self, home):
        first = self.page(home).specific
        first.title = "Tên biên tập viên đặt"
        first.save_revision().publish()
        assert self.page(home).title == "Tên biên tập viên đặt"
        assert Page.objects.child_of(home).filter(slug="gioi-thieu-thu").count() == 1

    def test_a_page_that_was_taken_down_is_not_put_up_again(self, home):
        self.page(home).specific.unpublish()
        assert not self.page(home).live

    def test_the_front_page_gets_its_life_events_once(self, home):
        front = load_front()
        wanted = [event["title"] for event in sources.read("life_events")]
        assert [block.value["title"] for block in front.life_events] == wanted
        revisions = front.revisions.count()
        assert load_front().revisions.count() == revisions

    def test_information_has_a_place_in_the_footer_in_both_languages(self, home):
        load_information(home)
        load_information(home)
        footer = MenuItem.objects.filter(place=MenuItem.Place.FOOTER)
        assert [item.label for item in footer.order_by("position")] == [
            row["title"] for row in sources.read("pages")
        ]
        assert all(item.label_en for item in footer)

    @pytest.mark.parametrize("row", sources.read("pages"), ids=lambda row: row["slug"])
    def test_every_text_of_a_page_is_on_it(self, home, client, row):
        load_information(home)
        page = client.get(f"/{row['slug']}/").content.decode()
        for part in row["sections"]:
            assert part["heading"] in page
            assert part["paragraphs"][0][:30] in page
        for question in row.get("faq", []):
            assert question["q"] in page

    def test_news_come_from_their_agencies_with_the_newest_first(self, home, client):
        agencies = load_agencies()
        load_news(home, agencies)
        load_news(home, agencies)
        rows = sources.read("news")
        assert NewsPage.objects.count() == len(rows)
        assert set(NewsPage.objects.values_list("slug", "agency__slug")) == {
            (row["slug"], row["agency"]) for row in rows
        }
        index = NewsIndexPage.objects.child_of(home).get()
        first = client.get(index.get_url()).content.decode()
        newest = sorted(rows, key=lambda row: row["date"], reverse=True)[0]
        assert newest["title"] in first

    def test_alerts_are_written_once_and_end_by_themselves(self, home):
        agencies = load_agencies()
        load_information(home)
        load_alerts(home, agencies)
        load_alerts(home, agencies)
        assert Alert.objects.count() == len(sources.read("alerts"))
        assert all(alert.ends_at > alert.starts_at for alert in Alert.objects.all())
        assert all(alert.link_page for alert in Alert.objects.all())

    def test_sites_are_made_for_agencies_told_in_full(self, home):
        agencies = load_agencies()
        load_sites(home, agencies)
        load_sites(home, agencies)
        wanted = {row["slug"] for row in sources.read("agencies") if row["full_site"]}
        assert set(Page.objects.filter(slug__in=wanted).values_list("slug", flat=True)) == wanted


@pytest.mark.django_db
class TestAgencies:
    def test_every_parent_stands_before_its_children(self):
        seen = set()
        for row in sources.read("agencies"):
            assert row["parent"] is None or row["parent"] in seen
            seen.add(row["slug"])

    def test_communes_lie_in_their_unit_and_departments_in_none(self):
        agencies = load_agencies()
        assert agencies["ubnd-phuong-tan-thanh"].unit.name == "Phường Tân Thành"
        assert agencies["so-tu-phap"].unit is None
        assert agencies["so-tu-phap"].parent == agencies["ubnd-tinh"]

    def test_what_staff_changed_stays(self):
        load_agencies()
        Agency.objects.filter(slug="so-tu-phap").update(phone="0290 111 2222")
        assert load_agencies()["so-tu-phap"].phone == "0290 111 2222"

    def test_a_second_load_adds_nothing(self):
        first = {slug: agency.pk for slug, agency in load_agencies().items()}
        assert {slug: agency.pk for slug, agency in load_agencies().items()} == first


@pytest.mark.django_db
class TestPeople:
    def test_a_password_that_was_changed_is_not_reset(self):
        agencies = load_agencies()
        load_people(agencies)
        officer = User.objects.get(username="tiep-nhan")
        officer.set_password("mot-mat-khau-khac-2026")
        officer.save()
        load_people(agencies)
        officer.refresh_from_db()
        assert officer.check_password("mot-mat-khau-khac-2026")

    def test_roles_are_held_once_however_often_it_is_loaded(self):
        agencies = load_agencies()
        load_people(agencies)
        held = Membership.objects.count()
        load_people(agencies)
        assert Membership.objects.count() == held

    def test_further_agencies_of_a_person_count(self):
        load_people(load_agencies())
        controller = next(one for one in sources.people()["accounts"] if one["username"] == "kiem-soat")
        held = set(
            Membership.objects.filter(user__username="kiem-soat").values_list("agency__slug", flat=True)
        )
        assert held == {controller["agency"], *controller["also"]}

    def test_mail_addresses_lead_nowhere(self):
        load_people(load_agencies())
        assert not User.objects.exclude(email__endswith="@demo.camau.example").exists()


@pytest.mark.django_db
class TestProcedures:
    def test_a_record_that_the_importer_refuses_is_our_mistake(self, monkeypatch):
        load_agencies()
        start_site()
        broken = json.loads(json.dumps(sources.read_folder("procedures")[0]))
        broken["core_code"] = "khong-phai-ma"
        monkeypatch.setattr(procedures, "read_folder", lambda _name: [broken])
        with pytest.raises(procedures.BrokenDemoData):
            procedures.load_procedures()

    def test_the_summary_of_the_importer_is_told(self, monkeypatch):
        load_agencies()
        start_site()
        some = sources.read_folder("procedures")[:3]
        monkeypatch.setattr(procedures, "read_folder", lambda _name: some)
        assert procedures.load_procedures() == "created=3 updated=0 unchanged=0 refused=0"
        assert procedures.load_procedures() == "created=0 updated=0 unchanged=3 refused=0"


@pytest.mark.django_db
def test_the_command_tells_each_part_with_its_time(settings, monkeypatch):
    settings.DEMO = True
    told = []
    monkeypatch.setattr(
        "portal.management.commands.load_demo.load_province", lambda say: told.append(say("accounts: 0.1 s"))
    )
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == "accounts: 0.1 s\n"
    assert len(told) == 1
