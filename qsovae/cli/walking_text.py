"""What decode tells, in words.

Within cli: above showing.
"""

from typing import Any

from qsovae.cli import text
from qsovae.cli.showing import magnitude_text, measured_text


def walk_text(said: dict[str, Any]) -> str:
    """Return what is known of one place, or of the places of a line."""
    places = said["places"]
    if "along" in places[0]:
        return _line_words(places)
    there, table = said.get("map", {"is_far": False}), _bands_text(places[0])
    words = []
    if there["is_far"]:
        words.append(
            "no row is near that place of the map: the latent of the nearest, "
            f"{there['distance']:.3g} away"
        )
    return "\n".join([*words, _place_words(places[0]), "", table])


def _place_words(place: dict[str, Any]) -> str:
    shares = ", ".join(f"{c} {p:.4f}" for c, p in place["probabilities"].items())
    return "\n".join([
        f"latent {', '.join(f'{value:.4g}' for value in place['latent'])}",
        f"class probabilities there: {shares}",
        _nearest_words(place),
    ])  # fmt: skip


def _bands_text(place: dict[str, Any]) -> str:
    """Return the bands or, where features decide only one, the features."""
    nearest = place["nearest"][0]
    if len(place["bands"]) > 1:
        measured = {band["band"]: band for band in nearest.get("bands", [])}
        lines = [
            [band["label"], magnitude_text(band["decoded_mag_ab"]),
             _span(band, "mag_ab", 2), _span(band, "flux_ujy", 1),
             measured_text(measured.get(band["band"]))]
            for band in place["bands"]
        ]  # fmt: skip
        header = ["band", "decoded (AB)", "68 %", "68 % (uJy)", "nearest row (AB)"]
        return text.table_text(header, lines)
    beside = {one["name"]: one["value"] for one in nearest.get("features", [])}
    lines = [
        [one["name"], one["unit"], one["decoded"], one["spread"],
         beside.get(one["name"])]
        for one in place["features"]
    ]  # fmt: skip
    header = ["feature", "unit", "decoded", "spread", "nearest row"]
    return text.table_text(header, lines)


def _nearest_words(place: dict[str, Any]) -> str:
    """Return the row nearest to a place, and whether that is far."""
    nearest = place["nearest"][0]
    said = (
        f"nearest row: {nearest['object_id']}, class "
        f"{nearest['class_label'] or 'unknown'}, predicted "
        f"{nearest['class_predicted']}, {nearest['distance']:.3g} away"
    )
    if not place["is_far"]:
        return said
    return (
        f"{said}\nno such objects are known: 99 % of the rows have another within "
        f"{place['far_distance']:.3g}"
    )


def _span(band: dict[str, Any], kind: str, digits: int) -> str:
    """Return a range, its faint end open where it has no magnitude."""
    low, high = (band[f"decoded_{kind}_{end}"] for end in ("low", "high"))
    if low is None:
        return "-"
    return f"{low:.{digits}f} to " + ("…" if high is None else f"{high:.{digits}f}")


def _line_words(places: list[dict[str, Any]]) -> str:
    """Return the places of a line, one a line of text."""
    classes, bands = list(places[0]["probabilities"]), places[0]["bands"]
    lines = [
        [f"{place['along']:.3f}",
         *(f"{place['probabilities'][name]:.3f}" for name in classes),
         *(magnitude_text(band["decoded_mag_ab"]) for band in place["bands"]),
         place["nearest"][0]["object_id"], place["nearest"][0]["distance"],
         "far" if place["is_far"] else ""]
        for place in places
    ]  # fmt: skip
    header = [
        "along",
        *classes,
        *(b["label"] for b in bands),
        "nearest row",
        "away",
        "",
    ]
    return text.table_text(header, lines)
