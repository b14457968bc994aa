"""What the page says of how everything is measured."""

from typing import Any

import report

from board.search import CONFIGURATIONS, MOST_ROUNDS, PATIENCE
from board.sets import MOCK_ROWS, MOCK_SEED
from board.summary import OURS

# By task: its title, and what is asked.
ABOUT = {
    "full": ("All labels", """
Every method is fitted to all training rows. F1 of the class sought is that of quasars,
or of L and T dwarfs where there are no quasars. ECE: distance of confidence and
accuracy in 15 bins of equal width."""),
    "few": ("Few labels", """
1 % of the training labels are kept, at least 5 a class. The VAE sees the other rows
without their class; peers see labelled rows alone. No search is possible on so few: the
forests have their defaults with 300 trees, boosting has small trees and a learning rate
of 0.05, which was chosen over 0.1 by a look at the first repeat."""),
    "missing": ("A survey missing", """
Fitted to everything, as under all labels; then each survey in turn is removed from the
rows held out, with every feature that one of its bands is part of. Macro F1 lost
against nothing removed, mean over surveys; less is better."""),
    "faint": ("Fainter", """
Fitted to values and errors: the VAE takes errors as such, trees as further columns,
with the settings found under all labels. Rows held out get the noise that they would
have one magnitude fainter: noise in flux with 2.512² - 1 times the variance, errors
2.512 times as large, features built again. Magnitudes themselves stay, so that only the
noise is new; a value without a stated error stays, too. Less lost is better."""),
    "strangers": ("Strangers", """
A class is kept out of training: white dwarfs (VST), T dwarfs (Legacy + VHS + WISE),
quasars above redshift 3 (mock). AUROC of the outlier score: all rows of that class
against rows held out of the others. Peers: PyOD with its defaults, on features filled
by medians and standardised."""),
    "latent": ("Latent space", """
The VAE alone, on rows held out; with errors where a set has them. Silhouette of the
true classes; accuracy of 15 nearest neighbours on posterior means, minus that of the
classifier; latent dimensions whose posterior means vary by more than 0.01; χ² of the
decoded posterior mean; share of values inside the 68 % posterior predictive interval,
of 64 draws."""),
}  # fmt: skip

RELIABILITY = """
The VAE with all labels: by bins of its confidence, which is the largest probability of
a row, mean confidence → share of rows whose likeliest class is the true one, ± half its
68 % interval (Jeffreys), and the rows of all repeats together. A row may be held out in
several repeats, of which intervals know nothing."""


def how(result: dict[str, Any]) -> str:
    """Return how all of it is measured."""
    peers = sorted({v for m, v in result["versions"].items() if m != OURS})
    facts = report.machine_text(result["machine"], "torch", "scikit-learn")
    text = report.paragraph(f"""
`VAEClassifier` with its defaults against tuned trees and other networks, measured by
`make leaderboard`; [decision 18](decisions/0018-leaderboard.md) says why so. Each
repeat is another split: 30 % of each class held out, rows with the same features never
on both sides, the same rows and features for all methods. Trees search {CONFIGURATIONS}
configurations, the library's defaults and {CONFIGURATIONS - 1} drawn once for all sets,
by log loss on a fifth of the training rows; boosting stops after {PATIENCE} rounds
without progress ({MOST_ROUNDS:,} at most) and is refitted to all training rows. RealMLP
and TabM have pytabkit's tuned defaults, with medians and indicators for what is
missing. Nobody sees errors unless a task says so. Every method has one thread, on a
machine that does other work as well: seconds tell orders of magnitude, and searching
counts as fitting. Mean ± s.d. over repeats; a method with fewer repeats than others has
their number behind its name. The best is bold.""")
    limits = report.paragraph(f"""
The simulated set is {MOCK_ROWS:,} rows of the mock, seed {MOCK_SEED}, of which those
with a class are used; it says nothing about the sky. In the real sets missing values
and brightness give some classes away, to every method alike, and class shares are those
of targets and reference libraries.""")
    libraries = report.paragraph(f"{facts}; {'; '.join(peers)}.")
    return f"{text}\n\n{limits}\n\n{libraries}"
