"""One spelling for one web address, without what only tracks the reader."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

MAX_URL = 2048

# What campaign tools, mail senders and social networks append. None selects content.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "__hs", "stm_", "itm_", "piwik_")
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid yclid ysclid igshid igsh li_fat_id epik
    mc_cid mc_eid _hsenc _hsmi mkt_tok vero_id vero_conv oly_enc_id oly_anon_id srsltid s_cid wickedid rb_clickid
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee cmpid ocid at_medium at_campaign at_campaign_type at_custom1 at_custom2 at_custom3 at_custom4 at_format
    at_link_id at_link_origin at_link_type at_ptr_name at_bbc_team ftag icid ncid sr_share _openstat
    ref_src guccounter guce_referrer guce_referrer_sig sh_kit soc_src soc_trk traffic_source
    """.split()  # noqa: SIM905  a table reads better than sixty quoted words
)
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")
_REVISION_MARK = re.compile(r"\d{0,3}$")  # outlets that count edits append #0, #1 ... to the guid


def web_url(text: str | None, base: str | None = None) -> str | None:
    """``text`` as an absolute http or https URL, resolved against ``base``; None where it is none, or too long to be one."""
    if not text or len(text) > MAX_URL:
        return None
    try:
        joined = urljoin(base or "", text.strip())
        parts = urlsplit(joined)
        port = parts.port  # raises for one out of range
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0 or len(joined) > MAX_URL:
        return None
    return _UNSAFE.sub(lambda match: f"%{ord(match.group()):02X}", joined)


def canonical_url(url: str) -> str:
    """``url`` (from :func:`web_url`) in one spelling: host in lower case, no default port, user, fragment or tracking parameters.

    Byte for byte the same in everything else: the order of parameters may matter to the server.
    """
    parts = urlsplit(url)
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    return urlunsplit((parts.scheme, _host(parts), parts.path or "/", query, ""))


def url_key(url: str) -> str:
    """What identifies the page: the canonical URL without scheme, ``www.`` and a final slash, which sites change under their articles."""
    parts = urlsplit(canonical_url(url))
    fragment = urlsplit(url).fragment
    if _REVISION_MARK.match(fragment) or "=" in fragment:
        fragment = ""
    path = parts.path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.removeprefix("www.") + path + query + (f"#{fragment}" if fragment else "")


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    return shown if port is None or port == _PORTS[parts.scheme] else f"{shown}:{port}"
