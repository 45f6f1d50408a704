"""What the page's script reads: when something was saved, and what is not saved yet."""

from pbwidgets.apps.save_status import SaveStatus


def test_what_was_saved_stays_known_while_something_waits_or_fails() -> None:
    status = SaveStatus()
    status.settle("已保存 10:00:00")
    status.wait("正在保存……")
    assert "已保存 10:00:00" in status.value
    assert "正在保存……" in status.value
    status.fail("没有保存")
    assert 'role="alert">没有保存' in status.value
    status.settle()
    assert status.value == '<span class="pb-saved" role="status">已保存 10:00:00</span>'


def test_words_are_text_and_not_markup() -> None:
    status = SaveStatus()
    status.fail("<b>")
    assert "&lt;b&gt;" in status.value
