"""Times in messages."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]  # a time without an offset is not a time: such a message is malformed
