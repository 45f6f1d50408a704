"""Token buckets and counts, with a clock that the test moves."""

from pbwidgets.apps.doors import Doors, Invitations
from pbwidgets.apps.limits import Bucket, Buckets, OpenCounts
from pbwidgets.apps.visitors import Owner


class Clock:
    """A clock that goes on only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_burst_through_and_then_makes_wait_for_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(10, 20, clock)

    assert [bucket.take(10), bucket.take(10), bucket.take(5)] == [0, 0, 0.5]
    clock.now += 0.5
    assert bucket.take(0) == 0
    clock.now += 1000  # it never holds more than its size
    assert [bucket.take(20), bucket.take(10)] == [0, 1]


def test_a_full_bucket_can_be_tried_as_often_as_its_size_and_gets_back_what_was_not_used() -> None:
    clock = Clock()
    buckets = Buckets(1, 2, clock)

    assert [buckets.try_take("a"), buckets.try_take("a"), buckets.try_take("a")] == [True, True, False]
    assert buckets.try_take("b")
    buckets.give_back("a")
    assert [buckets.try_take("a"), buckets.try_take("a")] == [True, False]
    clock.now += 1
    assert buckets.try_take("a")


def test_only_so_many_buckets_are_remembered() -> None:
    buckets = Buckets(1, 1, Clock(), most=100)
    for number in range(1000):
        assert buckets.try_take(str(number))

    assert len(buckets) == 100
    assert not buckets.try_take("999")


def test_open_connections_are_counted_under_all_their_keys_or_none() -> None:
    counts = OpenCounts()
    assert counts.enter({"page": 1, "account": 2})

    assert not counts.enter({"page": 1, "account": 2})
    assert counts.enter({"other page": 1, "account": 2})
    assert not counts.enter({"third page": 1, "account": 2})
    counts.leave(["page", "account"])
    assert counts.enter({"third page": 1, "account": 2})


def test_an_address_counts_only_for_anonymous_visitors() -> None:
    doors = Doors(most_per_address=1)

    assert doors.sockets.enter(doors.socket_limits("k1", "visitor:1", "", "10.0.0.1"))
    assert not doors.sockets.enter(doors.socket_limits("k2", "visitor:2", "", "10.0.0.1"))
    assert doors.sockets.enter(doors.socket_limits("k2", "visitor:2", "", "10.0.0.2"))
    for number in range(5):
        assert doors.sockets.enter(doors.socket_limits(f"p{number}", f"account:{number}", f"s{number}", ""))


def test_one_session_and_one_account_have_so_many_connections() -> None:
    doors = Doors()

    def connect(times: int, session: str) -> int:
        most = (doors.socket_limits(f"{session}{n}", "account:a", session, "") for n in range(times))
        return sum(doors.sockets.enter(limits) for limits in most)

    assert [connect(100, "one"), connect(100, "two"), connect(100, "three")] == [40, 20, 0]


def test_a_code_is_remembered_for_some_hours_and_only_so_many_are() -> None:
    clock = Clock()
    invitations = Invitations(most=2, clock=clock)
    for visitor, code in (("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")):
        invitations.invite(visitor, code)

    assert [invitations.code_of(visitor) for visitor in "abc"] == ["3", "", "4"]
    invitations.forget("c")
    assert invitations.code_of("c") == ""
    clock.now += 3 * 3600
    assert invitations.code_of("a") == ""
    assert len(invitations) == 1


def test_messages_are_counted_by_account_or_code_over_all_connections() -> None:
    doors, pages = (
        Doors(),
        [Owner("visitor:1", "", "/survey", "code:1"), Owner("visitor:2", "", "/survey", "code:1")],
    )

    waits = [doors.sent_bytes.take(page.counted, 4 * 2**20) for page in pages]

    assert waits[0] == 0 < waits[1]
    assert doors.sent_bytes.take(Owner("account:a", "s", "/home").counted, 4 * 2**20) == 0


def test_one_code_does_not_push_out_the_codes_of_others() -> None:
    invitations = Invitations(most=20)
    for visitor in ("a", *map(str, range(100))):
        invitations.invite(visitor, "other" if visitor == "a" else "same")

    assert invitations.code_of("a") == "other"
    assert len(invitations) == 6
    assert invitations.code_of("99") == "same"
