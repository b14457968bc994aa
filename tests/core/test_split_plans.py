"""Splits by sky, magnitude and column, and in folds: what may never straddle them."""

import json

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, StratifiedKFold

from qsovae.errors import ConfigError, InputError
from qsovae.splits import (
    RowPlaces,
    SplitPlan,
    parse_split,
    repeat_groups,
    split_folds,
    split_rows,
)

N_ROWS = 600
SEEDS = st.integers(0, 2**32 - 1)
PLANS = ["stratified", "sky", "sky:64", "bright-to-faint:r", "column:field"]


def some_places(seed=0, **changes):
    """Return rows over 20 deg by 20 deg, in five fields, a third unlabelled."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(np.array(["GALAXY", "QSO", "STAR"], dtype=object), N_ROWS)
    labels[rng.random(N_ROWS) < 0.3] = None
    entries = {
        "class_label": labels,
        "groups": np.full(N_ROWS, -1),
        "ra_deg": rng.uniform(350, 370, N_ROWS) % 360,
        "dec_deg": rng.uniform(-30, -10, N_ROWS),
        "magnitude": rng.normal(20, 1.5, N_ROWS),
        "column": rng.choice(np.array(["F1", "F2", "F3", "F4", "F5"]), N_ROWS),
    }
    return RowPlaces(**entries | changes)


def labelled(places):
    return pd.notna(places.class_label)


@pytest.mark.parametrize("text", [*PLANS, "bright-to-faint", "column:field=F1,F2"])
def test_a_plan_is_written_as_it_is_read(text):
    assert str(parse_split(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("skyy", "is no split"), ("column", "is no split"), ("column:", "is no split"),
        ("stratified:3", "is no split"), ("", "is no split"), ("sky:3", "NSIDE is '3'"),
        ("sky:-4", "NSIDE"), ("sky:x", "NSIDE"), ("sky:16384", "NSIDE"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(text, said):
    with pytest.raises(ConfigError, match=said):
        parse_split(text)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from([0.1, 0.3, 0.5]))
def test_no_cell_is_on_both_sides(seed, fraction):
    places = some_places(seed)
    split = split_rows(parse_split("sky:32"), places, fraction, seed)
    grid = HEALPix(nside=32, order="nested", frame=None)
    cells = grid.lonlat_to_healpix(
        places.ra_deg * units.deg, places.dec_deg * units.deg
    )
    assert not {*cells[split.rows("train")]} & {*cells[split.rows("test")]}
    share = split.rows("test").size / labelled(places).sum()
    largest = np.bincount(cells[labelled(places)]).max() / labelled(places).sum()
    assert abs(share - fraction) <= largest
    assert split.rule["nside"] == 32
    assert split.rule["cell_deg2"] == pytest.approx(3.36, abs=0.01)


def test_a_cell_held_out_of_one_catalog_is_among_the_first_of_any():
    places = some_places(1)
    small = split_rows(parse_split("sky:32"), places, 0.1, 5).rows("test")
    large = split_rows(parse_split("sky:32"), places, 0.5, 5).rows("test")
    assert {*small} < {*large}
    other = split_rows(parse_split("sky:32"), places, 0.1, 6).rows("test")
    assert {*other} != {*small}


def test_cells_are_as_fine_as_a_small_field_asks_for():
    rng = np.random.default_rng(0)
    places = some_places(
        ra_deg=rng.uniform(10, 12, N_ROWS), dec_deg=rng.uniform(0, 2, N_ROWS)
    )
    wide = split_rows(SplitPlan("sky"), some_places(), 0.3, 0)
    narrow = split_rows(SplitPlan("sky"), places, 0.3, 0)
    assert wide.rule["nside"] == 16
    assert narrow.rule["nside"] == 128
    assert 0.2 < narrow.rows("test").size / labelled(places).sum() < 0.4


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from([0.1, 0.3, 0.5]))
def test_every_test_row_is_fainter_than_every_training_row(seed, fraction):
    places = some_places(seed)
    split = split_rows(SplitPlan("bright-to-faint", band="r"), places, fraction, 0)
    tested = places.magnitude[split.rows("test")]
    assert places.magnitude[split.rows("train")].max() < tested.min()
    assert tested.size == pytest.approx(fraction * labelled(places).sum(), abs=1)
    assert split.rule["band"] == "r"


def test_equal_magnitudes_are_on_one_side():
    magnitude = np.round(some_places().magnitude)
    split = split_rows(
        SplitPlan("bright-to-faint", band="r"), some_places(magnitude=magnitude), 0.3, 0
    )
    trained, tested = (magnitude[split.rows(part)] for part in ("train", "test"))
    assert not {*trained} & {*tested}


def test_a_column_holds_out_what_is_named_or_whole_values():
    places = some_places()
    named = split_rows(parse_split("column:field=F2, F4"), places, 0.3, 0)
    assert {*places.column[named.rows("test")]} == {"F2", "F4"}
    assert {*places.column[named.rows("train")]} == {"F1", "F3", "F5"}
    drawn = split_rows(parse_split("column:field"), places, 0.4, 0)
    tested = {*places.column[drawn.rows("test")]}
    assert len(tested) == 2
    assert not tested & {*places.column[drawn.rows("train")]}


def test_numbers_of_a_column_are_named_as_a_person_writes_them():
    numbers = np.where(some_places().column == "F1", 1.0, 2.0)
    split = split_rows(
        parse_split("column:plate=1"), some_places(column=numbers), 0.3, 0
    )
    assert (numbers[split.rows("test")] == 1.0).all()


def test_a_value_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match=r"no labelled row has F9.*F1, F2, F3, F4, F5"):
        split_rows(parse_split("column:field=F9"), some_places(), 0.3, 0)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("sky", "no coordinates.*roles 'ra' and 'dec'"),
        ("bright-to-faint", "no magnitude"),
        ("column:field", "no column 'field'"),
    ],
)
def test_rows_without_what_a_plan_goes_by_are_refused_in_words(plan, said):
    places = some_places(ra_deg=None, dec_deg=None, magnitude=None, column=None)
    with pytest.raises(InputError, match=said):
        split_rows(parse_split(plan), places, 0.3, 0)


@pytest.mark.parametrize(
    ("plan", "name", "missing"),
    [
        ("sky", "ra_deg", np.nan), ("bright-to-faint:r", "magnitude", np.nan),
        ("column:field", "column", None),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_placed_are_excluded_and_counted(plan, name, missing):
    values = getattr(some_places(), name).astype(
        object if missing is None else np.float64
    )
    values[:50] = missing
    places = some_places(**{name: values})
    split = split_rows(parse_split(plan), places, 0.3, 0)
    n_lacking = int(labelled(places)[:50].sum())
    assert {*split.part[:50]} == {"excluded", "unlabelled"}
    assert split.rule["counts"]["excluded"] == n_lacking
    assert "excluded" not in split.part[50:]
    assert any(note.startswith(f"{n_lacking} labelled") for note in split.rule["notes"])
    assert sum(split.rule["counts"].values()) == N_ROWS


def test_one_cell_cannot_be_split():
    places = some_places(ra_deg=np.full(N_ROWS, 10.0), dec_deg=np.full(N_ROWS, 5.0))
    with pytest.raises(InputError, match=r"lie in 1 block\(s\)"):
        split_rows(SplitPlan("sky"), places, 0.3, 0)


def test_a_class_that_only_faint_rows_have_trains_and_is_told_of():
    places = some_places()
    faintest = np.argsort(np.where(labelled(places), places.magnitude, -1))[-8:]
    places.class_label[faintest] = "BLAZAR"
    split = split_rows(SplitPlan("bright-to-faint", band="r"), places, 0.3, 0)
    assert {*split.part[faintest]} == {"train"}
    assert any("class BLAZAR: all 8" in note for note in split.rule["notes"])


@pytest.mark.parametrize("text", PLANS)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_repeats_never_straddle_a_split_or_a_fold(text, seed):
    groups = np.random.default_rng(seed).integers(0, 250, N_ROWS)
    places = some_places(seed, groups=groups)
    plan = parse_split(text)
    splits = [split_rows(plan, places, 0.3, 7), *split_folds(plan, places, 3, 7)]
    for split in splits:
        assert not {*groups[split.rows("train")]} & {*groups[split.rows("test")]}
        assert split.rule["grouped"]
        json.dumps(split.rule)


@pytest.mark.parametrize("text", ["stratified", "sky:32", "column:field"])
def test_each_labelled_row_is_tested_in_exactly_one_fold(text):
    places = some_places()
    splits = split_folds(parse_split(text), places, 4, 0)
    tested = np.concatenate([split.rows("test") for split in splits])
    assert sorted(tested) == np.flatnonzero(labelled(places)).tolist()
    assert [split.rule["fold"] for split in splits] == [1, 2, 3, 4]


def test_stratified_folds_are_those_of_scikit_learn():
    places = some_places()
    rows = np.flatnonzero(labelled(places))
    names = places.class_label[rows].astype(str)
    cutter = StratifiedKFold(5, shuffle=True, random_state=3)
    splits = split_folds(SplitPlan(), places, 5, 3)
    for split, (_, test) in zip(splits, cutter.split(rows, names), strict=True):
        assert split.rows("test").tolist() == rows[test].tolist()


def test_folds_of_a_column_are_those_of_scikit_learn():
    places = some_places()
    rows = np.flatnonzero(labelled(places))
    parts = GroupKFold(3).split(rows, groups=places.column[rows])
    splits = split_folds(parse_split("column:field"), places, 3, 0)
    ours = {tuple(split.rows("test")) for split in splits}
    assert ours == {tuple(rows[test]) for _, test in parts}


def test_folds_from_bright_to_faint_learn_only_from_what_is_brighter():
    places = some_places()
    splits = split_folds(SplitPlan("bright-to-faint", band="r"), places, 3, 0)
    last = -np.inf
    for split in splits:
        tested = places.magnitude[split.rows("test")]
        assert places.magnitude[split.rows("train")].max() < tested.min()
        assert tested.min() > last
        last = tested.max()
        later = places.magnitude[split.rows("excluded")]
        assert later.size == 0 or later.min() > last
    assert not splits[-1].rows("excluded").size


@pytest.mark.parametrize("n_folds", [1, 0, 21])
def test_a_number_of_folds_that_is_none_is_refused(n_folds):
    for plan in (SplitPlan(), SplitPlan("sky")):
        with pytest.raises(ConfigError, match=f"{n_folds} folds"):
            split_folds(plan, some_places(), n_folds, 0)


def test_folds_of_named_values_and_of_too_few_blocks_are_refused():
    with pytest.raises(ConfigError, match="names what to hold out"):
        split_folds(parse_split("column:field=F1"), some_places(), 3, 0)
    with pytest.raises(InputError, match=r"lie in 5 block\(s\)"):
        split_folds(parse_split("column:field"), some_places(), 6, 0)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_rows_are_one_object_by_values_id_or_place_from_row_to_row(seed):
    rng = np.random.default_rng(seed)
    prints = rng.integers(0, 60, 80).astype(np.uint64)
    ids = np.array([f"J{k}" for k in rng.integers(0, 60, 80)], dtype=object)
    ids[rng.random(80) < 0.3] = None
    ra, dec = 10 + rng.integers(0, 40, 80) / 3600, rng.integers(0, 3, 80) / 9000
    groups = repeat_groups(prints, ids, ra, dec)
    places = SkyCoord(ra, dec, unit="deg")
    linked = (prints[:, None] == prints) & (prints[:, None] != 0)
    linked |= (ids[:, None] == ids) & pd.notna(ids)
    linked |= places[:, None].separation(places).arcsec <= 0.5
    linked |= np.eye(80, dtype=bool)
    for _ in range(7):  # paths of up to 128 steps
        linked = linked @ linked
    together = (groups[:, None] == groups) & (groups >= 0) | np.eye(80, dtype=bool)
    assert (together == linked).all()


def test_what_very_many_rows_share_is_a_placeholder_and_not_one_object():
    prints = np.arange(1, 301, dtype=np.uint64)
    ids = np.full(300, -999)
    ra = np.zeros(300)
    assert (repeat_groups(prints, ids, ra, ra) == -1).all()


def test_a_row_without_a_place_is_near_nothing():
    prints = np.arange(1, 5, dtype=np.uint64)
    ra = np.array([1.0, np.nan, 1.0, np.nan])
    groups = repeat_groups(prints, None, ra, np.zeros(4))
    assert groups[0] == groups[2] >= 0
    assert (groups[[1, 3]] == -1).all()
