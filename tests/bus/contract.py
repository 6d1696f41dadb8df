"""What services.core.ports.bus promises, as one suite over every adapter.

An adapter is put behind it by a :class:`Harness`, a fixture ``harness`` that yields one, and a subclass of
:class:`BusContract` whose name begins with Test. Nothing here relies on immediate effects: a group may take seconds to settle.
"""

import time
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import uuid4

import pytest

from services.core.errors import BufferFull, Fatal, Lost, Poison, PoisonReason, Retriable
from services.core.ports.bus import Batch, Bus, Consumer, Partition, StreamSpec
from tests.bus.members import Member, new_stream, numbers, partitions_of, poll_for, poll_until, send


class Harness(Protocol):
    """One adapter under test."""

    def bus(self) -> Bus:
        """The bus; the same one until :meth:`restart`."""

    def expire(self, consumer: Consumer) -> None:
        """From now on the lease of ``consumer``, which is not polled any more, runs out within seconds.

        Other members may have to poll again before they are known to be there; the suite polls them.
        """

    def outage(self) -> AbstractContextManager[None]:
        """While inside, nothing that is sent can become durable. Skips the test where the adapter has no way to do so."""

    def buffer(self) -> int:
        """More records than one producer buffers."""

    def restart(self) -> None:
        """Close the bus and open it again over what is durable. Skips the test where nothing is."""


def group() -> str:
    """A group that no other test knows."""
    return f"group-{uuid4().hex[:10]}"


