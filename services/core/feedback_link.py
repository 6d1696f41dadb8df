"""Links by which a judgement comes back from a message, signed so that nobody can make one up.

https://www.rfc-editor.org/rfc/rfc2104 is the signature: over alert, receiver and opinion, with SHA-256.
"""

import hmac
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from services.core.feedback import Opinion

SHORTEST_SECRET = 16  # characters
_SIGNATURE = 32  # hexadecimal digits: 128 bits


class Signed(NamedTuple):
    """What a link says: this alert, as told to this receiver, is useful, wrong or a repeat."""

    alert_id: str
    receiver: str
    opinion: Opinion


class FeedbackLinks:
    """``url`` is where people reach ``/feedback`` of the alerter. The same alert and receiver give the same links again."""

    def __init__(self, url: str, secret: str) -> None:
        """Raises ValueError for a secret that is too short to be one."""
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"has {len(secret)} characters; allowed: {SHORTEST_SECRET} or more")
        self._url = url
        self._secret = secret.encode()

    def of(self, alert_id: str, receiver: str) -> tuple[tuple[str, str], ...]:
        """Opinion and link, for each opinion."""
        return tuple((one.value, self._link(Signed(alert_id, receiver, one))) for one in Opinion)

    def read(self, query: Mapping[str, str]) -> Signed | None:
        """What a link of ours says, by the parameters of its query; None if it is not one of ours or was changed."""
        try:
            said = Signed(query["alert"], query["receiver"], Opinion(query["opinion"]))
            given = query["signature"].encode()
            return said if hmac.compare_digest(given, self._sign(said).encode()) else None
        except (KeyError, ValueError):  # of an opinion that is none, or text that is no Unicode
            return None

    def _link(self, said: Signed) -> str:
        query = {"alert": said.alert_id, "receiver": said.receiver, "opinion": said.opinion.value}
        return f"{self._url}?{urlencode({**query, 'signature': self._sign(said)})}"

    def _sign(self, said: Signed) -> str:
        # As JSON, so that no character of one part can pass for the border to the next.
        text = msgspec.json.encode(("wirewatch feedback 1", *said))
        return hmac.new(self._secret, text, "sha256").hexdigest()[:_SIGNATURE]
