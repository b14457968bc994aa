"""Part of the Train page: what to train, with sensible defaults."""

from __future__ import annotations

import itertools
import re

import streamlit as st

import qsovae
from dashboard import cache, jobs
from dashboard.layout import escaped
from dashboard.sources import Source, mappings_folder
from dashboard.split_form import choose_split
from dashboard.state import seed

_NEVER_LABELS = ("id", "ra", "dec", "magnitude", "magnitude_error", "feature_error")


def show_form(source: Source, mapping: qsovae.Mapping) -> None:
    """Show the choices for a training on a catalog, and start it when asked.

    Raises
    ------
    CatalogError
        If the catalog offers no feature or the label column no classes.
    """
    columns = [c.name for c in mapping.columns if c.role not in _NEVER_LABELS]
    if not columns:
        st.info("No column can be a label: give one the role 'label' under Catalog.")
        return
    guess = mapping.only("label")
    seed("train_label", guess if guess in columns else None)
    label = st.selectbox(
        "Label column", columns, index=None, key="train_label",
        placeholder="Which column holds the classes?",
        help="Rows without a class train the autoencoder, too.",
    )  # fmt: skip
    if label is None:
        st.info("Choose the column with the classes.")
        return
    st.caption(_classes_sentence(cache.class_counts(source, mapping, label)))
    features = _choose_features(cache.catalog(source, mapping), label)
    choice = _choose_settings(source, mapping, label, features)
    is_ready = choice is not None and features != ()
    asked = st.button(
        "Start training", key="train_start", type="primary",
        icon=":material/play_arrow:", disabled=not is_ready,
    )  # fmt: skip
    if asked and choice is not None:
        jobs.start_training(choice, qsovae.runs_folder(), mappings_folder())
        st.session_state.pop("train_name", None)
        st.rerun()


def _classes_sentence(counts: dict[str | None, int]) -> str:
    """Return the classes with their numbers of rows."""
    named = [f"{escaped(c)} {n:,}" for c, n in counts.items() if c is not None]
    return f"Classes: {', '.join(named)}; unlabelled {counts.get(None, 0):,}"


def _choose_features(catalog: qsovae.Catalog, label: str) -> tuple[str, ...] | None:
    """Return the features chosen, None for the default ones."""
    usual = [f.name for f in qsovae.default_features(catalog) if f.name != label]
    colours = [f"{a}_mag_ab - {b}_mag_ab"
               for a, b in itertools.combinations(catalog.bands, 2)]  # fmt: skip
    magnitudes = [f"{band}_mag_ab" for band in catalog.bands]
    columns = [n for n in catalog.mapping.names("feature") if n != label]
    options = list(dict.fromkeys([*usual, *magnitudes, *colours, *columns]))
    with st.expander(f"Features: {len(usual)} by default"):
        seed("train_features", usual)
        chosen = st.multiselect(
            "Features", options, key="train_features", label_visibility="collapsed",
            placeholder="Choose at least one",
        )  # fmt: skip
        if not chosen:
            st.warning("Choose at least one feature.")
    return None if chosen == usual else tuple(chosen)


def _choose_settings(
    source: Source,
    mapping: qsovae.Mapping,
    label: str,
    features: tuple[str, ...] | None,
) -> jobs.TrainingChoice | None:
    """Show the remaining settings and return the whole choice, None until it is one."""
    names = {r.name for r in qsovae.list_runs()}
    seed("train_name", free_name(source.path.name, names))
    left, right = st.columns(2)
    run = left.text_input("Run name", key="train_name", max_chars=64).strip()
    fraction = right.slider(
        "Rows held out for the test, %", 5, 60, 30, 5, key="train_fraction"
    )
    with st.expander("Expert: rows held out, epochs, latent dimensions, seed"):
        split = choose_split(mapping, "train")
        epochs, n_latent, chosen_seed = _choose_expert_settings()
    if split is None:
        st.info("Choose the column whose values are held out.")
        return None
    overwrite = run in names and st.checkbox(
        "Replace the run of this name", key="train_overwrite"
    )
    return jobs.TrainingChoice(
        catalog=source.path.resolve(),
        mapping=mapping,
        label=label, run=run, features=features,
        epochs=epochs, n_latent=n_latent,
        test_fraction=fraction / 100, seed=chosen_seed, overwrite=bool(overwrite),
        split=split,
    )  # fmt: skip


def _choose_expert_settings() -> tuple[int | None, int, int]:
    """Return epochs, None for the rule's own, latent dimensions and seed."""
    left, middle, right = st.columns(3)
    epochs = left.number_input(
        "Epochs", 1, 1000, None, key="train_epochs", placeholder="by size",
        help="As many as the catalog's size asks for, unless a number is given. "
        "Training ends earlier when the validation rows gain no more.",
    )  # fmt: skip
    n_latent = middle.number_input(
        "Latent dimensions", 2, 64, 8, key="train_latent",
        help="More reconstruct better and are harder to look at.",
    )  # fmt: skip
    chosen = right.number_input(
        "Seed", 0, 2**31 - 1, 0, key="train_seed",
        help="Of the split, the network, the baseline and the map.",
    )  # fmt: skip
    return None if epochs is None else int(epochs), int(n_latent), int(chosen)


def free_name(file_name: str, taken: set[str]) -> str:
    """Return a run name after a file that no run has yet."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", file_name.split(".")[0]).strip("-_")[:40]
    stem = stem or "run"
    if stem not in taken:
        return stem
    return next(f"{stem}-{n}" for n in itertools.count(2) if f"{stem}-{n}" not in taken)
