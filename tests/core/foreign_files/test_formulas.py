"""Formulas: ordinary functions with what is in the document; anything else is refused."""

from __future__ import annotations

import pytest

from core.foreign_files.formulas import check_formula
from core.foreign_files.reasons import Reason, Refused


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1:A9)*-1", "IF(A1>0,\"a/b | c! http://x\",'Tên (1)'!B2)", "_xlfn.XLOOKUP(A1,B:B,C:C)",
        "_xlfn.STDEV.S(A1:A2)",
        "_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "_xlfn.MAP(A1:A9,_xleta.ABS)",
        "_xlfn.BYROW(A1:B9,_xleta._xlfn.STDEV.S)", "_xlfn.NORM.DIST(1,0,1,TRUE)", "IFERROR(A1/B1,#N/A)",
        "Bảng1[[#This Row],[Ngày/tháng]]",
        "Sheet1!$A$1:$B$2", '"Nam,Nữ"', "Print_Titles", "'Quý 1:Quý 4'!A1",
        "HYPERLINK(\"#'Sheet 2'!A1\",\"x\")", "#REF!",
    ],
)  # fmt: skip
def test_ordinary_formula_is_accepted(formula: str) -> None:
    check_formula(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "'\\\\203.0.113.9\\s\\[x.xlsx]S'!A1", "'C:\\a\\[x.xlsx]S'!A1", "'http://203.0.113.9/[x.xlsx]S'!A1",
        "[1]Sheet1!A1",
        "[x.xlsx]S!A1", "[x.xlsx]!Tên", "cmd|'/c calc'!A1", "WEBSERVICE(A1)", "_xlfn.WEBSERVICE(A1)",
        "_xlfn.IMAGE(A1)",
        "_xlfn.MAP(A1:A9,_xleta._xlfn.WEBSERVICE)", "_xlfn.BYROW(A1:A9,_xleta.WEBSERVICE)",
        "_xlfn.LET(_xlpm.f,_xlfn.WEBSERVICE,_xlpm.f(A1))",
        "RTD(1)", 'HYPERLINK(A1)', "file:a.ods", "'a'#$S.A1", "S!A1+'a'!B1+[2]S!A1",
    ],
)  # fmt: skip
def test_reference_to_elsewhere_is_refused(formula: str) -> None:
    with pytest.raises(Refused) as caught:
        check_formula(formula)
    assert caught.value.reason is Reason.OFFICE_REFERENCES


@pytest.mark.parametrize("name", ["VND", "INDIRECT", "NEWFUNCTION", "_xludf.F"])
def test_function_that_is_not_listed_is_named(name: str) -> None:
    with pytest.raises(Refused) as caught:
        check_formula(f"1+{name} (A1)")
    assert (caught.value.reason, caught.value.detail) == (Reason.OFFICE_PART, name)
    check_formula("INDIRECT(A1)", frozenset({"INDIRECT"}))
