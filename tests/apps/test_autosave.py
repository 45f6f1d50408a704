"""Automatic saving: after a pause, at the latest after some seconds, and at once without an event loop."""

import asyncio

from pbwidgets.apps.autosave import Autosave


def test_without_a_loop_everything_is_saved_at_once() -> None:
    saved: list[int] = []
    autosave = Autosave(lambda: saved.append(1))
    autosave.touch()
    assert saved == [1]
    assert not autosave.is_waiting


def test_typing_is_saved_once_after_a_pause() -> None:
    saved: list[int] = []

    async def type_something() -> None:
        autosave = Autosave(lambda: saved.append(1), quiet_s=0.05, longest_s=60)
        for _ in range(5):
            autosave.touch()
        assert saved == []
        assert autosave.is_waiting
        while autosave.is_waiting:
            await asyncio.sleep(0.01)

    asyncio.run(type_something())
    assert saved == [1]


def test_continuous_typing_is_saved_in_between() -> None:
    saved: list[int] = []

    async def type_on() -> None:
        autosave = Autosave(lambda: saved.append(1), quiet_s=3600, longest_s=0.05)
        while not saved:
            autosave.touch()
            await asyncio.sleep(0.01)
        autosave.stop()

    asyncio.run(type_on())
    assert saved


def test_flush_saves_pending_changes_exactly_once() -> None:
    saved: list[int] = []

    async def flush() -> None:
        autosave = Autosave(lambda: saved.append(1), quiet_s=0.01)
        autosave.flush()
        autosave.touch()
        autosave.flush()
        await asyncio.sleep(0.05)

    asyncio.run(flush())
    assert saved == [1]


def test_a_failed_save_is_tried_again() -> None:
    tries: list[int] = []

    async def fail_twice() -> None:
        def save() -> None:
            tries.append(1)
            if len(tries) < 3:
                autosave.retry(0.01)

        autosave = Autosave(save, quiet_s=0.01)
        autosave.touch()
        while len(tries) < 3:
            await asyncio.sleep(0.01)
        assert not autosave.is_waiting

    asyncio.run(fail_twice())
    assert len(tries) == 3
