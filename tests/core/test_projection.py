"""The latent map: what it keeps, that it repeats, and where new rows land."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.manifold import trustworthiness

from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.projection import Projector, fit_map


def islands(n_rows, seed=0, n_latent=6):
    """Return latent means on curved sheets in four places, and their place."""
    rng = np.random.default_rng(seed)
    island = rng.integers(0, 4, n_rows)
    centre = 6 * np.random.default_rng(99).normal(size=(4, n_latent))
    along = rng.uniform(0, 3, n_rows)
    latent = centre[island] + 0.15 * rng.normal(size=(n_rows, n_latent))
    latent[:, 0] += np.cos(along)
    latent[:, 1] += np.sin(along)
    latent[:, 2] += rng.uniform(0, 2, n_rows)
    return latent.astype(np.float32), island


@pytest.fixture(scope="module")
def fitted():
    latent, island = islands(1500)
    return latent, island, fit_map(latent, seed=0)


def test_near_rows_stay_near_and_islands_stay_apart(fitted):
    latent, island, result = fitted
    map_trust = trustworthiness(latent, result.coordinates, n_neighbors=15)
    plane = np.linalg.svd(latent - latent.mean(axis=0))[2][:2]
    plane_trust = trustworthiness(latent, latent @ plane.T, n_neighbors=15)
    assert map_trust > 0.97
    assert map_trust > plane_trust + 0.03
    nearest = Projector(result.coordinates, result.coordinates)._tree
    _, rows = nearest.query(result.coordinates, k=6)
    order = np.unique(result.coordinates, axis=0, return_index=True)[1]
    assert (island[order[rows]] == island[:, None]).mean() > 0.99


def test_one_seed_gives_one_map_bit_for_bit(fitted):
    latent, _, result = fitted
    again = fit_map(latent, seed=0)
    assert np.array_equal(again.coordinates, result.coordinates)
    assert not np.allclose(fit_map(latent, seed=1).coordinates, result.coordinates)


def test_two_maps_at_once_are_those_of_one_after_the_other(fitted):
    latent, _, _ = fitted
    tables = [latent[:400], latent[400:800]]
    alone = [fit_map(table, seed=0).coordinates for table in tables]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda table: fit_map(table, 0).coordinates, tables))
    assert all(map(np.array_equal, alone, together))


def test_new_rows_land_nearly_as_truly_as_fitted_ones(fitted):
    latent, _, result = fitted
    new, new_island = islands(800, seed=5)
    placed = Projector(latent, result.coordinates).apply(new)
    together = fit_map(np.vstack([latent, new]), seed=0).coordinates[len(latent) :]
    placed_trust = trustworthiness(new, placed, n_neighbors=15)
    assert placed_trust > trustworthiness(new, together, n_neighbors=15) - 0.01
    # None is left in the void between islands.
    centres = np.array([placed[new_island == k].mean(axis=0) for k in range(4)])
    away = np.linalg.norm(placed[:, None] - centres, axis=-1)
    assert (away.argmin(axis=1) == new_island).mean() > 0.99


def test_a_fitted_row_lands_on_its_own_place(fitted):
    latent, _, result = fitted
    projector = Projector(latent, result.coordinates)
    order = np.random.default_rng(0).permutation(len(latent))
    assert np.array_equal(projector.apply(latent[order]), result.coordinates[order])
    # One step of float32 away is next to it, not elsewhere.
    beside = projector.apply(np.nextafter(latent, np.float32(np.inf)))
    assert np.abs(beside - result.coordinates).max() < 1e-3


def test_each_row_is_placed_by_itself(fitted):
    latent, _, result = fitted
    projector = Projector(latent, result.coordinates)
    new, _ = islands(50, seed=6)
    alone = np.vstack([projector.apply(row[None]) for row in new])
    assert np.array_equal(alone, projector.apply(new))


def test_rows_beyond_the_sample_are_placed_by_the_projector():
    latent, _ = islands(900)
    result = fit_map(latent, seed=3, max_fit_rows=500)
    assert result.fitted_rows.size == 500
    assert len(set(result.fitted_rows.tolist())) == 500
    fitted_latent = latent[result.fitted_rows]
    places = result.coordinates[result.fitted_rows]
    assert np.array_equal(fit_map(fitted_latent, seed=3).fitted_rows, np.arange(500))
    assert np.array_equal(
        Projector(fitted_latent, places).apply(latent), result.coordinates
    )
    assert trustworthiness(latent, result.coordinates, n_neighbors=15) > 0.95


def test_a_map_may_have_a_third_dimension_and_new_rows_a_place_in_it(fitted):
    latent, _, _ = fitted
    space = fit_map(latent[:1000], seed=0, n_dimensions=3).coordinates
    assert space.shape == (1000, 3)
    assert np.linalg.matrix_rank(space - space.mean(axis=0)) == 3
    assert trustworthiness(latent[:1000], space, n_neighbors=15) > 0.97
    projector = Projector(latent[:1000], space)
    assert np.array_equal(projector.apply(latent[:1000]), space)
    landed = projector.apply(latent[1000:])
    assert trustworthiness(latent[1000:], landed, n_neighbors=15) > 0.95


def test_crowds_stay_crowded_if_density_is_kept():
    rng = np.random.default_rng(0)
    scale = np.repeat([0.2, 1.0, 4.0], 200)[:, None]
    centre = np.repeat([[0.0] * 4, [40.0] * 4, [-40.0] * 4], 200, axis=0)
    latent = centre + scale * rng.normal(size=(600, 4))

    def width(keeps_density):
        result = fit_map(latent, seed=0, keeps_density=keeps_density)
        parts = np.split(result.coordinates, 3)
        return [np.log(part.std(axis=0).mean()) for part in parts]

    even, kept = width(False), width(True)
    assert kept[0] < kept[1] < kept[2]
    assert kept[2] - kept[0] > even[2] - even[0] + 0.5


def test_many_rows_at_once_land_as_few_do(fitted):
    latent, _, result = fitted
    projector = Projector(latent, result.coordinates)
    many, _ = islands(12_000, seed=7)
    landed = projector.apply(many)
    assert np.array_equal(projector.apply(many[::-1])[::-1], landed)
    assert np.array_equal(projector.apply(many[4990:5010]), landed[4990:5010])


def test_rows_of_one_latent_mean_share_a_place():
    latent, _ = islands(300)
    latent[100:200] = latent[0]
    result = fit_map(latent, seed=0)
    assert (result.coordinates[100:200] == result.coordinates[0]).all()
    assert not set(range(100, 200)) & set(result.fitted_rows.tolist())
    minus_zero = np.where(latent == 0, np.float32(-0.0), latent)
    assert np.array_equal(fit_map(minus_zero, 0).coordinates, result.coordinates)


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3, 4, 5, 10])
@pytest.mark.parametrize("n_latent", [1, 2, 8])
def test_a_few_rows_have_a_map_with_a_place_for_each(n_rows, n_latent):
    latent = np.random.default_rng(n_rows).normal(size=(n_rows, n_latent))
    coordinates = fit_map(latent, seed=0).coordinates
    assert coordinates.shape == (n_rows, 2)
    assert np.isfinite(coordinates).all()
    assert len(np.unique(coordinates, axis=0)) == n_rows


def test_three_rows_are_shown_as_they_lie_in_their_plane():
    latent = np.array([[0, 0, 0], [3, 0, 0], [0, 4, 0]], dtype=np.float32)
    result = fit_map(latent, seed=0)
    sides = [np.linalg.norm(result.coordinates[i] - result.coordinates[j])
             for i, j in ((0, 1), (0, 2), (1, 2))]  # fmt: skip
    assert sides == pytest.approx([3, 4, 5], rel=1e-5)
    assert (result.n_epochs, result.epochs) == (0, 0)


def test_a_collapsed_latent_is_one_point():
    coordinates = fit_map(np.full((50, 8), 0.25), seed=0).coordinates
    assert len(np.unique(coordinates, axis=0)) == 1
    assert np.isfinite(coordinates).all()


@given(
    arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 3)),
           elements=st.floats(-(2.0**100), 2.0**100, width=32)),
)  # fmt: skip
def test_any_finite_latent_has_a_finite_map(latent):
    result = fit_map(latent, seed=0)
    assert np.isfinite(result.coordinates).all()
    if len(latent):
        placed = Projector(latent, result.coordinates).apply(latent)
        assert np.array_equal(placed, result.coordinates)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_a_latent_mean_that_is_not_finite_is_refused_by_row(value):
    latent = np.zeros((5, 2))
    latent[3, 1] = value
    with pytest.raises(InputError, match="the first is row 3"):
        fit_map(latent, seed=0)
    with pytest.raises(InputError, match="the first is row 3"):
        Projector(np.zeros((1, 2)), np.zeros((1, 2))).apply(latent)


@pytest.mark.parametrize("latent", [np.zeros(4), np.zeros((4, 0)), np.zeros((2, 2, 2))])
def test_a_latent_that_is_no_table_is_refused(latent):
    with pytest.raises(ShapeError, match="latent means have shape"):
        fit_map(latent, seed=0)


@pytest.mark.parametrize(
    "changes",
    [{"seed": -1}, {"n_neighbors": 1}, {"min_dist": -0.1}, {"min_dist": 1.5},
     {"min_dist": np.nan}, {"max_fit_rows": 0}, {"n_dimensions": 4}],
)  # fmt: skip
def test_parameters_that_no_map_has_are_refused_by_name(changes):
    with pytest.raises(ConfigError, match=next(iter(changes))):
        fit_map(np.zeros((9, 2)), **{"seed": 0, **changes})


def test_a_projector_needs_rows_and_places_that_belong_together():
    with pytest.raises(ShapeError, match="for 3 rows"):
        Projector(np.zeros((3, 2)), np.zeros((2, 2)))
    with pytest.raises(InputError, match="no rows"):
        Projector(np.zeros((0, 2)), np.zeros((0, 2)))
    with pytest.raises(InputError, match="non-finite coordinates"):
        Projector(np.zeros((1, 2)), np.full((1, 2), np.nan))
    with pytest.raises(ShapeError, match="3 dimensions"):
        Projector(np.zeros((1, 2)), np.zeros((1, 2))).apply(np.zeros((1, 3)))


def test_no_new_row_gives_no_place():
    assert Projector(np.zeros((1, 2)), np.zeros((1, 2))).apply(
        np.zeros((0, 2))
    ).shape == (0, 2)


def test_progress_goes_through_the_steps_to_the_end():
    latent, _ = islands(600)
    seen = []
    fit_map(latent, seed=0, max_fit_rows=500, on_progress=seen.append)
    steps = list(dict.fromkeys(progress.step for progress in seen))
    assert steps == ["neighbours", "graph", "layout", "placing"]
    layout = [progress.fraction for progress in seen if progress.step == "layout"]
    assert layout == sorted(layout)
    assert (layout[0], layout[-1]) == (0.0, 1.0)


def test_a_stop_keeps_the_layout_so_far():
    latent, _ = islands(1500)
    result = fit_map(latent, seed=0, should_stop=lambda: True)
    assert 0 < result.epochs < result.n_epochs == 500
    assert np.isfinite(result.coordinates).all()
    assert trustworthiness(latent, result.coordinates, n_neighbors=15) > 0.8


def test_an_exception_in_a_callback_reaches_the_caller():
    latent, _ = islands(300)
    with pytest.raises(KeyboardInterrupt):
        fit_map(latent, seed=0, on_progress=interrupted)


def interrupted(progress):
    if progress.fraction > 0:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "ended", [{"should_stop": lambda: True}, {"on_progress": interrupted}]
)
def test_other_threads_lay_out_after_one_was_ended(ended):
    latent, _ = islands(300)
    with contextlib.suppress(KeyboardInterrupt):
        fit_map(latent, seed=0, **ended)
    found = []
    thread = Thread(target=lambda: found.append(fit_map(latent, seed=0)), daemon=True)
    thread.start()
    thread.join(60)
    assert found, "it waits for a lock that nobody lets go"
    assert found[0].epochs == found[0].n_epochs
