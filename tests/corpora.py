"""The corpora beside the repository: real exports, vectors, schemas. Not part of it."""

from pathlib import Path

import pytest

from blog import config

CORPORA = Path(config.PROJECT).parent / "shared" / "corpora"


def corpus(name: str) -> Path:
    """The folder of one corpus; the test is skipped where it is missing."""
    folder = CORPORA / name
    if not folder.is_dir():
        pytest.skip(f"the corpus {name} is not beside the repository")
    return folder


def files(name: str, pattern: str) -> list[Path]:
    """The files of a corpus for parametrised tests; none where it is missing."""
    return sorted((CORPORA / name).glob(pattern))