class RecordsContract:
    """Sending and reading."""

    def test_a_record_is_read_as_it_was_sent(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        producer = bus.producer("p")
        headers = (("schema", b"article/1"), ("trace", b"\x00\xff"), ("trace", b"twice"))
        before = time.time()
        producer.send(stream, key=b"\xffkey", value="ключ\N{GRINNING FACE}".encode(), headers=headers)
        producer.flush()
        member = Member(bus, [stream], group=group())
        poll_until("the record comes", lambda: bool(member.records), member)
        record = member.records[0]
        assert (record.key, record.value, record.offset) == (b"\xffkey", "ключ\N{GRINNING FACE}".encode(), 0)
        assert record.headers == headers
        assert record.timestamp == pytest.approx(before, abs=3600)

    def test_records_of_a_key_share_a_partition_and_keep_their_order(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        send(bus, stream, numbers(300), keys=11)
        send(bus, stream, numbers(300, 300), keys=11)
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= 600, member)
        for key in {record.key for record in member.records}:
            mine = [record for record in member.records if record.key == key]
            assert len({record.partition for record in mine}) == 1
            assert [record.offset for record in mine] == sorted(record.offset for record in mine)
            assert [int(record.value or b"") for record in mine] == sorted(int(record.value or b"") for record in mine)
        assert len({record.partition for record in member.records}) > 1

    def test_offsets_of_a_partition_count_up_from_nought(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        send(bus, stream, numbers(20))
        send(bus, stream, numbers(20, 20))
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= 40, member)
        assert [record.offset for record in member.records] == list(range(40))
        assert member.values() == numbers(40)

    def test_bytes_that_are_no_message_pass_untouched(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        hostile = [b"", b"\x00", b"\xff\xfe", b"{", b'{"schema":"article/1"}', bytes(range(256)) * 50]
        send(bus, stream, hostile)
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= len(hostile), member)
        assert member.values() == hostile

    def test_a_record_at_the_limit_passes_and_one_byte_more_is_poison(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1, max_record=5_000)
        producer = bus.producer("p")
        headers = (("é", b"12345"),)  # 2 + 5 bytes
        producer.send(stream, key=b"key", value=b"x" * 4_990, headers=headers)
        with pytest.raises(Poison) as caught:
            producer.send(stream, key=b"key", value=b"x" * 4_991, headers=headers)
        assert caught.value.reason is PoisonReason.TOO_LARGE
        producer.send(stream, key=b"key", value=b"after")
        producer.flush()
        member = Member(bus, [stream], group=group())
        poll_until("both are read", lambda: len(member.records) >= 2, member)
        assert [len(value) for value in member.values()] == [4_990, 5]

    def test_a_poll_is_bounded_in_records_and_goes_on_where_it_stopped(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 2)
        send(bus, stream, numbers(100))
        member = Member(bus, [stream], group=group())
        batches: list[Batch] = []
        poll_until(
            "all are read", lambda: bool(batches.append(member.poll(max_records=7)) or len(member.records) >= 100)
        )
        assert max(len(batch.records) for batch in batches) <= 7  # an adapter may bring fewer
        assert sorted(member.values()) == sorted(numbers(100))

    def test_a_busy_partition_does_not_starve_the_others(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 4)
        send(bus, stream, numbers(1000), keys=1)
        send(bus, stream, numbers(40), keys=40)
        member = Member(bus, [stream], group=group())
        begun = [0]

        def seen_elsewhere() -> bool:
            member.poll(max_records=10)
            begun[0] = len(member.records)
            return len({record.partition for record in member.records}) == 4

        poll_until("every partition is read", seen_elsewhere)
        assert begun[0] < 1000

    def test_what_waits_for_records_gets_those_sent_meanwhile(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        member = Member(bus, [stream], group=group())
        poll_until("all is ours", lambda: member.owned == partitions_of(stream), member)
        poll_for(0.3, member)
        send(bus, stream, numbers(10))
        poll_until("they come", lambda: len(member.records) >= 10, member)
        poll_for(0.3, member)
        assert sorted(member.values()) == sorted(numbers(10))

    def test_an_empty_poll_keeps_to_its_time(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        member = Member(bus, [stream], group=group())
        poll_until("all is ours", lambda: member.owned == partitions_of(stream), member)
        begun = time.monotonic()
        assert member.poll(0.4) == Batch()
        assert 0.3 < time.monotonic() - begun < 5

    def test_only_what_was_flushed_is_counted_on(self, harness: Harness) -> None:
        """A producer that is dropped may lose what it had not flushed, and nothing else."""
        bus = harness.bus()
        stream = new_stream(bus, 1)
        producer = bus.producer("p")
        for value in numbers(5):
            producer.send(stream, key=b"k", value=value)
        producer.flush()
        producer.send(stream, key=b"k", value=b"perhaps")
        producer.close()
        member = Member(bus, [stream], group=group())
        poll_until("the flushed ones come", lambda: len(member.records) >= 5, member)
        assert member.values()[:5] == numbers(5)

    def test_a_flush_of_nothing_is_allowed(self, harness: Harness) -> None:
        harness.bus().producer("p").flush()


class FailureContract:
    """What cannot be sent."""

    def test_a_flush_that_fails_says_so_and_sending_all_again_succeeds(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        producer = bus.producer("p")
        producer.send(stream, key=b"k", value=b"0")
        producer.flush()
        with harness.outage():
            for value in numbers(3, 1):
                producer.send(stream, key=b"k", value=value)
            begun = time.monotonic()
            with pytest.raises(Retriable):
                producer.flush(1.0)
            assert time.monotonic() - begun < 10
        for value in numbers(3, 1):
            producer.send(stream, key=b"k", value=value)
        producer.flush()
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: {b"0", b"1", b"2", b"3"} <= set(member.values()), member)
        assert list(dict.fromkeys(member.values())) == numbers(4)

    def test_a_full_buffer_blocks_then_says_so_and_has_taken_nothing(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus, 1)
        producer = bus.producer("p")
        producer.send(stream, key=b"k", value=b"first")
        producer.flush()
        taken: list[bytes] = []
        with harness.outage(), pytest.raises(BufferFull):  # noqa: PT012
            for value in numbers(harness.buffer()):
                begun = time.monotonic()
                producer.send(stream, key=b"k", value=value, timeout=0.3)
                taken.append(value)
        assert 0.25 < time.monotonic() - begun < 10
        producer.flush()
        send(bus, stream, [b"last"], keys=1)
        member = Member(bus, [stream], group=group())
        poll_until("the last is read", lambda: b"last" in member.values(), member)
        assert taken
        assert member.values() == [b"first", *taken, b"last"]

    def test_an_unknown_stream_cannot_be_sent_to(self, harness: Harness) -> None:
        producer = harness.bus().producer("p")
        with pytest.raises((Fatal, Retriable)):
            producer.send(f"nowhere-{uuid4().hex}", key=b"k", value=b"v", timeout=1.0)

    def test_what_is_closed_stays_closed_and_may_be_closed_twice(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        producer, member = bus.producer("p"), Member(bus, [stream], group=group())
        poll_until("all is ours", lambda: member.owned == partitions_of(stream), member)
        for closing in (producer, member.consumer):
            closing.close()
            closing.close()
        with pytest.raises(Fatal):
            producer.send(stream, key=b"k", value=b"v")
        with pytest.raises(Fatal):
            producer.flush()
        with pytest.raises(Fatal):
            member.consumer.poll(0.1)
        with pytest.raises((Fatal, Lost)):
            member.consumer.commit({Partition(stream, 0): 0})
        bus.close()
        bus.close()


class GroupContract:
    """Who reads what, and from where."""

    def test_assignments_come_before_records(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        send(bus, stream, numbers(20))
        member = Member(bus, [stream], group=group())
        poll_until("all are read", lambda: len(member.records) >= 20, member)
        told: set[Partition] = set()
        for batch in member.batches:
            assert {record.partition for record in batch.records} <= told
            told |= batch.assigned

    def test_each_group_reads_everything(self, harness: Harness) -> None:
        bus = harness.bus()
        stream = new_stream(bus)
        send(bus, stream, numbers(30))
        one, other = Member(bus, [stream], group=group()), Member(bus, [stream], group=group())
        poll_until("both read all", lambda: min(len(one.records), len(other.records)) >= 30, one, other)
        assert sorted(one.values()) == sorted(other.values()) == sorted(numbers(30))

    def test_a_group_may_read_several_streams(self, harness: Harness) -> None:
        bus = harness.bus()
        one, other = new_stream(bus, 2), new_stream(bus, 3)
        send(bus, one, numbers(10))
        send(bus, other, numbers(10, 10))
        member = Member(bus, [one, other], group=group())
        poll_until("both are read", lambda: len(member.records) >= 20, member)
        assert member.owned == partitions_of(one, 2) | partitions_of(other, 3)

    def test_two_members_share_the_partitions(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus), group()
        one, other = Member(bus, [stream], group=team), Member(bus, [stream], group=team)
        poll_until("each has half", lambda: len(one.owned) == len(other.owned) == 2, one, other)
        assert not one.owned & other.owned
        send(bus, stream, numbers(100), keys=40)
        poll_until("all are read", lambda: len(one.records) + len(other.records) >= 100, one, other)
        assert sorted(one.values() + other.values()) == sorted(numbers(100))
        assert one.records
        assert other.records

    def test_members_beyond_the_partitions_have_nothing_until_one_leaves(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        one, other = Member(bus, [stream], group=team), Member(bus, [stream], group=team)
        poll_until("one has it", lambda: len(one.owned | other.owned) == 1, one, other)
        poll_for(0.5, one, other)
        owner, idle = (one, other) if one.owned else (other, one)
        assert not idle.owned
        owner.consumer.close()
        poll_until("the other takes over", lambda: bool(idle.owned), idle)

    def test_who_leaves_hands_over_what_was_not_committed(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        send(bus, stream, numbers(20))
        first = Member(bus, [stream], group=team)
        poll_until("all are read", lambda: len(first.records) >= 20, first)
        first.consumer.commit({Partition(stream, 0): 5})
        first.consumer.close()
        second = Member(bus, [stream], group=team)
        poll_until("the rest is read", lambda: len(second.records) >= 15, second)
        assert second.values() == numbers(15, 5)

    def test_a_rebalance_waits_until_its_records_are_dealt_with(self, harness: Harness) -> None:
        """Everyone commits before the next poll, members come and go: no record is dealt with twice, each key in order."""
        bus = harness.bus()
        stream, team = new_stream(bus), group()
        first = Member(bus, [stream], group=team, name="first")
        poll_until("the first has all", lambda: len(first.owned) == 4, first)
        send(bus, stream, numbers(200), keys=16)
        poll_until("the first reads", lambda: bool(first.records), first, work=False)
        first.commit()
        second = Member(bus, [stream], group=team, name="second")
        poll_until("the second has half", lambda: len(second.owned) == 2, first, second, work=True)
        send(bus, stream, numbers(200, 200), keys=16)
        read = first.records, second.records
        poll_until("both read", lambda: sum(map(len, read)) >= 400, first, second, work=True)
        first.consumer.close()
        send(bus, stream, numbers(200, 400), keys=16)
        poll_until("the second reads on", lambda: sum(map(len, read)) >= 600, second, work=True)
        assert len(second.owned) == 4
        assert sorted(first.values() + second.values(), key=int) == numbers(600)
        assert not first.lost() | second.lost()

    def test_a_partition_with_work_in_hand_does_not_move(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus), group()
        send(bus, stream, numbers(40), keys=16)
        first = Member(bus, [stream], group=team)
        poll_until("the first reads", lambda: len(first.records) >= 40, first)
        second = Member(bus, [stream], group=team)
        poll_for(1.0, second)
        assert not second.owned
        first.commit()  # all of it still ours
        poll_until("now they move", lambda: len(second.owned) == 2, first, second)
        poll_for(0.5, first, second)
        assert not second.records

    def test_a_stale_commit_is_fenced(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 1), group()
        place = Partition(stream, 0)
        send(bus, stream, numbers(10))
        hanging = Member(bus, [stream], group=team, name="hanging")
        poll_until("all are read", lambda: len(hanging.records) >= 10, hanging)
        harness.expire(hanging.consumer)
        other = Member(bus, [stream], group=team, name="other")
        poll_until("another reads them", lambda: len(other.records) >= 10, other)
        other.consumer.commit({place: 4})
        with pytest.raises(Lost):
            hanging.consumer.commit({place: 10})
        assert [lag.committed for lag in bus.lag(team, [stream])] == [4]
        other.consumer.commit({place: 5})
        poll_until("it is told", lambda: place in hanging.lost(), hanging, other)

    def test_what_was_never_ours_cannot_be_committed(self, harness: Harness) -> None:
        bus = harness.bus()
        stream, team = new_stream(bus, 2), group()
        one, other = Member(bus, [stream], group=team), Member(bus, [stream], group=team)
        poll_until("each has one", lambda: len(one.owned) == len(other.owned) == 1, one, other)
        (mine,), (theirs,) = one.owned, other.owned
        send(bus, stream, numbers(20), keys=20)
        with pytest.raises(Lost):
            one.consumer.commit({mine: 1, theirs: 1})
        assert {lag.partition: lag.committed for lag in bus.lag(team, [stream])}[theirs] is None


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


class LifeContract:
    """Streams, and what outlives a process."""

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


class BusContract(RecordsContract, FailureContract, GroupContract, OffsetContract, LifeContract):
    """All of it."""
