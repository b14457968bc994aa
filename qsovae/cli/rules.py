"""Selection rules on the command line: made by evaluate, applied by score, listed.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_runs_folder
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    from qsovae.runs import Kept, Run, SelectionRule
    from qsovae.workflow import Evaluated


def add_rules(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``rules``."""
    parser = add.add_parser("rules", help="list the selection rules of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--delete", metavar="NAME", help="delete a rule first")
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=rules)


def add_saving(parser: argparse.ArgumentParser) -> None:
    """Add the options by which evaluate saves a rule."""
    parser.add_argument(
        "--threshold", type=float, metavar="P",
        help="with --save-rule: the least probability of the class",
    )  # fmt: skip
    parser.add_argument(
        "--save-rule", metavar="NAME",
        help="keep the sample above --threshold as a rule that score applies",
    )  # fmt: skip


def refuse_asked(options: Namespace, run: "Run") -> None:
    """Refuse a rule that cannot be saved, before long work begins.

    Raises
    ------
    ConfigError
        If there is a threshold without a name, or a name without a threshold, or
        either cannot be.
    RunError
        If the run has a rule of that name.
    """
    from qsovae.workflow import refuse_rule

    if (options.threshold is None) != (options.save_rule is None):
        raise ConfigError(
            "a rule needs a threshold and a name",
            "qsovae evaluate",
            "Give both --threshold P and --save-rule NAME, or neither.",
        )
    if options.save_rule is not None:
        refuse_rule(run, options.save_rule, options.threshold)


def save_asked(
    options: Namespace, run: "Run", evaluated: "Evaluated", prior: Any
) -> dict[str, Any]:
    """Save the rule that the options ask for; return it for the report."""
    from qsovae.workflow import save_rule

    if options.save_rule is None:
        return {}
    quality = evaluated.report["quality"]
    rule = save_rule(
        run, options.save_rule, options.threshold, evaluated, prior=prior,
        sought=options.sought, quality_choice=quality["choice"],
        quality=quality["bits"],
    )  # fmt: skip
    text.say(f"qsovae: saved the rule {rule.name}: {rule_text(rule)}")
    return {"rule": rule.to_json()}


def rules(options: Namespace) -> int:
    """List the rules of a run."""
    from qsovae.runs import delete_rule, list_rules, open_run

    run = open_run(options.run, options.runs)
    if options.delete is not None:
        delete_rule(run, options.delete)
    listed = list_rules(run)
    if options.json:
        show({"run": run.name, "rules": [_entry(found) for found in listed]})
    else:
        show(_listing_text(listed))
    return 0


def rule_text(rule: "SelectionRule") -> str:
    """Return in one line what a rule takes, and how good that is."""
    measures = [_with_bounds(rule, name) for name in ("completeness", "purity")]
    density = rule.expected.get("per_deg2")
    if density is not None:
        measures.append(f"{density:.4g} per deg2")
    only = [rule.morphology] if rule.morphology != "all" else []
    only += [f"{rule.quality_choice} {'+'.join(rule.quality)}"] if rule.quality else []
    kind = rule.mix["kind"]
    mix = "the scored rows' mix" if rule.mix["shares"] is None else f"the {kind} mix"
    said = f"p({rule.sought}) >= {rule.threshold:g} at {mix}"
    measures += ["on simulated rows"] if rule.is_simulated else []
    return f"{', '.join([said, *only])}: {', '.join(measures)}"


def _with_bounds(rule: "SelectionRule", name: str) -> str:
    value = rule.expected[name]
    if value is None:
        return f"{name} unknown"
    bounds = [rule.expected.get(f"{name}_{end}") for end in ("low", "high")]
    if None in bounds:
        return f"{name} {value:.4f}"
    return f"{name} {value:.4f} ({bounds[0]:.4f} to {bounds[1]:.4f})"


def _entry(found: "Kept[SelectionRule]") -> dict[str, Any]:
    """Return a listed rule for JSON."""
    rule = None if found.value is None else found.value.to_json()
    return {"name": found.name, "rule": rule, "message": found.message}


def _listing_text(listed: "list[Kept[SelectionRule]]") -> str:
    if not listed:
        return (
            "no rules; `qsovae evaluate RUN --threshold P --save-rule NAME` makes one"
        )
    lines = [
        [name, found if rule is None else rule_text(rule)]
        for name, rule, found in listed
    ]
    return text.table_text(["rule", ""], lines)
