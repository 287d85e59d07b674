"""Records as hypothesis makes them up: of the right kind, odd in every value."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from procedures.choices import (
    AudienceCode,
    Channel,
    DocumentKind,
    FeeKind,
    Level,
    ProcedureKind,
    ServiceLevel,
    Status,
)

TEXT = st.text(max_size=30)


def record(required: dict[str, Any], /, **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A JSON object with ``required`` and any of ``optional``."""
    return st.fixed_dictionaries(required, optional=optional)


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, max_size=2)


FEE = record(
    {"kind": st.sampled_from(FeeKind.values)},
    amount=st.none() | st.integers(-1, 10**14) | st.just("12.345"),
    note=TEXT,
    exemption=TEXT,
    currency=TEXT,
    legal_number=st.text(max_size=150),
)
CHANNEL = record(
    {"channel": st.sampled_from(Channel.values)},
    time_value=st.integers(-1, 2**40),
    time_unit=st.sampled_from(["", "ngay_lam_viec", "gio"]),
    time_note=TEXT,
    fees=few(FEE),
)
BLANK_FORM = record({"name": st.text(max_size=400)}, own_copy=st.integers(1, 99), path=st.text(max_size=500))
DOCUMENT = record(
    {"name": TEXT},
    kind=st.sampled_from(DocumentKind.values),
    originals=st.integers(-1, 10**6),
    copies=st.integers(-1, 10**6),
    required=st.booleans(),
    blank_forms=few(BLANK_FORM),
)
DECISION = record(
    {"number": st.text(max_size=100)},
    url=TEXT | st.just("https://camau.gov.vn/qd.pdf"),
    agency=st.text(max_size=250),
    date=st.just("2025-07-01"),
)
RECORD = record(
    {"core_code": st.integers(0, 3).map(lambda number: f"1.00000{number}"), "title": st.text(max_size=300)},
    local_code=st.sampled_from(["", "1.000001.H12", "2.999999.H12", "rác", "1.000001" * 9]),
    short_title=st.text(max_size=250),
    summary=st.text(max_size=600),
    field=st.text(max_size=300),
    field_code=st.text(max_size=40),
    ministry=st.text(max_size=200),
    keywords=few(TEXT),
    kind=st.sampled_from(["", *ProcedureKind.values]),
    status=st.sampled_from(["", *Status.values]),
    levels=few(st.sampled_from(Level.values)),
    audiences=few(st.sampled_from(AudienceCode.values)),
    service_level=st.sampled_from(["", *ServiceLevel.values]),
    level_2011=st.none() | st.integers(-1, 5),
    level_2022=st.sampled_from(["", *ServiceLevel.values]),
    decision=st.none() | DECISION,
    channels=few(CHANNEL),
    cases=few(record({}, title=TEXT, documents=few(DOCUMENT))),
    steps=few(record({"items": few(TEXT)}, case=TEXT)),
    results=few(record({"name": TEXT}, code=st.text(max_size=40))),
    legal_bases=few(record({}, number=st.text(max_size=250), title=TEXT, issuer=st.text(max_size=300))),
    implementing_agencies=few(TEXT),
    related_codes=few(TEXT),
    requirements=TEXT,
    same_day=st.booleans(),
)
