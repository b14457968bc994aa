"""Verdicts by keys in a browser, where typing a name is no verdict."""

import qsovae


def test_keys_say_verdicts_and_letters_of_a_name_do_not(visitor, server):
    run = qsovae.open_run("tiny", server.runs)
    ids = run.rows()["object_id"].astype(str)
    visitor.open("explore?run=tiny&opened=5")
    visitor.page.get_by_role("heading", name=f"Object {ids[5]}").wait_for()
    visitor.part("verdict_quick_quality").get_by_role("radio", name="3").or_(
        visitor.part("verdict_quick_quality").get_by_role("button", name="3")
    ).first.click()
    visitor.settle()
    name = visitor.part("verdict_scanner").locator("input")
    name.click()
    name.press_sequentially("Gus Q")
    name.press("Tab")
    visitor.settle()
    assert qsovae.read_verdicts(run).empty
    visitor.page.locator("h1").first.click()
    visitor.page.keyboard.press("s")
    visitor.page.get_by_role("heading", name=f"Object {ids[6]}").wait_for()
    visitor.settle()
    visitor.page.keyboard.press("q")
    visitor.page.get_by_role("heading", name=f"Object {ids[7]}").wait_for()
    said = qsovae.read_verdicts(run)
    assert said["object_id"].tolist() == [ids[5], ids[6]]
    assert said["vi_class"].tolist() == ["STAR", "QSO"]
    assert set(said["vi_scanner"]) == {"Gus Q"}
    assert set(said["vi_quality"]) == {3}
