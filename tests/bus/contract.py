"""What services.core.ports.bus promises, as one suite over every adapter.

An adapter is put behind it by a :class:`Harness`, a fixture ``harness`` that yields one, and a subclass of
:class:`BusContract` whose name begins with Test. Nothing in it relies on immediate effects: a group may take seconds to settle.
"""

from tests.bus.contract_groups import GroupContract
from tests.bus.contract_offsets import LifeContract, OffsetContract
from tests.bus.contract_records import FailureContract, RecordsContract
from tests.bus.harness import Harness

__all__ = ["BusContract", "Harness"]


class BusContract(RecordsContract, FailureContract, GroupContract, OffsetContract, LifeContract):
    """All of it."""
