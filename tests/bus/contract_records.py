"""The contract of the bus: what is sent is read, what cannot be sent is told."""

import time
from uuid import uuid4

import pytest

from services.core.errors import BufferFull, Fatal, Lost, Poison, PoisonReason, Retriable
from services.core.ports.bus import Batch, Partition
from tests.bus.harness import Harness, group
from tests.bus.members import Member, new_stream, numbers, partitions_of, poll_for, poll_until, send


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
