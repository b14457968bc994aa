"""Walking the latent space: what is decoded there, and the rows that are near."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae


@pytest.fixture(scope="module")
def near(rows):
    """Return what finds them by their latent means."""
    return qsovae.Nearby.in_latent(rows)


def latent_of(rows):
    return rows[[c for c in rows if c.startswith("latent_")]].to_numpy(dtype=float)


def magnitudes(place):
    return {b["band"]: b["decoded_mag_ab"] for b in place["bands"]}


def test_at_a_row_s_latent_mean_is_what_the_row_has(run, rows, near):
    catalog = qsovae.run_catalog(run)
    places = [5, 700]
    found = qsovae.decode_latent(run, latent_of(rows)[places], near)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for place, told in zip(places, found, strict=True):
        known = qsovae.describe_object(run, rows, place, catalog)
        decoded = {b["band"]: b["decoded_mag_ab"] for b in known["bands"]}
        assert magnitudes(told) == pytest.approx(decoded, abs=1e-4)
        assert told["probabilities"] == pytest.approx(known["probabilities"], abs=1e-5)
        first = told["nearest"][0]
        assert (first["row"], first["distance"]) == (place, 0.0)
        assert first["object_id"] == known["object_id"]
        assert told["nearest"][1]["object_id"] == known["neighbours"][0]["object_id"]
        assert not told["is_far"]


def test_probabilities_are_those_saved_of_every_row_but_the_unobserved(run, rows, near):
    found = qsovae.walk_table(qsovae.decode_latent(run, latent_of(rows)[:300], near))
    names = [f"p_{name}" for name in run.classes]
    bit = int(qsovae.Quality.NOTHING_OBSERVED)
    seen = (rows["quality"].head(300) & bit) == 0
    off = np.abs(found[names] - rows[names].head(300)).max(axis=1)
    assert off[seen].max() < 1e-5


def test_fluxes_are_those_of_the_magnitudes_in_microjansky(run, rows, near):
    (place,) = qsovae.decode_latent(run, latent_of(rows)[[5]], near)
    bands = pd.DataFrame(place["bands"])
    assert bands["wavelength_um"].is_monotonic_increasing
    seen = bands.dropna(subset=["decoded_mag_ab", "decoded_mag_ab_high"])
    assert len(seen) > 1
    for flux, mag in (("", ""), ("_low", "_high"), ("_high", "_low")):
        # 23.9 AB mag are 1 µJy (Oke & Gunn 1983).
        expected = 10 ** ((23.9 - seen[f"decoded_mag_ab{mag}"].astype(float)) / 2.5)
        found = seen[f"decoded_flux_ujy{flux}"].astype(float)
        np.testing.assert_allclose(found, expected, rtol=1e-3)
    # What is too faint for a magnitude still has a flux.
    faint = bands[bands["decoded_mag_ab_high"].isna()]
    assert len(faint)
    assert faint["decoded_flux_ujy_low"].notna().all()


def test_the_spread_is_that_of_the_decoder_s_draws(run, rows, near):
    """A feature that is a magnitude scatters as its band does."""
    (place,) = qsovae.decode_latent(run, latent_of(rows)[[5]], near)
    (k,) = [i for i, f in enumerate(run.features) if f.kind == "magnitude"]
    feature, band = place["features"][k], run.features[k].sources[0]
    told = next(b for b in place["bands"] if b["band"] == band)
    half = (told["decoded_mag_ab_high"] - told["decoded_mag_ab_low"]) / 2
    assert feature["name"] == run.features[k].name
    # Colours pull at the band, too, by least squares; 400 draws tell 4 %.
    assert half == pytest.approx(feature["spread"], rel=0.25)


def test_within_the_spread_lie_two_thirds_of_what_was_measured(run, rows, near):
    catalog = qsovae.run_catalog(run)
    table = qsovae.build_features(catalog, run.features)
    held = np.flatnonzero(rows["split"] == "test")
    values, sigma = table.values[held], np.nan_to_num(table.sigma[held])
    told = qsovae.decode_latent(run, near.points[held], near)
    decoded, spread = (
        np.array([[f[name] for f in place["features"]] for place in told])
        for name in ("decoded", "spread")
    )
    inside = np.where(
        np.isfinite(values), np.abs(values - decoded) < np.hypot(spread, sigma), np.nan
    )
    shares = pd.DataFrame(inside).mean()
    assert shares.median() == pytest.approx(0.68, abs=0.08)


def test_a_line_begins_and_ends_at_its_objects(run, rows, near):
    found = qsovae.between_objects(run, rows, 3, 42, 5, near)
    assert [place["along"] for place in found] == [0.0, 0.25, 0.5, 0.75, 1.0]
    ends = qsovae.decode_latent(run, latent_of(rows)[[3, 42]], near)
    for told, end in zip((found[0], found[-1]), ends, strict=True):
        assert told["latent"] == end["latent"]
        assert magnitudes(told) == pytest.approx(magnitudes(end), abs=1e-4)
        assert told["probabilities"] == pytest.approx(end["probabilities"], abs=1e-5)
    middle = latent_of(rows)[[3, 42]].mean(axis=0)
    np.testing.assert_allclose(found[2]["latent"], middle)
    back = qsovae.between_objects(run, rows, 42, 3, 5)
    assert back[1]["latent"] == pytest.approx(found[3]["latent"])


@given(st.integers(0, 2**32 - 1))
def test_the_nearest_rows_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    n_rows = int(rng.integers(1, 30))
    points = rng.normal(size=(n_rows, 3)).astype(np.float32)
    points[rng.random(n_rows) < 0.2, 1] = np.nan  # rows without a place
    points[0] = 0.0
    rows = pd.DataFrame(points, columns=["a", "b", "c"])
    place = rng.normal(size=(2, 3))
    found, distance = qsovae.Nearby(rows, ["a", "b", "c"]).nearest(place, 4)
    for k in range(2):
        apart = np.sqrt(((points.astype(float) - place[k]) ** 2).sum(axis=1))
        expected = np.argsort(apart)[: min(4, np.isfinite(apart).sum())]
        assert found[k].tolist() == expected.tolist()
        np.testing.assert_allclose(distance[k], apart[expected])


def test_far_is_beyond_what_parts_99_of_100_rows():
    places = np.random.default_rng(2).normal(size=(1000, 2))
    apart = np.hypot(*(places[:, None] - places).T)
    np.fill_diagonal(apart, np.inf)
    rows = pd.DataFrame(places, columns=["x", "y"])
    near = qsovae.Nearby(rows, ["x", "y"])
    assert (apart.min(axis=0) <= near.far_distance).sum() == 990
    assert qsovae.Nearby(rows.head(1), ["x", "y"]).far_distance == np.inf
    with pytest.raises(qsovae.InputError, match="no row has x, y"):
        qsovae.Nearby(rows.assign(x=np.nan), ["x", "y"])


def test_far_from_every_row_no_such_objects_are_known(run, rows, near):
    spread = latent_of(rows).std(axis=0)
    for n_sigma in (30.0, 3000.0, 1e20):
        (place,) = qsovae.decode_latent(run, [n_sigma * spread], near)
        json.dumps(place, allow_nan=False)
        assert place["is_far"]
        assert place["nearest"][0]["distance"] > place["far_distance"]
        assert sum(place["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)


def test_the_place_of_a_row_on_the_map_has_its_latent(rows):
    there = rows.loc[7, ["map_1", "map_2"]]
    found = qsovae.latent_at_map(rows, *there)
    np.testing.assert_array_equal(found.latent, latent_of(rows)[7])
    assert (found.distance, found.is_far) == (0.0, False)
    away = qsovae.latent_at_map(rows, 1e4, 1e4)
    assert away.is_far
    assert np.isfinite(away.latent).all()


def test_a_place_between_rows_has_a_latent_near_theirs(rows):
    """Without the row itself its neighbours on the map tell where it was."""
    places = range(0, 1200, 40)
    latent = latent_of(rows)
    off, other = [], []
    for place in places:
        there = rows.loc[place, ["map_1", "map_2"]]
        found = qsovae.latent_at_map(rows.drop(index=place), *there)
        off.append(np.linalg.norm(found.latent - latent[place]))
        other.append(np.linalg.norm(latent[place - 600] - latent[place]))
    assert np.median(off) < 0.3 * np.median(other)


def test_between_two_groups_that_meet_on_the_map_lies_no_latent():
    side = np.repeat([0.0, 1.0], 40)
    rows = pd.DataFrame({
        "map_1": np.tile(np.linspace(-0.2, 0.2, 40), 2),
        "map_2": np.where(side == 0.0, -0.001, 0.001), "latent_1": 100.0 * side,
    })  # fmt: skip
    found = qsovae.latent_at_map(rows, 0.003, 0.0004)
    assert found.latent.tolist() == [100.0]


def test_ranges_hold_99_of_100_rows(rows):
    ranges = qsovae.latent_ranges(rows).set_index("name")
    latent = latent_of(rows)
    inside = (latent >= ranges["low"].to_numpy()) & (
        latent <= ranges["high"].to_numpy()
    )
    np.testing.assert_allclose(inside.mean(axis=0), 0.99, atol=0.002)
    np.testing.assert_allclose(ranges["mean"], latent.mean(axis=0))
    assert ranges["is_active"].tolist() == (latent.var(axis=0) > 0.01).tolist()


def test_a_table_has_a_line_a_place(run, rows, near, tmp_path):
    found = qsovae.between_objects(run, rows, 3, 42, 4, near)
    table = qsovae.walk_table(found)
    assert table["along"].tolist() == pytest.approx([0.0, 1 / 3, 2 / 3, 1.0])
    assert table["nearest_object_id"].iloc[-1] == str(rows["object_id"].iloc[42])
    assert table["latent_2"].tolist() == [place["latent"][1] for place in found]
    assert table["i_mag_ab"].tolist() == [magnitudes(place)["i"] for place in found]
    for suffix in qsovae.WRITABLE_SUFFIXES:
        path = tmp_path / f"walk{suffix}"
        qsovae.write_table(table, path)
        again = qsovae.read_table(path).frame
        np.testing.assert_allclose(again["i_flux_ujy"], table["i_flux_ujy"])


def test_what_is_no_place_is_refused(run, rows, near):
    n_latent = latent_of(rows).shape[1]
    for latent, words in (
        ([[0.0] * (n_latent - 1)], f"has {n_latent} dimensions"),
        ([0.0] * n_latent, "has shape"),
        ([[np.nan] * n_latent], "a latent value is nan"),
        ([[0.0] * (n_latent - 1) + [1e300]], "a latent value is 1e\\+300"),
    ):
        with pytest.raises(qsovae.InputError, match=words):
            qsovae.decode_latent(run, latent, near)
    with pytest.raises(qsovae.InputError, match="both ends are object"):
        qsovae.between_objects(run, rows, 3, 3)
    for n_steps in (1, 100_000):
        with pytest.raises(qsovae.ConfigError, match=f"{n_steps} steps"):
            qsovae.between_objects(run, rows, 3, 4, n_steps)
    with pytest.raises(qsovae.InputError, match="is no place of the map"):
        qsovae.latent_at_map(rows, np.nan, 0.0)
    with pytest.raises(qsovae.ConfigError, match="Make the map first"):
        qsovae.latent_at_map(rows.drop(columns="map_1"), 0.0, 0.0)
