"""Only catalogs that the server's owner has opened can be had."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sources import (
    find_source,
    keep_upload,
    safe_name,
    server_sources,
)


def write(path, text="a,b\n1,2\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_listed_are_catalogs_below_the_folder_and_nothing_linked_from_outside(
    empty_server, monkeypatch
):
    allowed, outside = empty_server / "allowed", empty_server / "outside"
    write(allowed / "sky" / "a.csv")
    write(allowed / "notes.txt")
    write(allowed / ".hidden" / "h.csv")
    secret = write(outside / "secret.csv")
    (allowed / "link.csv").symlink_to(secret)
    (allowed / "linked").symlink_to(outside)
    (allowed / "inner.csv").symlink_to(allowed / "sky" / "a.csv")
    monkeypatch.setenv("QSOVAE_CATALOGS", str(allowed))
    assert list(server_sources()) == ["1/inner.csv", "1/sky/a.csv"]


@pytest.mark.parametrize(
    "key",
    ["1/../outside/secret.csv", "/etc/passwd", "../x", "upload/../../x", "", "demo",
     "upload/0123456789abcdef", "uploads/x"],
)  # fmt: skip
def test_a_key_that_is_not_listed_finds_nothing(empty_server, key):
    write(empty_server / "outside" / "secret.csv")
    assert find_source(key) is None


def test_an_upload_is_found_by_its_own_key_and_not_in_the_list(empty_server):
    source = keep_upload("../../my cat.csv", b"a,b\n1,2\n")
    assert source.path.name == "my_cat.csv"
    assert source.path.resolve().is_relative_to(empty_server / "data" / "uploads")
    assert source.path.read_bytes() == b"a,b\n1,2\n"
    assert find_source(source.key) == source
    assert server_sources() == {}


def test_the_same_bytes_are_kept_once(empty_server):
    assert keep_upload("a.csv", b"x\n1\n") == keep_upload("b.csv", b"x\n1\n")


@given(st.text(max_size=300))
def test_a_safe_name_is_one_visible_file_of_a_folder(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 100
    assert not set(safe) & set("/\\\0 :")
    assert safe[0] not in ".-"
