"""The contract of the bus: from where one reads, and what outlives a process."""

import pytest

from services.core.errors import Fatal
from services.core.ports.bus import Partition, StreamSpec
from tests.bus.harness import Harness, group
from tests.bus.members import Member, new_stream, numbers, partitions_of, poll_for, poll_until, send


class OffsetContract:
    """Commit, seek, pause, and looking from outside."""

    def test_reading_goes_on_from_the_commit(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        send(bus, stream, numbers(10))
        first = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(first.records) >= 10, first)
        first.commit()
        first.consumer.close()
        send(bus, stream, numbers(5, 10))
        second = Member(bus, [stream], group=team)
        poll_until("the new ones are read", lambda: len(second.records) >= 5, second)
        assert second.values() == numbers(5, 10)

    def test_a_commit_may_go_back(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        send(bus, stream, numbers(10))
        member = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(member.records) >= 10, member)
        for offset in (10, 3):
            member.consumer.commit({Partition(stream, 0): offset})
        assert [lag.committed for lag in bus.lag(team, [stream])] == [3]

    def test_after_an_assignment_one_may_seek_before_the_first_record(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        send(bus, stream, numbers(400), keys=16)
        member = Member(bus, [stream], group=group())

        def seeks() -> bool:
            for place in member.poll().assigned:
                member.consumer.seek(place, 20)
            return len(member.owned) == 4

        poll_until("all is ours", seeks)
        ends = {lag.partition: lag.end for lag in bus.lag(group(), [stream])}
        expected = sum(max(0, end - 20) for end in ends.values())
        poll_until("the rest is read", lambda: len(member.records) >= expected, member)
        assert min(record.offset for record in member.records) == 20
        assert len(member.records) == expected

    def test_records_can_be_read_again(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        send(bus, stream, numbers(10))
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= 10, member)
        member.consumer.seek(Partition(stream, 0), 7)
        poll_until("three are read again", lambda: len(member.records) >= 13, member)
        assert member.values() == numbers(10) + numbers(3, 7)

    def test_an_offset_beyond_the_end_reads_from_the_oldest_record(self, harness: Harness) -> None:
        """Such an offset was taken from another bus: waiting for it to come would skip records without a word."""
        bus = harness.bus()
        stream = new_stream(bus, 1)
        send(bus, stream, numbers(5))
        member = Member(bus, [stream], group=group())
        poll_until("it is ours", lambda: bool(member.owned), member)
        member.consumer.seek(Partition(stream, 0), 1000)
        poll_until("all are read", lambda: len(member.records) >= 5, member)
        assert member.values() == numbers(5)

    def test_the_end_is_a_place_to_seek_to(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        send(bus, stream, numbers(5))
        member = Member(bus, [stream], group=group())
        poll_until("it is ours", lambda: bool(member.owned), member)
        member.consumer.seek(Partition(stream, 0), 5)
        poll_for(0.5, member)
        send(bus, stream, [b"new"])
        poll_until("the new one is read", lambda: bool(member.records), member)
        assert member.values() == [b"new"]

    def test_paused_partitions_are_kept_and_silent(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        member = Member(bus, [stream], group=group())
        poll_until("all is ours", lambda: len(member.owned) == 4, member)
        paused = frozenset(list(member.owned)[:2])
        member.consumer.pause(paused)
        send(bus, stream, numbers(200), keys=40)
        ends = {lag.partition: lag.end for lag in bus.lag(group(), [stream])}
        open_records = sum(end for place, end in ends.items() if place not in paused)
        poll_until("the others are read", lambda: len(member.records) >= open_records, member)
        poll_for(0.5, member)
        assert not paused & {record.partition for record in member.records}
        assert member.owned == partitions_of(stream)
        member.consumer.resume(paused)
        poll_until("all are read", lambda: len(member.records) >= 200, member)
        assert sorted(member.values()) == sorted(numbers(200))

    def test_lag_counts_what_is_not_committed(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 2), group()
        send(bus, stream, numbers(50), keys=20)
        before = bus.lag(team, [stream])
        assert [lag.partition for lag in before] == sorted(partitions_of(stream, 2))
        assert [lag.committed for lag in before] == [None, None]
        assert sum(lag.records for lag in before) == 50
        member = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(member.records) >= 50, member)
        place = before[0].partition
        member.consumer.commit({place: before[0].end - 1})
        after = bus.lag(team, [stream])
        assert [lag.committed for lag in after] == [before[0].end - 1, None]
        assert [lag.records for lag in after] == [1, before[1].end]

    def test_browsing_is_outside_any_group(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        place = Partition(stream, 0)
        assert bus.browse(place, 0, 10) == ()
        send(bus, stream, numbers(30))
        assert [record.value for record in bus.browse(place, 10, 5)] == numbers(5, 10)
        assert [record.offset for record in bus.browse(place, 28, 5)] == [28, 29]
        assert bus.browse(place, 30, 5) == ()
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= 30, member)
        assert bus.browse(place, 0, 30) == tuple(member.records)


class StreamContract:
    """Streams are made once."""

    def test_streams_are_ensured_once_and_never_changed_silently(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 3)
        spec = StreamSpec(name=stream, partitions=3, retention=86400.0, max_record=100_000)
        send(bus, stream, numbers(6))
        bus.ensure([spec])
        bus.ensure([spec])
        assert sum(lag.end for lag in bus.lag(group(), [stream])) == 6
        with pytest.raises(Fatal, match="partitions"):
            bus.ensure([StreamSpec(name=stream, partitions=4, retention=86400.0, max_record=100_000)])
        assert len(bus.lag(group(), [stream])) == 3


class DurableContract:
    """What outlives a process: for every bus that is not in memory alone."""

    def test_flushed_records_and_commits_survive_a_restart(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        send(bus, stream, numbers(20))
        member = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(member.records) >= 20, member)
        member.consumer.commit({Partition(stream, 0): 12})
        member.consumer.close()
        harness.restart()
        bus = harness.bus()
        send(bus, stream, [b"after"])
        again = Member(bus, [stream], group=team)
        poll_until("the rest is read", lambda: len(again.records) >= 9, again)
        assert again.values() == [*numbers(8, 12), b"after"]
        assert [record.offset for record in again.records] == list(range(12, 21))

    def test_what_a_member_held_at_a_restart_is_read_again(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        send(bus, stream, numbers(10))
        abandoned = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(abandoned.records) >= 10, abandoned)
        harness.expire(abandoned.consumer)
        harness.restart()
        again = Member(harness.bus(), [stream], group=team)
        poll_until("they are read again", lambda: len(again.records) >= 10, again)
        assert again.values() == numbers(10)
