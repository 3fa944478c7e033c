"""What counts as one network."""

import pytest

from blog.accounts.throttle import network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense\r\n", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_belongs_to_a_network(address, expected):
    assert network(address) == expected
