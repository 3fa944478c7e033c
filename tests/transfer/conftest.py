import pytest

from tests.transfer.making import Importer


@pytest.fixture
def importer(app, tmp_path):
    return Importer(app, tmp_path)
