import pytest

from blog.site.models import Site
from blog.site.queries import settings
from blog.site.settings import EDITABLE, change


def test_settings_change_by_name(db):
    change(settings(), {"title": "Tea", "posts_per_page": 3})

    assert (settings().title, settings().posts_per_page) == ("Tea", 3)


@pytest.mark.parametrize("name", ["id", "metadata", "secret_key"])
def test_what_is_no_setting_is_refused(db, name):
    with pytest.raises(KeyError):
        change(settings(), {name: 7})


def test_every_column_but_the_key_can_be_edited():
    assert {column.name for column in Site.__table__.columns} == EDITABLE | {"id"}
