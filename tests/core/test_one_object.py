"""One object of a run: facts, what the model makes of it, and its neighbours."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

import qsovae


@pytest.fixture(scope="module")
def place(rows, catalog):
    """Return a quasar with a bit, seen in i and not in another band."""
    seen = np.isfinite(catalog.magnitude("i")[0])
    limited = (rows["quality"] & int(qsovae.Quality.UPPER_LIMIT)) > 0
    return int(np.flatnonzero(seen & limited & (rows["class_label"] == "QSO"))[0])


@pytest.fixture(scope="module")
def found(run, rows, catalog, place):
    """Return what is known of it."""
    return qsovae.describe_object(run, rows, place, catalog)


def test_facts_are_those_of_the_row(found, run, rows, catalog, place):
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    row = rows.iloc[place]
    assert found["object_id"] == str(row["object_id"])
    assert (found["row"], found["class_label"]) == (place, "QSO")
    assert found["probabilities"] == {c: float(row[f"p_{c}"]) for c in run.classes}
    assert "UPPER_LIMIT" in {flag["name"] for flag in found["flags"]}
    assert found["ra_deg"] == catalog.position[0][place]
    assert "Legacy Surveys" in found["links"]
    assert found["map"] == [row["map_1"], row["map_2"]]


def test_bands_have_what_was_measured_in_physical_units(found, catalog, place):
    bands = pd.DataFrame(found["bands"]).set_index("band")
    assert bands["wavelength_um"].is_monotonic_increasing
    magnitude, error = (values[place] for values in catalog.magnitude("i"))
    assert bands.loc["i", ["mag_ab", "mag_ab_err"]].tolist() == [magnitude, error]
    # 23.9 AB mag are 1 µJy.
    assert bands.loc["i", "flux_ujy"] == pytest.approx(
        10 ** ((23.9 - magnitude) / 2.5), rel=1e-3
    )
    not_seen = bands[bands["status"] == "nondetect"]
    assert len(not_seen)
    assert not_seen["mag_ab"].isna().all()


def test_the_decoder_says_what_the_estimator_reconstructs(found, run, catalog, place):
    part = qsovae.Catalog(catalog.raw, catalog.mapping)
    features = qsovae.build_features(part, run.features)
    values = run.estimator.reconstruct(
        features.values[[place]], features.sigma[[place]]
    )
    expected = {f.sources[0]: values[0, k] for k, f in enumerate(run.features)
                if f.kind == "magnitude"}  # fmt: skip
    bands = pd.DataFrame(found["bands"]).set_index("band")
    (band,) = expected
    # An asinh magnitude, far above its softening, is Pogson's.
    assert bands.loc[band, "decoded_mag_ab"] == pytest.approx(expected[band], abs=0.05)
    known = bands.dropna(subset=["decoded_mag_ab_low", "decoded_mag_ab_high"])
    assert (known["decoded_mag_ab_low"] < known["decoded_mag_ab_high"]).all()
    # Where the faint end has no magnitude it is open, not cut at the last that has.
    assert 1 < len(known) < bands["decoded_mag_ab_low"].count()


def test_neighbours_are_the_nearest_in_the_latent_space(found, rows, place):
    latent = rows[[c for c in rows if c.startswith("latent_")]].to_numpy()
    search = NearestNeighbors(n_neighbors=21).fit(latent)
    distance, index = search.kneighbors(latent[[place]])
    ids = rows["object_id"].iloc[index[0, 1:]].astype(str).tolist()
    assert [one["object_id"] for one in found["neighbours"]] == ids
    told = [one["distance"] for one in found["neighbours"]]
    assert told == pytest.approx(distance[0, 1:].tolist(), rel=1e-4)
    labels = rows["class_label"].iloc[index[0, 1:]].dropna().value_counts()
    assert found["neighbour_labels"] == labels.to_dict()
    few = rows.head(3)
    assert len(qsovae.nearest_rows(few, 1)) == 2
    assert qsovae.nearest_rows(rows.head(1), 0).empty


def test_without_its_catalog_an_object_has_no_bands(run, rows, place):
    bare = qsovae.describe_object(run, rows.drop(columns=["map_1", "map_2"]), place)
    assert bare["bands"] == []
    assert bare["links"] == {}
    assert bare["map"] is bare["ra_deg"] is None
    assert json.dumps(bare, allow_nan=False)


def test_objects_of_another_catalog_are_described(run, tmp_path):
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 60, 5)
    catalog = qsovae.open_catalog(path)
    table = qsovae.catalog_table(run, catalog)
    found = qsovae.describe_object(run, table, 3, catalog)
    assert found["class_label"] is found["split"] is None
    assert found["neighbour_labels"] == {}
    assert found["bands"]


def test_objects_are_found_by_their_id(rows):
    some = rows["object_id"].iloc[7]
    assert qsovae.find_object(rows, some) == qsovae.find_object(rows, str(some)) == 7
    for odd, words in (("nobody", "no row has"), (str(some), "2 rows have")):
        table = pd.concat([rows, rows.iloc[[7]]], ignore_index=True)
        with pytest.raises(qsovae.InputError, match=words):
            qsovae.find_object(table, odd)


def test_shares_of_rows_that_were_seen_count_those_looked_for(catalog):
    places = [3, 40, 41, 99, 700]
    shares = qsovae.detected_shares(catalog, places)
    assert set(shares) == set(catalog.bands)
    for band in catalog.bands:
        status = [qsovae.measured_bands(catalog, place) for place in places]
        told = [one["status"] for row in status for one in row if one["band"] == band]
        n_seen, n_not = told.count("ok"), told.count("nondetect")
        expected = n_seen / (n_seen + n_not) if n_seen + n_not else np.nan
        assert shares[band] == pytest.approx(expected, nan_ok=True)
    assert 0.0 < np.nanmean(list(shares.values())) < 1.0
