import pytest
from lxml import etree

from blog.comments import avatars


def test_a_person_has_one_picture_however_the_address_is_written(app):
    with app.app_context():
        key = avatars.key("ada@example.org", "Ada")

        assert avatars.key("Ada@Example.org", "A. L.") == key
        assert avatars.key("", "Ada") == avatars.key("", "ADA") != key
        assert avatars.key("bob@example.org", "Ada") != key
        assert avatars.key("", "ada@example.org") != key


def test_another_site_gives_another_key(app):
    with app.app_context():
        key = avatars.key("ada@example.org", "Ada")
        app.config["SECRET_KEY"] = "another key, which is as long as it has to be"

        assert avatars.key("ada@example.org", "Ada") != key


def test_every_key_is_a_picture_that_carries_no_style_of_its_own():
    for byte in range(256):
        picture = etree.fromstring(avatars.picture(bytes([byte] * 12).hex()))
        names = {name for each in picture.iter() for name in each.attrib}
        assert names == {"viewBox", "fill", "d", "transform"}
        assert len(picture) == 5


def test_no_two_of_a_thousand_are_alike(app):
    with app.app_context():
        keys = [avatars.key(f"reader{n}@example.org", "") for n in range(1_000)]

    assert len(set(keys)) == 1_000
    assert len({avatars.picture(key) for key in keys}) > 950


@pytest.mark.parametrize(
    "key", ["", "x", "0" * 23, "0" * 26, "Z" * 24, "A" * 24, "00 " * 8, "٠" * 24]
)
def test_what_is_no_key_is_no_picture(key):
    assert avatars.picture(key) is None
