"""What a batch tells of the partitions that came and went since the last one."""

from hypothesis import given
from hypothesis import strategies as st

from services.bus.kafka_assignment import Assignment
from services.core.ports.bus import Batch, Partition

A, B = Partition("s", 0), Partition("s", 1)


def told(assignment: Assignment) -> Batch:
    return assignment.batch(())


def test_an_event_is_told_once() -> None:
    own = Assignment()
    own.assign([A])
    assert own.news()
    assert told(own) == Batch(assigned=frozenset({A}))
    assert not own.news()
    assert told(own) == Batch()


def test_a_partition_that_was_taken_and_given_again_is_told_as_both() -> None:
    own = Assignment()
    own.assign([A, B])
    told(own)
    own.revoke([A, B])
    own.assign([A])
    assert told(own) == Batch(revoked=frozenset({A, B}), assigned=frozenset({A}))
    assert own.owned() == {A}


def test_one_that_came_and_went_unseen_is_not_told() -> None:
    own = Assignment()
    own.assign([A])
    own.lose([A])
    assert told(own) == Batch()
    assert own.owned() == frozenset()


def test_a_new_partition_is_fresh_until_it_is_placed() -> None:
    own = Assignment()
    own.assign([A, B])
    own.placed(A)
    assert own.fresh() == {B}
    own.revoke([B])
    own.assign([A])
    assert own.fresh() == {A}


@given(st.lists(st.tuples(st.sampled_from(["assign", "revoke", "lose", "tell"]), st.sets(st.sampled_from([A, B])))))
def test_a_caller_who_applies_batches_knows_what_is_owned(steps: list[tuple[str, set[Partition]]]) -> None:
    own = Assignment()
    believed: set[Partition] = set()
    for action, partitions in [*steps, ("tell", set())]:
        if action == "tell":
            batch = told(own)
            believed = (believed - batch.lost - batch.revoked) | batch.assigned
            assert believed == own.owned()
        elif action == "assign":
            own.assign(partitions)
        else:
            getattr(own, action)(partitions & own.owned())
