"""Why a poll failed: a bounded vocabulary, the same words in logs, metrics and the feed's state."""

from enum import StrEnum

from services.core.errors import WirewatchError


class FetchFailure(StrEnum):
    """What was wrong, from the dial to the document."""

    BAD_URL = "bad_url"  # not http or https, or no URL at all
    DNS = "dns"  # the name does not resolve
    REFUSED_ADDRESS = "refused_address"  # the name leads to an address that is not public
    CONNECT = "connect"  # refused, reset or unreachable
    TLS = "tls"
    TIMEOUT = "timeout"  # the wall-clock deadline passed
    PROTOCOL = "protocol"  # not HTTP, or broken off in the middle
    ENCODING = "encoding"  # a content encoding that we do not read, or broken
    TOO_LARGE = "too_large"  # the body is over the cap after decompression
    BAD_REDIRECT = "bad_redirect"  # too many, a loop, from https to http, or to no URL
    RATE_LIMITED = "rate_limited"  # 429
    FORBIDDEN = "forbidden"  # 401, 403, 407, 451
    NOT_FOUND = "not_found"  # 404
    GONE = "gone"  # 410
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    HTTP_OTHER = "http_other"  # a status that makes no sense as an answer
    EMPTY = "empty"  # a success without a document
    NOT_A_FEED = "not_a_feed"  # a document, but no feed: mostly a web page
    UNREADABLE = "unreadable"  # a feed so broken that nothing could be read
    HOSTILE = "hostile"  # made to exhaust a parser: entity bombs, thousands of attributes, endless nesting
    PARSE_TIMEOUT = "parse_timeout"  # reading it took too long; the worker was killed
    PARSE_MEMORY = "parse_memory"  # reading it took too much memory
    PARSE_CRASHED = "parse_crashed"  # the worker died of it


class FetchFailed(WirewatchError):
    """A poll brought no document. ``detail`` says more in words, without secrets; ``retry_after`` in seconds, where the server asked."""

    def __init__(self, reason: FetchFailure, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
