"""Which addresses a feed may live on: those of the public internet.

Asked at dial time, for the very address about to be connected to, so that neither an odd spelling, nor a redirect, nor
a name that resolves differently the second time gets around it.
"""

import socket
from errno import EACCES
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# From the IANA special-purpose registries, and what has no business in a feed list. ipaddress.is_global of the
# Python versions we run on does not know several of them, so the list is explicit.
_REFUSED = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a literal address belongs to the public internet. An address inside another (mapped, 6to4, NAT64) counts as itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(found)
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not any(found in net for net in _REFUSED if net.version == found.version)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that the packet would end at. Teredo (2001::/32) lies in a refused range as it is."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class RefusedAddress(OSError):
    """The address about to be dialled is not public. One text for all, so that the connector reports it as it is."""

    def __init__(self) -> None:
        super().__init__(EACCES, "the name leads to an address that is not public")


AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


def public_socket(info: AddressInfo) -> socket.socket:
    """A socket for one resolved address, as :class:`aiohttp.TCPConnector` asks for it. Raises RefusedAddress."""
    if not is_public(str(info[4][0])):
        raise RefusedAddress
    return any_socket(info)


def any_socket(info: AddressInfo) -> socket.socket:
    """The same without a question, for intranets and tests."""
    made = socket.socket(family=info[0], type=info[1], proto=info[2])
    made.settimeout(0.0)
    return made
