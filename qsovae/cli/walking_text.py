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
    parts = [_place_words(places[0])]
    if said.get("map", {}).get("is_far"):
        parts.insert(
            0, f"the nearest row on the map is {said['map']['distance']:.3g} away: far"
        )
    return "\n\n".join(parts)


def _place_words(place: dict[str, Any]) -> str:
    shares = ", ".join(f"{c} {p:.4f}" for c, p in place["probabilities"].items())
    lines = [
        f"latent {', '.join(f'{value:.4g}' for value in place['latent'])}",
        f"class probabilities there: {shares}",
        _nearest_words(place),
    ]
    nearest = place["nearest"][0]
    measured = {band["band"]: band for band in nearest.get("bands", [])}
    table = [
        [band["label"], magnitude_text(band["decoded_mag_ab"]),
         _span(band, "mag_ab", 2), _span(band, "flux_ujy", 1),
         measured_text(measured.get(band["band"]))]
        for band in place["bands"]
    ]  # fmt: skip
    header = ["band", "decoded (AB)", "68 %", "68 % (uJy)", "nearest row (AB)"]
    if not table:
        header = ["feature", "decoded", "spread"]
        table = [[f["name"], f["decoded"], f["spread"]] for f in place["features"]]
    return "\n".join(lines) + "\n\n" + text.table_text(header, table)


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
