"""Queries in the language of STILTS are true there of the same rows."""

import subprocess

import numpy as np
import pandas as pd

from qsovae import Query

TABLE = pd.DataFrame({
    "x": [1.0, 2.0, np.nan, 3.5, -1.0, 2.0],
    "y": [2.0, np.nan, np.nan, 3.5, 0.5, -2.0],
    "word": ["a", None, 'b"c', "d", "a", "e"],
})  # fmt: skip
QUERIES = (
    "x > 1 and not y > 2", "not (x > 1 and y > 1)", "not (x > 1 or y is missing)",
    "x != 2", "not x = 2", "x in (1, -1)", "x not in (1, -1)", "not x in (2)",
    "0 < x <= 2", "not 0 < x <= 2", "y is missing", "y is not missing",
    "not y is not missing", "word = 'a'", "word != 'a'", "word = 'b\"c'",
    "word is missing", "abs(x) ** 2 > 3", "x - 2 * y < -1", "-x > 0", "hypot(x, y) > 3",
    "min(x, y) < 1.5", "max(x, y) > 2", "floor(y) = 3 or ceil(y) = 1", "sqrt(x) > 1",
    "log10(x) > 0.1 or ln(x) > 0.1 or exp(x) > 7", "true and not false and x > 1",
)  # fmt: skip


def test_stilts_finds_the_same_rows(stilts, tmp_path):
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    # STILTS takes back slashes from its commands before it reads the expressions.
    told_by_stil = [Query(text).to_stil().replace("\\", "\\\\") for text in QUERIES]
    commands = [
        f"cmd=addcol q{n} '({told}) ? 1 : 0'" for n, told in enumerate(told_by_stil)
    ]
    subprocess.run(
        [stilts, "tpipe", "in=table.csv", "ifmt=csv", *commands, "out=told.csv",
         "ofmt=csv"], cwd=tmp_path, check=True, timeout=120,
    )  # fmt: skip
    told = pd.read_csv(tmp_path / "told.csv")
    for n, text in enumerate(QUERIES):
        found = np.flatnonzero(told[f"q{n}"] == 1).tolist()
        expected = np.flatnonzero(Query(text).mask(TABLE, len(TABLE))).tolist()
        assert found == expected, text
