"""The scripts of others are, to the byte, those that were read and written down."""

import hashlib

import pytest

from tests.tools import vendor

PACKAGES = vendor.packages()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each["folder"])
def test_what_others_made_lies_here_as_they_published_it(package):
    wanted = vendor.destinations(package)

    assert {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in wanted
    } == wanted
    assert any(path.name == "LICENSE" for path in wanted)


def test_nothing_else_lies_among_them():
    wanted = {path for each in PACKAGES for path in vendor.destinations(each)}

    found = {path for path in vendor.VENDOR.rglob("*") if path.is_file()}
    assert found == wanted
