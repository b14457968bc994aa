"""A row keeps its fingerprint through files, and loses it with any change."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from qsovae.errors import ShapeError
from qsovae.splits import NO_FINGERPRINT, row_fingerprints

tables = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.floats(width=32),
)


@given(tables, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    assert (row_fingerprints(values)[order] == row_fingerprints(values[order])).all()


@given(tables, st.data())
def test_any_change_of_one_value_changes_it(values, data):
    i = data.draw(st.integers(0, values.shape[0] - 1))
    j = data.draw(st.integers(0, values.shape[1] - 1))
    new = np.float32(data.draw(st.floats(width=32)))
    assume(not (new == values[i, j] or (np.isnan(new) and np.isnan(values[i, j]))))
    changed = values.copy()
    changed[i, j] = new
    same = row_fingerprints(changed) == row_fingerprints(values)
    assert not same[i]
    assert np.delete(same, i).all()


@given(tables)
def test_only_rows_that_look_alike_share_one(values):
    # Equality decided by text, which shares no arithmetic with the hash.
    texts = [" ".join("nan" if v != v else repr(float(v) + 0.0) for v in row)
             for row in values]  # fmt: skip
    assert len(set(row_fingerprints(values).tolist())) <= len(set(texts))
    observed = ~np.isnan(values).all(axis=1)
    found = row_fingerprints(values[observed]).tolist()
    assert len(set(found)) == len(
        {t for t, o in zip(texts, observed, strict=True) if o}
    )


@given(tables)
def test_a_file_in_double_precision_gives_the_same(values):
    assert (row_fingerprints(values.astype(float)) == row_fingerprints(values)).all()
    rounding = values.astype(float) * (1 + 1e-12)
    with np.errstate(over="ignore", invalid="ignore"):
        kept = (rounding.astype(np.float32) == values).all(axis=1)
    same = row_fingerprints(rounding) == row_fingerprints(values)
    assert same[kept].all()


def test_any_nan_is_missing_and_minus_zero_is_zero():
    nan_bits = np.array([0x7FC00001, 0xFFC00000, 0x7F800001], dtype=np.uint32)
    odd = np.column_stack([nan_bits.view(np.float32), np.ones(3, np.float32)])
    assert len(set(row_fingerprints(odd).tolist())) == 1
    assert row_fingerprints([[0.0, 1.0]]) == row_fingerprints([[-0.0, 1.0]])


def test_columns_do_not_commute():
    one, other = row_fingerprints([[1.0, 2.0], [2.0, 1.0]])
    assert one != other


def test_a_row_without_any_value_identifies_nothing():
    values = [[np.nan, np.nan], [np.nan, 1.0]]
    empty, part = row_fingerprints(values)
    assert empty == NO_FINGERPRINT
    assert part != NO_FINGERPRINT


def test_a_hundred_thousand_rows_do_not_collide():
    values = np.random.default_rng(0).normal(size=(100_000, 3)).round(2)
    distinct = np.unique(values.astype(np.float32), axis=0)
    assert np.unique(row_fingerprints(values)).size == len(distinct)


def test_saved_fingerprints_stay_valid():
    # Written once; a change here means that saved runs no longer know their rows.
    values = np.array([[18.5, np.nan, -0.25], [np.inf, 0.0, 3e38], [1e39, 1.0, 2.0]])
    frozen = hashlib.sha256(row_fingerprints(values).astype("<u8").tobytes())
    assert frozen.hexdigest()[:16] == "f89061c50d5e11a2"


def test_another_process_gives_the_same():
    code = (
        "from qsovae.splits import row_fingerprints;"
        "print(row_fingerprints([[18.5, float('nan')], [1.0, 2.0]]).tolist())"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    here = row_fingerprints([[18.5, np.nan], [1.0, 2.0]])
    assert printed.strip() == str(here.tolist())


def test_a_list_of_values_is_no_table():
    with pytest.raises(ShapeError, match="Pass a table"):
        row_fingerprints([1.0, 2.0])
