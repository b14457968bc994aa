"""Links to viewers: the position arrives there as it was."""

from urllib.parse import parse_qs, urlsplit

import pytest

import qsovae
from qsovae.errors import InputError


def numbers_in(link):
    """Return the position that a server would read."""
    asked = parse_qs(urlsplit(link).query)
    if "ra" in asked:
        return float(asked["ra"][0]), float(asked["dec"][0])
    keys = ("target", "Coord", "coordinates", "-c")
    (text,) = (asked[key][0] for key in keys if key in asked)
    return tuple(float(part.removesuffix("d")) for part in text.split())


@pytest.mark.parametrize("place", [(187.277915, 2.052388), (0.0, -89.5), (359.9, 1e-7)])
def test_each_link_leads_to_the_position(place):
    links = qsovae.viewer_links(*place)
    assert {"Legacy Surveys", "Aladin", "SIMBAD", "NED"} <= set(links)
    for link in links.values():
        assert link.startswith("https://")
        assert numbers_in(link) == pytest.approx(place, abs=1e-6)


@pytest.mark.parametrize(
    "place", [(float("nan"), 0.0), (0.0, float("nan")), (361.0, 0.0), (0.0, 91.0)]
)
def test_what_is_no_position_is_refused(place):
    with pytest.raises(InputError, match="no position"):
        qsovae.viewer_links(*place)
