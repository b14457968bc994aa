"""The parts of `benchmarks/leaderboard.py`."""
