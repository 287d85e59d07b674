"""Demo accounts listed on the front page."""

from __future__ import annotations

from demo import sources
from demo.context_processors import demo_accounts


class TestDemoAccounts:
    def test_a_demo_shows_one_account_per_role(self):
        accounts = demo_accounts()
        assert [one.username for one in accounts] == [one["username"] for one in sources.people()["accounts"]]
        assert {one.password for one in accounts} == {sources.people()["password"]}
        assert all(one.role for one in accounts)
