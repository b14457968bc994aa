"""A wish to stop, from the keyboard or another process.

Within cli: above text.
"""

import signal

from qsovae.cli import text


class StopOnSignal:
    """Turns the first interrupt into a wish to stop; the second interrupts.

    ``kept`` says what a stop leaves.
    """

    def __init__(self, kept: str = "what was learnt is kept") -> None:
        self._asked, self._kept = False, kept

    def asked(self) -> bool:
        """Return whether somebody pressed Ctrl-C or asked to terminate."""
        return self._asked

    def _ask(self, number: int, frame: object) -> None:
        self._asked = True
        signal.signal(number, signal.default_int_handler)
        text.say(f"\nqsovae: stopping after this epoch; {self._kept}")

    def __enter__(self) -> "StopOnSignal":
        """Listen."""
        self._before = {
            number: signal.signal(number, self._ask)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
