"""A class keeps its colour; no two classes of a set look the same."""

import itertools
import string

from hypothesis import given
from hypothesis import strategies as st

from dashboard.theme import class_styles

NAMES = st.lists(st.text(string.ascii_lowercase, min_size=1), unique=True, max_size=20)


@given(NAMES)
def test_no_two_classes_of_a_set_share_both_colour_and_marker(names):
    styles = class_styles(names)
    synonyms = {"qso", "quasar"} <= set(names) or {"wd"} & set(names)
    if not synonyms:
        assert len(set(styles.values())) == len(names)


def test_main_classes_differ_in_colour_and_in_marker_whatever_their_case():
    styles = class_styles(["QSO", "Galaxy", "STAR", "White dwarf", "unlabelled"])
    for one, other in itertools.combinations(styles.values(), 2):
        assert one.colour != other.colour
        assert one.symbol != other.symbol or "circle" in one.symbol
    assert class_styles(["quasar"])["quasar"] == styles["QSO"]


def test_a_class_looks_the_same_whatever_else_is_shown():
    alone = class_styles(["CV"])["CV"]
    assert class_styles(["QSO", "CV", "STAR"])["CV"] == alone
