"""What services.core.ports.bus promises, as one suite over every adapter.

An adapter is put behind it by a :class:`Harness`, a fixture ``harness`` that yields one, and a subclass of
:class:`BusContract` or :class:`DurableBusContract` whose name begins with Test. Nothing in it relies on immediate effects: a group may take seconds to settle.
"""

from tests.bus.contract_groups import GroupContract
from tests.bus.contract_offsets import DurableContract, OffsetContract, StreamContract
from tests.bus.contract_records import FailureContract, RecordsContract
from tests.bus.harness import Harness

__all__ = ["BusContract", "DurableBusContract", "Harness"]


class BusContract(RecordsContract, FailureContract, GroupContract, OffsetContract, StreamContract):
    """What every bus promises."""


class DurableBusContract(BusContract, DurableContract):
    """The same, and what outlives a process."""
