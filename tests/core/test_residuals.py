"""Residuals of reconstruction: against objects described one by one, and as columns."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import qsovae
from qsovae.catalog import measuring
from qsovae.workflow import residuals
from qsovae.workflow.catalogs import part_of


@pytest.fixture(scope="module")
def found(run, catalog):
    """Return its residuals."""
    return qsovae.band_residuals(run, catalog)


def described_residuals(run, rows, catalog, places):
    """Return band, place and residual of what `describe_object` says of bright rows."""
    lines = []
    for place in places:
        for one in qsovae.describe_object(run, rows, place, catalog)["bands"]:
            low, high = one["decoded_mag_ab_low"], one["decoded_mag_ab_high"]
            # An asinh magnitude with a small error is Pogson's.
            if one["status"] == "ok" and one["mag_ab_err"] < 0.1 and low and high:
                off = one["mag_ab"] - one["decoded_mag_ab"]
                sigma = np.hypot(one["mag_ab_err"], (high - low) / 2)
                lines.append((one["band"], place, off / sigma))
    return lines


def test_they_are_what_objects_described_one_by_one_have(run, rows, catalog, found):
    lines = described_residuals(run, rows, catalog, range(0, 1200, 40))
    assert len(lines) > 80
    one_by_one = np.array([residual for _, _, residual in lines])
    at_once = np.array([found[band][place] for band, place, _ in lines])
    assert np.corrcoef(one_by_one, at_once)[0, 1] > 0.99
    # There 32 random draws tell how the latent scatters, here few at right angles.
    assert np.median(at_once / one_by_one) == pytest.approx(1.0, abs=0.15)
    np.testing.assert_allclose(at_once, one_by_one, rtol=0.5, atol=0.1)


def test_they_are_missing_just_where_a_band_was_not_looked_for(catalog, found):
    assert set(found) == set(catalog.bands)
    unseen = 0
    for band, values in found.items():
        status = catalog.status(band)
        assert (np.isfinite(values) == (status <= 1)).all()  # seen, or not
        unseen += np.count_nonzero(status == 1)
    assert 100 < unseen < sum(len(values) for values in found.values()) / 2


def test_a_source_that_is_too_bright_in_one_band_stands_out(run, catalog, found):
    frame = catalog.raw.frame.copy()
    place = int(np.nanargmin(catalog.magnitude("z")[1] + np.abs(found["z"])))
    for column in catalog.mapping.columns:
        if column.band == "z" and column.role == "magnitude":
            frame.loc[place, column.name] -= 3.0
        elif column.band == "z" and column.role == "flux":
            frame.loc[place, column.name] *= 10**1.2
    odd = qsovae.Catalog(replace(catalog.raw, frame=frame), catalog.mapping)
    assert found["z"][place] > -0.5
    assert qsovae.band_residuals(run, odd)["z"][place] < -2.0


def test_portions_and_a_second_question_change_nothing(
    run, catalog, found, monkeypatch
):
    assert qsovae.band_residuals(run, catalog) is found
    monkeypatch.setattr(residuals, "_ROWS_AT_ONCE", 500)
    monkeypatch.setattr(residuals, "_DECODED_AT_ONCE", 70)
    anew = qsovae.Catalog(catalog.raw, catalog.mapping)
    in_portions = qsovae.band_residuals(run, anew)
    for band, values in found.items():
        np.testing.assert_allclose(in_portions[band], values, atol=1e-4)


class StoppedError(Exception):
    """Raised by whoever is told of progress, as a page does that somebody left."""


def test_progress_is_told_and_a_stop_keeps_what_is_done(
    run, rows, catalog, found, monkeypatch
):
    monkeypatch.setattr(residuals, "_ROWS_AT_ONCE", 50)
    anew = qsovae.Catalog(catalog.raw, catalog.mapping)
    told = []

    def stop_in_the_middle(entry):
        told.append(entry["fraction"])
        if entry["fraction"] > 0.3:
            raise StoppedError

    with pytest.raises(StoppedError):
        qsovae.query_mask(
            run, "residual_i > 1", rows, anew, on_progress=stop_in_the_middle
        )
    assert told == sorted(told)
    assert told[0] == 0.0
    assert 0.3 < told[-1] < 0.5
    shares = []
    columns = qsovae.RunColumns(
        run, rows, anew, on_progress=lambda entry: shares.append(entry["fraction"])
    )
    values = columns["residual_i"]
    # It goes on from where it was.
    assert shares[0] == 0.0
    assert shares[1] > told[-1]
    assert shares[-1] == 1.0
    np.testing.assert_allclose(values, found["i"], atol=1e-4)
    n_told = len(shares)
    assert columns["residual_g"].notna().any()
    assert len(shares) == n_told  # nothing is left to be told of


def test_those_who_ask_at_once_share_the_work(run, catalog, found, monkeypatch):
    monkeypatch.setattr(residuals, "_ROWS_AT_ONCE", 100)
    anew = qsovae.Catalog(catalog.raw, catalog.mapping)
    computed = []
    compute = residuals._Work._compute

    def counted(work, run, catalog, rows):
        computed.append(rows.start)
        compute(work, run, catalog, rows)

    monkeypatch.setattr(residuals._Work, "_compute", counted)
    with ThreadPoolExecutor(3) as threads:
        several = list(
            threads.map(lambda _: qsovae.band_residuals(run, anew), range(3))
        )
    assert several[0] is several[1] is several[2]
    assert computed == list(range(0, catalog.n_rows, 100))
    np.testing.assert_allclose(several[0]["i"], found["i"], atol=1e-4)


def test_residuals_go_with_their_catalog(run, catalog):
    part = replace(catalog.raw, frame=catalog.raw.frame.head(5))
    few = qsovae.Catalog(part, catalog.mapping)
    qsovae.band_residuals(run, few)
    held = weakref.ref(few)
    del few
    gc.collect()
    assert held() is None


def test_without_errors_the_spread_alone_divides(run, catalog):
    roles = ("magnitude_error",)
    columns = tuple(
        replace(c, role="ignore", band=None) if c.role in roles else c
        for c in catalog.mapping.columns
    )
    bare = qsovae.Catalog(catalog.raw, replace(catalog.mapping, columns=columns))
    values = qsovae.band_residuals(run, bare)["i"]
    assert np.isfinite(values[catalog.status("i") == 0]).all()


def test_queries_planes_and_facets_know_them(run, rows, catalog, found):
    columns = qsovae.RunColumns(run, rows, catalog)
    names = [name for name in columns if name.startswith("residual_")]
    assert names == [f"residual_{band}" for band in found]
    inside = qsovae.query_mask(run, "abs(residual_i) > 1.5", rows, catalog)
    assert (inside == (np.abs(found["i"]) > 1.5)).all()
    assert 0 < inside.sum() < len(rows)
    plane = qsovae.own_plane("i_mag_ab", "residual_i")
    assert (qsovae.plane_places(plane, columns, len(rows))[1] == found["i"]).mean() > 0
    bins = qsovae.facet_bins("residual_w1", columns["residual_w1"])
    assert (bins.codes >= 0).all()
    assert not [n for n in qsovae.RunColumns(run, rows) if n.startswith("residual_")]


def test_a_run_of_colours_alone_decodes_no_magnitude(colour_runs):
    run = qsovae.open_run("colours", colour_runs)
    catalog = qsovae.run_catalog(run)
    told = []
    assert qsovae.band_residuals(run, catalog, on_progress=told.append) == {}
    assert told == []
    columns = qsovae.RunColumns(run, qsovae.run_table(run), catalog)
    assert not [name for name in columns if name.startswith("residual_")]


def test_depths_of_the_whole_are_found_once_for_all_portions(run, catalog, monkeypatch):
    whole, asked = qsovae.Catalog(catalog.raw, catalog.mapping), []
    depth_of = measuring._depth_of
    monkeypatch.setattr(
        measuring, "_depth_of", lambda m: asked.append(len(m.flux)) or depth_of(m)
    )
    tables = [
        qsovae.build_features(part_of(whole, np.arange(n, n + 300)), run.features)
        for n in (0, 300)
    ]
    assert 0 < len(asked) <= len(whole.bands)
    assert set(asked) == {whole.n_rows}
    at_once = qsovae.build_features(whole, run.features)
    for n, table in zip((0, 300), tables, strict=True):
        np.testing.assert_array_equal(table.values, at_once.values[n : n + 300])
        np.testing.assert_array_equal(table.sigma, at_once.sigma[n : n + 300])
