"""Where messages to other systems may go: only to public addresses, by https, under a proper host name.

Otherwise whoever registers an address could have our own network asked for her: a database, a neighbour, the service
that gives a machine its passwords. The words of an address are looked at here; what its name stands for is looked at
when it is registered and again whenever something is sent.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 500
HTTPS = 443
LOWEST_OTHER = 1024
"""Ports below this are those of other services, which speak no https."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
"""A host name with a dot whose last part begins with a letter: no spelling of an IP address looks like that."""
_OURS = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "arpa",
    "onion",
    "test",
    "invalid",
)
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv6Network("fec0::/10"))
"""Not of the internet either, though the library says so of some of them."""


def address_fault(url: str, *, local: bool = False) -> str:
    """What is wrong with an address as it is written, and what to do; empty when nothing is.

    ``local``: receivers on one's own machine and network, and http, are let through. For trying out only.
    """
    if not url:
        return "Enter the address of the receiver."
    if len(url) > LONGEST:
        return f"Use an address of at most {LONGEST} characters."
    if not url.isascii() or any(each.isspace() or not each.isprintable() for each in url):
        return "Enter the address without spaces and special characters. Write other letters in the xn-- form."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not an address. Copy it from the receiver's settings."
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        return "The address must begin with https://. Ask for one that does: others can be read on the way."
    if "@" in parts.netloc:
        return "Leave the name and password out of the address: messages are signed instead."
    if parts.fragment or "\\" in url:
        return "Leave out the part that begins with #, and every \\."
    if not host:
        return "This is not an address: the host name is missing."
    if local:
        return ""
    if not _NAME.fullmatch(host) or len(host) > 253 or host.rsplit(".", 1)[-1] in _OURS:
        return "Use the public host name of the receiver, such as hooks.example.org, not a number or an internal name."
    if port is not None and port != HTTPS and port < LOWEST_OTHER:
        return f"Use port {HTTPS}, or one from {LOWEST_OTHER} up."
    return ""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, however it is wrapped. False for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(found) and all(_is_public(each) for each in _inside(found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _SPECIAL)


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to. Those of 64:ff9b:: and ::/96 lie in ::/8, which is reserved."""
    if isinstance(address, IPv4Address):
        return []
    found = [each for each in (address.ipv4_mapped, address.sixtofour) if each is not None]
    return [*found, *(address.teredo or ())]
