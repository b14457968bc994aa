"""Queries: the rows they are true of, those of SQL; and what is wrong, and where."""

import pickle
import sqlite3

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae
from qsovae import Query, QueryError

TABLE = pd.DataFrame({
    "object_id": np.array([2**62 + 1, 2**62 + 2, 3, 4, 5, 6]),
    "g_mag_ab": [18.5, 19.5, np.nan, 21.0, np.inf, 20.0],
    "r_mag_ab": [18.0, 19.4, 20.0, np.nan, 20.0, 20.0],
    "p_QSO": np.array([0.99, 0.2, 0.95, 0.5, 0.91, 0.9], dtype=np.float32),
    "class_label": ["QSO", "STAR", None, "GALAXY", "", "it's"],
    "is_blend": [True, False, False, True, False, True],
    "E(B-V)": [0.1, 0.2, 0.3, 0.1, 0.1, 0.1],
})  # fmt: skip


def rows(text, table=TABLE):
    """Return the numbers of the rows that a query is true of."""
    return np.flatnonzero(Query(text).mask(table, len(table))).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p_QSO > 0.9 and g_mag_ab - r_mag_ab < 0.6", [0]),
        ("p_qso > 0.9", [0, 2, 4]),
        ("18 < g_mag_ab <= 20", [0, 1, 5]),
        ("not g_mag_ab > 19", [0]),
        ("g_mag_ab is missing", [2, 4]),
        ("g_mag_ab is not missing and is_blend", [0, 3, 5]),
        ("class_label = 'QSO' or class_label == \"STAR\"", [0, 1]),
        ("class_label != 'QSO'", [1, 3, 5]),
        ("class_label in ('QSO', 'it''s')", [0, 5]),
        ("class_label not in ('QSO', 'STAR')", [3, 5]),
        ("object_id = 4611686018427387905", [0]),
        ("object_id in (4611686018427387906, -1, 3)", [1, 2]),
        ("`E(B-V)` * 3.1 >= 0.62", [1, 2]),
        ("-g_mag_ab < -20.5", [3]),
        ("2 ** 3 ** 2 = 512 AND NOT is_blend", [1, 2, 4]),
        ("10 - 3 - 2 = 5 and 12 / 3 / 2 = 2 and 2 + 3 * 4 = 14", [0, 1, 2, 3, 4, 5]),
        ("abs(g_mag_ab - r_mag_ab) < 0.2", [1, 5]),
        ("max(g_mag_ab, r_mag_ab) > 19.45 and min(1, 2, 3) = 1", [1, 5]),
        ("sqrt(g_mag_ab - 19) is missing", [0, 2, 4]),
        ("true and not false and is_blend = true", [0, 3, 5]),
        ("g_mag_ab > 19 or p_QSO > 0.94", [0, 1, 2, 3, 5]),
        ("not (g_mag_ab > 19 and p_QSO > 2)", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_query_is_true_of_these_rows(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "is empty"),
        ("p_QSO > 0.9 adn g_mag_ab < 5", 12, "cannot be read from 'a'"),
        ("p_QSO > 0.9 & g_mag_ab < 5", 12, "Write and"),
        ("p_QSO > ", 8, "ends too soon"),
        ("(p_QSO > 0.9", 12, "ends too soon"),
        ("p_QSO > 0.9)", 11, "cannot be read from ')'"),
        ("g_mga_ab > 5", 0, "no column g_mga_ab (in query, character 1"),
        ("g_mga_ab > 5", 0, "Did you mean g_mag_ab"),
        ("1 < 2 and foo(g_mag_ab) > 5", 10, "no function foo"),
        ("is_blend and abs(g_mag_ab, 2) > 5", 13, "takes 1 numbers, not 2"),
        ("is_blend and p_QSO", 13, "a number, where true or false belongs"),
        ("p_QSO > 'high'", 0, "a number is compared with text"),
        ("class_label > 'QSO'", 0, "neither more nor less"),
        ("1 + class_label > 2", 4, "text, where a number belongs"),
        ("__import__('os').system('ls')", 16, "means nothing: '.'"),
        ("not " * 300 + "is_blend", 0, "nested"),
        ("1 < 2" + " and 1 < 2" * 300, 2000, "more than 2,000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(text, at, words):
    with pytest.raises(QueryError) as caught:
        rows(text)
    assert words in str(caught.value)
    assert caught.value.at == at
    assert pickle.loads(pickle.dumps(caught.value)).at == at  # noqa: S301 - our own


def test_a_name_in_two_cases_is_asked_for_as_it_stands():
    table = pd.DataFrame({"Class": ["A"], "class": ["B"], "Mag": [1.0]})
    assert rows("Class = 'A' and mag = 1", table) == [0]
    with pytest.raises(QueryError, match="may be any of the columns Class, class"):
        rows("CLASS = 'A'", table)


def test_a_query_names_its_columns_and_reads_only_these():
    query = Query("p_QSO > 0.9 and `E(B-V)` < 0.1 and P_qso < 1")
    assert query.names == ("p_QSO", "E(B-V)", "P_qso")

    class Columns(dict):
        def __missing__(self, name):
            raise AssertionError(name)

    read = Columns(TABLE[["p_QSO"]].items())
    assert Query("p_QSO > 0.9").mask(read, 6).sum() == 3


@pytest.mark.parametrize("dtype", ["Int64", "float32", "int8", "uint64", "boolean"])
def test_columns_of_every_kind_compare(dtype):
    table = pd.DataFrame({"a": pd.array([1, 0, 1], dtype=dtype)})
    wanted = "a" if dtype == "boolean" else "a = 1"
    assert rows(wanted, table) == [0, 2]


def either(*texts):
    return st.sampled_from(texts)


def joined(*parts):
    return st.tuples(*parts).map(" ".join)


names = either("x", "y")
numbers = either("0", "1", "2", "3")
sums = st.recursive(
    names | numbers,
    lambda inner: (
        joined(st.just("("), inner, either("+", "-", "*"), inner, st.just(")"))
        | inner.map("abs({})".format)
        | inner.map("(-{})".format)
    ),
    max_leaves=4,
)
signs = either("<", "<=", ">", ">=", "=", "!=", "==", "<>")
claims = st.recursive(
    joined(sums, signs, sums)
    | joined(numbers, signs, names, signs, sums)
    | joined(names, either("is missing", "is not missing", "in (1, -2)", "not in (1)"))
    | either("word = 'a''b'", "word != 'c'", "word in ('c')", "word is missing"),
    lambda inner: (
        joined(st.just("("), inner, either("and", "or"), inner, st.just(")"))
        | inner.map("not ({})".format)
    ),
    max_leaves=5,
)
maybe = st.none() | st.integers(-3, 3).map(float)
lines = st.tuples(maybe, maybe, st.sampled_from([None, "a'b", "c"]))


@given(claims, st.lists(lines, min_size=1, max_size=6))
def test_rows_are_those_that_sql_finds(text, table):
    frame = pd.DataFrame(table, columns=["x", "y", "word"]).astype(
        {"x": "float64", "y": "float64"}
    )
    query = Query(text)
    with sqlite3.connect(":memory:") as base:
        frame.to_sql("t", base, index_label="row")
        condition = query.to_adql()
        found = base.execute(f"SELECT row FROM t WHERE {condition} ORDER BY row")
        expected = [row for (row,) in found]
    base.close()
    assert np.flatnonzero(query.mask(frame, len(frame))).tolist() == expected


def test_adql_delimits_what_might_be_a_word_and_says_what_it_lacks():
    query = Query("Class = 'it''s' and `E(B-V)` < 0.1 and log10(g_mag_ab) ** 2 > 1")
    assert query.to_adql() == (
        "(\"Class\" = 'it''s' AND \"E(B-V)\" < 0.1 AND POWER(LOG10(g_mag_ab), 2) > 1)"
    )
    with pytest.raises(QueryError, match="ADQL has no function max") as caught:
        Query("1 < 2 and max(a_1, a_2) > 3").to_adql()
    assert caught.value.at == 10
    for text in ("has_LIMIT", "a_1 > 2 and not has_LIMIT"):
        with pytest.raises(QueryError, match="that are true or false"):
            Query(text).to_adql()
    with pytest.raises(QueryError, match="whether this is missing"):
        Query("a_1 + 1 is missing").to_adql()
    with pytest.raises(QueryError, match="way to write the name E"):
        Query("`E(B-V)` < 0.1").to_stil()


def test_a_query_survives_being_copied():
    query = pickle.loads(pickle.dumps(Query("p_QSO > 0.9")))  # noqa: S301 - our own
    assert query == qsovae.Query("p_QSO > 0.9")
    assert query.mask(TABLE, 6).sum() == 3


def test_a_formula_gives_numbers():
    told = qsovae.formula_values("g_mag_ab - r_mag_ab", TABLE, 6)
    assert told == pytest.approx([0.5, 0.1, np.nan, np.nan, np.nan, 0.0], nan_ok=True)
    assert qsovae.formula_values("2 * 3", TABLE, 6).tolist() == [6.0] * 6
    for text, words in (
        ("g_mag_ab > 3", "true or false, where a number"),
        ("class_label", "text, where a number"), ("nobody + 1", "no column"),
    ):  # fmt: skip
        with pytest.raises(QueryError, match=words):
            qsovae.formula_values(text, TABLE, 6)
