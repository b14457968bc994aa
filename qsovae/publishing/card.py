"""The model card: what a run is, was made of, is for, and where it ends.

Within publishing: above scores and samples. The sections are those of Mitchell et al.
2019, "Model Cards for Model Reporting", FAT* (arXiv:1810.03993).
"""

from qsovae.pages import Block, Cell, Code, Paragraph, Section, Table
from qsovae.publishing.scores import (
    class_tables,
    headline,
    morphologies,
    scored_rows,
)
from qsovae.publishing.subject import SIMULATED, Subject

OUTPUTS = "--html report.html --latex scores.tex --card card.md"
_FEW_ROWS = 100


def card_sections(subject: Subject) -> list[Section]:
    """Return the sections of a run's model card."""
    return [
        Section(title, tuple(blocks))
        for title, blocks in (
            ("Model details", _model(subject)),
            ("Intended use", _use(subject)),
            ("Factors", _factors()),
            ("Metrics", _metrics()),
            ("Evaluation data", scored_rows(subject)),
            ("Training data", _training(subject)),
            ("Quantitative analyses", _analyses(subject)),
            ("Ethical considerations", _ethics()),
            ("Caveats and recommendations", _caveats(subject)),
            ("How to make it again", again(subject)),
        )
    ]


def _model(subject: Subject) -> list[Block]:
    manifest = subject.manifest
    estimator = manifest["estimator"]
    lines: tuple[tuple[Cell, ...], ...] = (
        ("run", subject.name),
        ("made", manifest["created_utc"]),
        ("kind", "variational autoencoder of photometry with a classifier on its "
                 "latent means"),
        ("latent dimensions", str(estimator["n_latent"])),
        ("epochs", str(estimator["epochs_done"])),
        ("device", estimator["device"]),
        ("seed", str(manifest["seed"])),
        ("classes", ", ".join(manifest["classes"])),
        *((f"version of {name}", text)
          for name, text in manifest.get("versions", {}).items()),
    )  # fmt: skip
    marked = [Paragraph(SIMULATED)] if subject.is_simulated else []
    return [*marked, Table(("", ""), lines)]


def _use(subject: Subject) -> list[Block]:
    names = ", ".join(subject.manifest["classes"])
    return [
        Paragraph(
            f"For astronomers who select samples from survey catalogs: a probability "
            f"of each class ({names}) for every row that has some of the features "
            "below, at a stated class mix, to be followed up or studied as a sample."
        ),
        Paragraph(
            "Not for claims about single sources, for redshifts, for classes that it "
            "was not trained on (a high outlier_score warns of these), or for sources "
            "fainter, or of other surveys, than those that trained it."
        ),
    ]


def _factors() -> list[Block]:
    return [
        Paragraph(
            "What changes the scores: magnitude, whether a source is point-like or "
            "extended, which bands are observed, crowding and reddening, and the class "
            "mix. Scores are told apart by morphology."
        )
    ]


def _metrics() -> list[Block]:
    return [
        Paragraph(
            "Completeness: the share of a class's rows that are given to it. Purity: "
            "the share of the rows given to a class that are of it, at the class mix "
            "of the scored rows unless another is stated. F1: their harmonic mean. "
            "Average precision and ROC area: over all thresholds. Log loss and Brier "
            "score judge the probabilities themselves. The class predicted is the "
            "most probable one."
        )
    ]


def _training(subject: Subject) -> list[Block]:
    manifest = subject.manifest
    catalog = manifest["catalog"]
    lines: tuple[tuple[Cell, ...], ...] = (
        ("catalog", catalog["name"]),
        ("rows", f"{catalog['rows']:,}"),
        ("SHA-256", catalog["sha256"]),
        ("column of the true classes", manifest["label"]),
        *((f"rows of class {name}", f"{n:,}")
          for name, n in manifest.get("class_counts", {}).items()),
    )  # fmt: skip
    features = tuple(
        (f["name"], f["kind"], f["unit"] or None) for f in manifest["features"]
    )
    return [
        Table(("", ""), lines),
        Paragraph(_simulated_text(subject)),
        Table(("feature", "kind", "unit"), features, f"{len(features)} features"),
    ]


def _simulated_text(subject: Subject) -> str:
    """Return what was simulated, and what the simulator does without."""
    if subject.manifest["is_simulated"]:
        from qsovae.simulation import KNOWN_GAPS

        return (
            f"{SIMULATED} Every row that trained it is simulated: sources, surveys and "
            f"classes. qsovae's own simulator has {KNOWN_GAPS}."
        )
    if subject.is_simulated:
        return f"{SIMULATED} The scored catalog is simulated; what trained it is not."
    return (
        "Nothing is marked as simulated, neither what trained it nor what was scored."
    )


def _analyses(subject: Subject) -> list[Block]:
    return [*headline(subject), *class_tables(subject), *morphologies(subject)]


def _ethics() -> list[Block]:
    return [
        Paragraph(
            "Rows are sources on the sky: there are no personal data, and nobody is "
            "judged by it. What goes wrong costs observing time on contaminants, and "
            "sources that the labels lack stay overlooked."
        )
    ]


def _caveats(subject: Subject) -> list[Block]:
    """Return what limits the scores, as far as the run itself tells."""
    texts = [
        "Spectroscopic classes are chosen by magnitude and colour: the scored rows are "
        "no fair sample of the sky, and scores of fainter sources may be worse.",
        "Purity depends on the class mix: state that of the sample (--prior) before "
        "a purity is quoted.",
    ]
    few = [
        f"{name} ({scores['rows']:,})"
        for name, scores in subject.report["per_class"].items()
        if scores["rows"] < _FEW_ROWS
    ]
    if few:
        texts.append(
            f"Fewer than {_FEW_ROWS} rows were scored of {', '.join(few)}: mind the "
            "intervals."
        )
    if subject.is_simulated:
        texts.append(SIMULATED)
    texts += [f"Note of the training: {note}." for note in subject.manifest["notes"]]
    return [Paragraph(text) for text in texts]


def again(subject: Subject) -> list[Block]:
    """Return the command that makes all of this again."""
    command = f"{subject.details['asked']['command']} {OUTPUTS}"
    words = (
        "Where the catalog lies, and the run under checkpoints (or add --runs FOLDER)"
    )
    if " --mapping " in command:
        words += (
            ", with what each column was taken for in a file, as the Catalog page and "
            "qsovae check --save-mapping write it"
        )
    return [Paragraph(f"{words}:"), Code(command)]
