"""What is doubtful about a row, and how its image looks.

Within bands: lowest.
"""

from enum import IntFlag

MORPHOLOGIES = ("all", "point", "extended", "unknown")


class Quality(IntFlag):
    """What is doubtful about a row; bits, so that several can hold at once.

    Values are written into files: they never change, new ones go on top.
    """

    SENTINEL = 1
    NON_FINITE = 2
    INVALID_ERROR = 4
    IMPLAUSIBLE = 8
    DUPLICATE_ID = 16
    INVALID_POSITION = 32
    NOTHING_OBSERVED = 64
    DUPLICATE_POSITION = 128
    DUPLICATE_ROW = 256
    OUTLYING_COLOUR = 512
    MOVING_EXTENDED = 1024
    MOVING_QUASAR = 2048
    STAR_LIKE_QUASAR = 4096
    SUSPECT_ERROR = 8192
    STRAY_POSITION = 16384
    OUTSIDE_FOOTPRINT = 32768
    AMBIGUOUS_MATCH = 65536
    CROWDED_BEAM = 131072
    UPPER_LIMIT = 262144
    SURVEY_FLAG = 524288


# These tell where surveys looked and what is near; most rows of a combined catalog have
# one, and nothing is wrong with them. All others are doubts.
_CIRCUMSTANCES = Quality.OUTSIDE_FOOTPRINT | Quality.CROWDED_BEAM | Quality.UPPER_LIMIT
DOUBTS = Quality(sum(bit for bit in Quality if not bit & _CIRCUMSTANCES))

QUALITY_DESCRIPTIONS: dict[Quality, str] = {
    Quality.SENTINEL: "a value was a code for 'missing' and counts as unobserved",
    Quality.NON_FINITE: "a value was infinite and counts as unobserved",
    Quality.INVALID_ERROR: "an error was zero or negative and counts as unknown",
    Quality.IMPLAUSIBLE: "a magnitude or colour no source has; counts as unobserved",
    Quality.DUPLICATE_ID: "another row has the same id",
    Quality.INVALID_POSITION: "the position is missing or off the sphere",
    Quality.NOTHING_OBSERVED: "no feature of the run was observed",
    Quality.DUPLICATE_POSITION: "another row is within 0.5 arcsec",
    Quality.DUPLICATE_ROW: "another row has all the same measurements",
    Quality.OUTLYING_COLOUR: "a colour is far from the median of the catalog",
    Quality.MOVING_EXTENDED: "the image is extended, yet Gaia sees it move",
    Quality.MOVING_QUASAR: "labelled quasar, yet Gaia sees it move",
    Quality.STAR_LIKE_QUASAR: "labelled star, yet W1 - W2 is that of a quasar",
    Quality.SUSPECT_ERROR: "an error is too small or made up; it is kept as it is",
    Quality.STRAY_POSITION: "far from all other rows, or where the survey never looked",
    Quality.OUTSIDE_FOOTPRINT: "a survey did not look here: its bands are unobserved",
    Quality.AMBIGUOUS_MATCH: "several rows of a survey could be its partner",
    Quality.CROWDED_BEAM: "another source lies within 3 arcsec, in the same WISE beam",
    Quality.UPPER_LIMIT: "a band was looked at, and the source not detected",
    Quality.SURVEY_FLAG: "its survey flags it: artefact, saturation, overlap, bad fit",
}
