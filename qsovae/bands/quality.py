"""What is doubtful about a row, and how its image looks.

Within bands: lowest.
"""

from enum import IntFlag

MORPHOLOGIES = ("all", "point", "extended", "unknown")


class Quality(IntFlag):
    """What is doubtful about a row; bits, so that several can hold at once."""

    SENTINEL = 1
    NON_FINITE = 2
    INVALID_ERROR = 4
    IMPLAUSIBLE = 8
    DUPLICATE_ID = 16
    INVALID_POSITION = 32
    NOTHING_OBSERVED = 64


QUALITY_DESCRIPTIONS: dict[Quality, str] = {
    Quality.SENTINEL: "a value was a code for 'missing' and counts as unobserved",
    Quality.NON_FINITE: "a value was infinite and counts as unobserved",
    Quality.INVALID_ERROR: "an error was zero or negative and counts as unknown",
    Quality.IMPLAUSIBLE: "a magnitude or colour no source has; counts as unobserved",
    Quality.DUPLICATE_ID: "another row has the same id",
    Quality.INVALID_POSITION: "the position is missing or off the sphere",
    Quality.NOTHING_OBSERVED: "no feature of the run was observed",
}
