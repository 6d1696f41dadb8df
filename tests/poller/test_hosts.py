"""Politeness, told with a clock of our own."""

from services.poller.hosts import Hosts


def test_a_host_gets_one_request_at_a_time_and_then_a_pause() -> None:
    hosts = Hosts(per_host=1, pause=2.0)
    assert hosts.enter("a", 0.0) == 0.0
    assert hosts.enter("a", 0.5) > 0.0
    hosts.leave("a", 3.0)
    assert hosts.enter("a", 4.0) > 0.0
    assert hosts.enter("a", 5.0) == 0.0


def test_hosts_do_not_wait_for_each_other() -> None:
    hosts = Hosts(per_host=1, pause=60.0)
    assert hosts.enter("a", 0.0) == 0.0
    assert hosts.enter("b", 0.0) == 0.0


def test_feeds_sent_away_come_back_one_after_another() -> None:
    hosts = Hosts(per_host=1, pause=2.0)
    hosts.enter("a", 0.0)
    assert [hosts.enter("a", 0.0) for _ in range(3)] == [4.0, 6.0, 8.0]


def test_nobody_is_sent_away_for_longer_than_a_minute() -> None:
    hosts = Hosts(per_host=1, pause=10.0)
    hosts.enter("a", 0.0)
    waits = [hosts.enter("a", 0.0) for _ in range(50)]
    assert min(waits) > 0
    assert max(waits) <= 60.0


def test_several_at_once_where_that_is_allowed() -> None:
    hosts = Hosts(per_host=2, pause=0.0)
    assert [hosts.enter("a", 0.0) for _ in range(3)][:2] == [0.0, 0.0]
    hosts.leave("a", 1.0)
    assert hosts.enter("a", 1.0) == 0.0


def test_a_host_that_asks_for_rest_gets_it() -> None:
    hosts = Hosts(per_host=1, pause=0.0)
    hosts.enter("a", 0.0)
    hosts.hold("a", 100.0)
    hosts.leave("a", 1.0)
    assert hosts.enter("a", 50.0) > 0.0
    assert hosts.enter("a", 100.0) == 0.0
