"""Which addresses messages may go to: every way that is known of writing an internal one is refused."""

from __future__ import annotations

import pytest

from workflows.core.receivers import address_fault, is_public

pytestmark = pytest.mark.feature("C24")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/gatehouse",
        "https://hooks.example.org",
        "https://HOOKS.example.org:8443/a?b=c",
        "https://hooks.example.org:443/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_a_public_https_address_is_let_through(url: str) -> None:
    assert address_fault(url) == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Enter the address"),
        ("http://hooks.example.org/", "https://"),
        ("ftp://hooks.example.org/", "https://"),
        ("hooks.example.org", "https://"),
        ("javascript:alert(1)", "https://"),
        ("https://", "host name is missing"),
        ("https:///path", "host name is missing"),
        ("https://user:secret@hooks.example.org/", "name and password"),
        ("https://hooks.example.org@127.0.0.1/", "name and password"),
        ("https://@hooks.example.org/", "name and password"),
        ("https://hooks.example.org/#part", "#"),
        ("https://hooks.example.org\\@127.0.0.1/", "name and password"),
        ("https://hooks.example.org/\\..", "\\"),
        ("https://hooks.example.org/ a", "without spaces"),
        ("https://hooks.example.org/\r\nX: y", "without spaces"),
        ("https://hooks。example.org/", "without spaces and special"),
        ("https://hooks.example.org:0x50/", "not an address"),
        ("https://hooks.example.org:99999/", "not an address"),
        ("https://[::1", "not an address"),
        ("https://hooks.example.org:22/", "port 443"),
        ("https://hooks.example.org:80/", "port 443"),
        ("https://127.0.0.1/", "public host name"),
        ("https://127.1/", "public host name"),
        ("https://2130706433/", "public host name"),
        ("https://0x7f.0.0.1/", "public host name"),
        ("https://0x7f000001/", "public host name"),
        ("https://0177.0.0.1/", "public host name"),
        ("https://93.184.216.34/", "public host name"),
        ("https://[::1]/", "public host name"),
        ("https://[::ffff:127.0.0.1]/", "public host name"),
        ("https://[2606:2800:220:1::1]/", "public host name"),
        ("https://localhost/", "public host name"),
        ("https://a.localhost/", "public host name"),
        ("https://metadata/", "public host name"),
        ("https://metadata.google.internal/", "public host name"),
        ("https://printer.local/", "public host name"),
        ("https://hooks.example.org./", "public host name"),
        ("https://hooks_1.example.org/", "public host name"),
        ("https://-a.example.org/", "public host name"),
        ("https://" + "a" * 64 + ".example.org/", "public host name"),
        ("https://hooks.example.org/" + "a" * 500, "at most 500"),
    ],
)
def test_another_address_is_refused_with_what_to_do(url: str, said: str) -> None:
    assert said in address_fault(url)


def test_only_the_setting_lets_receivers_of_ones_own_network_through() -> None:
    for url in ("http://127.0.0.1:8080/hook", "https://localhost/", "https://[::1]:9/"):
        assert address_fault(url)
        assert address_fault(url, local=True) == ""
    assert address_fault("ftp://localhost/", local=True)
    assert address_fault("http://a:b@localhost/", local=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:a00:1::f5ff:fffe",
        "", "hooks.example.org", "127.1", "0x7f000001",
    ],
)  # fmt: skip
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(address)
