"""What an alerter keeps in memory between its transactions: how common words are, which the store has too, and its rules, filed."""

from services.alerter.filing import Filing
from services.core.background import Background
from services.core.ports.store import AlertTransaction

_ROWS = 500  # kept on top of one another, before all is written as a whole


class Memory:
    """The background as of the last transaction. After one that failed a new memory is needed; the filing may stay. Not thread-safe."""

    def __init__(self, filing: Filing | None = None) -> None:
        self.filing = filing or Filing()
        self._background = Background()
        self._place = self._rows = 0

    def background(self, transaction: AlertTransaction) -> Background:
        """With what other alerters have counted since."""
        for place, counted in transaction.background(self._place):
            self._background.add(counted)
            self._note(place, whole=counted.whole)
        return self._background

    def keep(self, transaction: AlertTransaction) -> None:
        """Write what was counted in this transaction."""
        counted = self._background.counted(whole=self._rows >= _ROWS)
        if counted is not None:
            self._note(transaction.keep_background(counted), whole=counted.whole)

    def _note(self, place: int, *, whole: bool) -> None:
        self._place = place
        self._rows = 0 if whole else self._rows + 1
