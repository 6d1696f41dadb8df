"""The contract of the bus: who reads what."""

import pytest

from services.core.errors import Lost
from services.core.ports.bus import Partition
from tests.bus.harness import Harness, group
from tests.bus.members import Member, new_stream, numbers, partitions_of, poll_for, poll_until, send


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
