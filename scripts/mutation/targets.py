"""What is mutated, and the tests that are run."""

from __future__ import annotations

from typing import Final

#: Tests that execute the guards; browser, engine and document tests say nothing about them.
TEST_FOLDERS: Final = (
    ("tests/forms_app/dossiers", "tests/core", "tests/procedures/imports"),
    (
        *("tests/one_stop", "tests/accounts", "tests/security", "tests/home"),
        *("tests/procedures/test_permissions.py", "tests/procedures/views"),
        *("tests/search/test_counting.py", "tests/search/selectors/test_guidance.py"),
    ),
)
#: The code that decides who may do or see what, by when, and what is erased. Add new guards here.
GUARDS: Final = (
    "accounts/lockout.py",
    "accounts/policies.py",
    "accounts/second_factor.py",
    "accounts/selectors.py",
    "accounts/services/email_addresses.py",
    "accounts/services/factor_secrets.py",
    "accounts/services/groups.py",
    "accounts/services/invitations.py",
    "accounts/services/lifecycle.py",
    "accounts/services/memberships.py",
    "accounts/services/role_requests.py",
    "accounts/services/sessions.py",
    "accounts/session.py",
    "accounts/step_up.py",
    "core/clock_guard.py",
    "core/encryption.py",
    "core/one_time_links.py",
    "core/wagtail/dependants.py",
    "core/wagtail/object_policy.py",
    "core/wagtail/overrides.py",
    "core/wagtail/page_permissions.py",
    "core/wagtail/translation_guards.py",
    "core/web/origins.py",
    "core/web/request_guard.py",
    "core/web/throttle.py",
    "core/worktime/calendar.py",
    "core/worktime/deadlines.py",
    "forms_app/dossiers/credentials.py",
    "forms_app/dossiers/deadlines.py",
    "forms_app/dossiers/services/list_log.py",
    "forms_app/dossiers/selectors/assignees.py",
    "forms_app/dossiers/services/actions.py",
    "forms_app/dossiers/transitions.py",
    "one_stop/access.py",
    "procedures/imports/undo.py",
    "search/counting.py",
    "search/selectors/best_bets.py",
    "search/selectors/guidance.py",
)
#: The code that decides which files are stored, shown and kept.
FILES: Final = (
    "core/foreign_files/archives.py",
    "core/foreign_files/formulas.py",
    "core/foreign_files/inspection.py",
    "core/foreign_files/office.py",
    "core/foreign_files/opendocument.py",
    "core/foreign_files/pdf.py",
    "core/foreign_files/pictures.py",
    "core/foreign_files/process.py",
    "core/foreign_files/texts.py",
    "core/foreign_files/word_files.py",
    "core/foreign_files/zip_structure.py",
    "core/malware_scan.py",
    "forms_app/dossiers/services/private_files.py",
    "forms_app/dossiers/services/scans.py",
)
#: Runs of at most an hour each; the first is the one of `make mutants` without arguments.
GROUPS: Final = {"guards": GUARDS, "files": FILES}
TARGETS: Final = (*GUARDS, *FILES)
