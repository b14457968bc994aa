"""Scores of each class as a LaTeX table.

Within publishing: above scores.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qsovae.publishing.scores import CLASS_SCORES, value_of
from qsovae.publishing.subject import BASELINE, MODEL, refuse_bare

# What LaTeX takes for more than itself; brackets and asterisks only where a line ends
# before them, with \\, but there a class may stand.
_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&",
    "#": r"\#", "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "[": "{[}", "]": "{]}", "*": "{*}",
}  # fmt: skip
# The last letter that LaTeX sets without further packages.
_LAST_LETTER = 0x17F
_TABLE = r"""% {command}
% Needs \usepackage{{booktabs}}.
\begin{{table}}
\centering
\caption{{{caption}}}
\label{{tab:scores}}
\begin{{tabular}}{{lr{columns}}}
\toprule
Class & $N$ & {header} \\
{body}
\bottomrule
\end{{tabular}}
\end{{table}}
"""


def scores_latex(report: Mapping[str, Any]) -> str:
    r"""Return the scores of each class with their intervals, for a paper.

    Parameters
    ----------
    report : mapping
        What ``evaluate_run`` returned.

    Returns
    -------
    str
        A table for the package booktabs; values as ``$0.90_{-0.03}^{+0.02}$`` with the
        ends of 95 % intervals. Names are escaped; letters that LaTeX does not set by
        itself stand as their code points.

    Raises
    ------
    InputError
        If the report has no details.
    """
    refuse_bare(report)
    models = {MODEL: (report, report["details"])}
    if report["baseline"] is not None and report["details"]["baseline"] is not None:
        models[BASELINE] = report["baseline"], report["details"]["baseline"]
    lines = []
    for model, (scores, details) in models.items():
        n_columns = len(CLASS_SCORES) + 2
        lines += ["\\midrule", f"\\multicolumn{{{n_columns}}}{{l}}{{{model}}} \\\\"]
        lines += [_line(name, scores, details) for name in report["classes"]]
    header = (words[0].upper() + words[1:] for words in CLASS_SCORES.values())
    command = " ".join(report["details"]["asked"]["command"].split())
    return _TABLE.format(
        command=f"{command} --latex scores.tex", caption=_caption(report),
        columns="c" * len(CLASS_SCORES), header=" & ".join(header),
        body="\n".join(lines),
    )  # fmt: skip


def _caption(report: Mapping[str, Any]) -> str:
    """Return what the scores are of."""
    split = report["split"]["kind"]
    words = (
        f"Scores of the run {latex_escaped(report['run'])} on {report['rows']:,} rows "
        f"of {latex_escaped(report['catalog'])} that did not train it (split: "
        f"{latex_escaped(split)}), with the ends of 95\\,\\% intervals. $N$: rows of "
        "the class."
    )
    return f"\\textbf{{Simulated data.}} {words}" if report["is_simulated"] else words


def _line(name: str, scores: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    """Return the line of a class."""
    of_class, beside = scores["per_class"][name], details["per_class"][name]
    cells = [latex_escaped(name), f"{of_class['rows']:,}"]
    for score in CLASS_SCORES:
        value = value_of(of_class, beside, score)
        cells.append(_value(value, beside["intervals"].get(score)))
    return " & ".join(cells) + r" \\"


def _value(value: Any, interval: Sequence[float] | None) -> str:
    """Return a score with the ends of its interval, to two digits of its width."""
    if value is None:
        return "--"
    if interval is None:
        return f"${value:.3f}$"
    low, high = interval
    width = max(high - low, 1e-5)
    digits = min(5, max(2, 1 + math.ceil(-math.log10(width))))
    below, above = max(value - low, 0.0), max(high - value, 0.0)
    return f"${value:.{digits}f}_{{-{below:.{digits}f}}}^{{+{above:.{digits}f}}}$"


def latex_escaped(text: str) -> str:
    """Return text on one line so that LaTeX sets it as it is."""
    return "".join(map(_sign, " ".join(text.split())))


def _sign(character: str) -> str:
    if ord(character) > _LAST_LETTER or not character.isprintable():
        return f"U+{ord(character):04X}"
    return _SIGNS.get(character, character)
