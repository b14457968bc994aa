"""`python -m qsovae` is `qsovae`."""

import sys

from qsovae.cli import main

sys.exit(main())
