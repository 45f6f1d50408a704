from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, grant_exception, load_exception

COUNTY = Actor("county", "organiser", "99")
SCOPE = ("contest", "2026", "village_form", "990101")
SHANGHAI = timezone(timedelta(hours=8))


def test_the_newest_exception_counts_and_is_the_same_moment_in_utc(store: Store) -> None:
    with store.write(COUNTY) as w:
        assert load_exception(w, *SCOPE) is None
        grant_exception(w, *SCOPE, datetime(2026, 12, 1, tzinfo=SHANGHAI), "停电")
        grant_exception(w, *SCOPE, datetime(2026, 12, 5, tzinfo=SHANGHAI), "停电未恢复")
        until = load_exception(w, *SCOPE)
        assert load_exception(w, "contest", "2026", "village_form", "990102") is None
    assert until == datetime(2026, 12, 4, 16, tzinfo=UTC)
    assert until.utcoffset() == timedelta(0)


def test_an_exception_needs_a_reason_and_a_time_with_its_zone(store: Store) -> None:
    with pytest.raises(DataError, match="没有填写理由"), store.write(COUNTY) as w:
        grant_exception(w, *SCOPE, datetime(2026, 12, 1, tzinfo=UTC), "")
    with pytest.raises(StatementError, match="without a time zone"), store.write(COUNTY) as w:
        grant_exception(w, *SCOPE, datetime(2026, 12, 1), "停电")
