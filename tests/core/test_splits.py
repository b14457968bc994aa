"""The split against scikit-learn's own, and what must never straddle it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.splits import (
    NO_FINGERPRINT,
    Split,
    row_fingerprints,
    stratified_split,
    with_validation,
)

CLASSES = np.array(["GALAXY", "QSO", "STAR"], dtype=object)


def some_labels(seed, n_rows=300, unlabelled=0.3):
    rng = np.random.default_rng(seed)
    labels = rng.choice(CLASSES, n_rows, p=[0.5, 0.2, 0.3])
    labels[rng.random(n_rows) < unlabelled] = None
    return labels


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.3, 0.5, 0.77]))
def test_anybody_can_repeat_the_split_with_scikit_learn(seed, test_fraction):
    labels = some_labels(seed)
    labelled = np.flatnonzero([label is not None for label in labels])
    train, test = train_test_split(
        np.arange(labelled.size),
        test_size=test_fraction,
        stratify=labels[labelled],
        random_state=seed,
    )
    split = stratified_split(labels, test_fraction, seed)
    assert split.rows("test").tolist() == sorted(labelled[test])
    assert split.rows("train").tolist() == sorted(labelled[train])
    assert split.rows("unlabelled").size == len(labels) - labelled.size


@pytest.mark.parametrize("null", [None, np.nan, pd.NA, pd.NaT])
def test_any_null_is_unlabelled(null):
    labels = some_labels(0, unlabelled=0.0)
    labels[:7] = null
    assert stratified_split(labels, 0.3, 0).rows("unlabelled").tolist() == list(
        range(7)
    )


def test_the_rule_says_what_was_done_and_is_ready_for_json():
    labels = some_labels(1)
    rule = json.loads(json.dumps(stratified_split(labels, 0.3, np.int64(5)).rule))
    assert (rule["kind"], rule["test_fraction"], rule["seed"]) == ("stratified", 0.3, 5)
    assert rule["counts"]["unlabelled"] == sum(label is None for label in labels)
    assert sum(rule["counts"].values()) == len(labels)
    assert rule["notes"] == []


def test_a_class_of_three_rows_only_trains_and_leaves_the_others_split_as_alone():
    labels = some_labels(2, unlabelled=0.0)
    common = stratified_split(labels, 0.3, 0).rows("test")
    with_rare = np.append(labels, ["BLAZAR"] * 3)
    split = stratified_split(with_rare, 0.3, 0)
    assert split.part[-3:].tolist() == ["train"] * 3
    assert split.rows("test").tolist() == common.tolist()
    (note,) = split.rule["notes"]
    assert "BLAZAR has 3 row(s)" in note


def test_a_class_of_four_rows_is_split():
    labels = np.append(some_labels(2, unlabelled=0.0), ["BLAZAR"] * 4)
    assert "test" in stratified_split(labels, 0.3, 0).part[-4:]


@given(st.integers(0, 2**32 - 1))
def test_each_group_is_where_its_first_labelled_row_was_drawn_and_nothing_else_moves(
    seed,
):
    labels = some_labels(seed)
    rng = np.random.default_rng(seed)
    groups = rng.integers(1, 400, labels.size)
    plain = stratified_split(labels, 0.3, 0)
    grouped = stratified_split(labels, 0.3, 0, groups)
    assert not {*groups[grouped.rows("train")]} & {*groups[grouped.rows("test")]}
    first = pd.Series(plain.part).where(plain.part != "unlabelled")
    expected = first.groupby(groups).transform("first").where(first.notna())
    assert (expected.fillna("unlabelled") == grouped.part).all()
    n_moved = int((plain.part != grouped.part).sum())
    said = [note for note in grouped.rule["notes"] if "repeat others" in note]
    assert [int(note.split()[0]) for note in said] == [n_moved] * (n_moved > 0)


def test_rows_without_a_group_stay_where_the_plain_split_put_them():
    labels = some_labels(3)
    plain = stratified_split(labels, 0.3, 0).part
    names = np.array(["J0001"] * labels.size, dtype=object)
    names[5:] = None
    unknown = np.full(labels.size, NO_FINGERPRINT, dtype=np.uint64)
    assert (stratified_split(labels, 0.3, 0, unknown).part == plain).all()
    differs = stratified_split(labels, 0.3, 0, names).part != plain
    assert not differs[5:].any()


def test_a_catalog_of_one_repeated_row_cannot_be_tested_on():
    with pytest.raises(InputError, match="no row is left to test on"):
        stratified_split(some_labels(4), 0.3, 0, np.ones(300, dtype=int))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.3, 30, np.nan, np.inf])
def test_a_silly_fraction_is_refused_with_an_example(fraction):
    with pytest.raises(ConfigError, match="holds out 30 %"):
        stratified_split(some_labels(0), fraction, 0)


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_a_fraction_that_leaves_a_side_too_small_is_refused_in_numbers(fraction):
    labels = some_labels(0, n_rows=60, unlabelled=0.0)
    with pytest.raises(ConfigError, match="for 3 classes"):
        stratified_split(labels, fraction, 0)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5])
def test_a_seed_that_no_generator_takes_is_refused(seed):
    with pytest.raises(ConfigError, match="seed is"):
        stratified_split(some_labels(0), 0.3, seed)


@pytest.mark.parametrize("n_rows", [0, 3, 19])
def test_too_few_labelled_rows_are_counted_in_the_message(n_rows):
    labels = np.full(100, None, dtype=object)
    labels[:n_rows] = "QSO"
    with pytest.raises(InputError, match=f"{n_rows} rows are labelled"):
        stratified_split(labels, 0.3, 0)


def test_a_class_whose_test_rows_all_repeat_training_rows_is_named():
    labels = some_labels(7, unlabelled=0.0)
    groups = np.where(labels == "QSO", 0, 1 + np.arange(labels.size))
    split = stratified_split(labels, 0.3, 0, groups)
    assert (split.part[labels == "QSO"] == "train").all()
    assert "class QSO has no test row" in split.rule["notes"]


def test_a_table_of_labels_is_refused():
    with pytest.raises(ShapeError, match="class labels have shape"):
        stratified_split(some_labels(0)[:, None], 0.3, 0)


def test_groups_of_another_length_are_refused():
    with pytest.raises(ShapeError, match="groups for 300 rows"):
        stratified_split(some_labels(0), 0.3, 0, np.arange(10))


def test_validation_rows_come_out_of_training_and_are_counted():
    split = stratified_split(some_labels(5), 0.3, 0)
    chosen = split.rows("train")[::4]
    marked = with_validation(split, chosen)
    assert marked.rows("validation").tolist() == chosen.tolist()
    assert marked.rule["counts"]["validation"] == chosen.size
    assert marked.rows("train", "validation").tolist() == split.rows("train").tolist()
    assert split.rule["counts"]["validation"] == 0  # the first is left as it was


@pytest.mark.parametrize("row", [-1, 300])
def test_validation_rows_outside_the_catalog_are_refused(row):
    with pytest.raises(InputError, match=f"the first is row {row}"):
        with_validation(stratified_split(some_labels(5), 0.3, 0), [row])


@pytest.mark.parametrize("part", ["test", "unlabelled"])
def test_a_row_that_does_not_train_cannot_validate(part):
    split = stratified_split(some_labels(5), 0.3, 0)
    with pytest.raises(InputError, match="not in training"):
        with_validation(split, split.rows(part)[:1])


def test_an_unknown_part_is_refused():
    with pytest.raises(ConfigError, match="holdout"):
        Split({}, np.array(["train"])).rows("holdout")


def test_repeated_rows_found_by_fingerprint_stay_together():
    labels = some_labels(6, unlabelled=0.0)
    values = np.random.default_rng(0).normal(size=(300, 4))
    plain = stratified_split(labels, 0.3, 0)
    train, test = plain.rows("train"), plain.rows("test")
    values[test[:3]] = values[train[:3]]
    split = stratified_split(labels, 0.3, 0, row_fingerprints(values))
    assert split.rows("test").tolist() == test[3:].tolist()
