"""Galleries and playlists of the old site: the files they show, as HTML."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...media import queries as media
from ...media.models import MediaItem, MediaKind
from ...text import wordpress
from .. import records
from . import attachments
from .survey import Survey

_KINDS = {
    "gallery": frozenset({MediaKind.IMAGE}),
    "playlist": frozenset({MediaKind.AUDIO, MediaKind.VIDEO}),
}
# WordPress shows them so, and what stands in the text need not be a number.
_COLUMNS = 3
_MOST_COLUMNS = 9
# Of one collection; more would be no page to look at.
MOST = 500


@dataclass(frozen=True)
class Written:
    """What stands in the place of each gallery and playlist; a ``Collected``."""

    htmls: Mapping[tuple[str, ...], str]

    def __call__(self, name: str, attributes: Mapping[str, str]) -> str:
        return self.htmls.get(_key(name, attributes), "")


class Collections:
    """What those of a few items show. ``files`` are by the numbers of the old site."""

    def __init__(self, survey: Survey, items: Sequence[records.Item]) -> None:
        self._survey = survey
        wanted = {number for item in items for number in self._numbers(item)}
        rows = attachments.rows_of(survey.site, sorted(wanted))
        found = media.by_ids(set(rows.values()))
        self._files = {
            number: found[row_id] for number, row_id in rows.items() if row_id in found
        }

    def shown(self, item: records.Item) -> list[str]:
        """The paths of all files that the collections of an item show."""
        return [
            self._files[number].path
            for number in self._numbers(item)
            if number in self._files
        ]

    def of(self, item: records.Item) -> "Written":
        """The collections of an item as HTML."""
        if item.body is not records.Body.WORDPRESS:
            return Written({})
        return Written(
            {
                _key(name, attributes): self._written(item, name, attributes)
                for name, attributes in wordpress.collections(item.content)
            }
        )

    def _written(
        self, item: records.Item, name: str, attributes: Mapping[str, str]
    ) -> str:
        kinds = _KINDS[name]
        found = (self._files.get(each) for each in self._chosen(item, attributes))
        files = [file for file in found if file is not None and file.kind in kinds]
        if not files:
            return ""
        return _gallery(files, attributes) if name == "gallery" else _list(files)

    def _numbers(self, item: records.Item) -> list[str]:
        if item.body is not records.Body.WORDPRESS:
            return []
        return [
            number
            for _, attributes in wordpress.collections(item.content)
            for number in self._chosen(item, attributes)
        ]

    def _chosen(self, item: records.Item, attributes: Mapping[str, str]) -> list[str]:
        """The numbers of the files: those that are named, or all that were uploaded to
        the post.
        """
        named = attributes.get("ids") or attributes.get("include", "")
        numbers = re.findall("[0-9]{1,13}", named)
        if not numbers:
            left_out = set(re.findall("[0-9]{1,13}", attributes.get("exclude", "")))
            of = attributes.get("id", "") or item.id
            uploaded = self._survey.uploaded_to(of)
            numbers = [number for number in uploaded if number not in left_out]
        return numbers[:MOST]


def _key(name: str, attributes: Mapping[str, str]) -> tuple[str, ...]:
    return name, *(word for pair in sorted(attributes.items()) for word in pair)


def _gallery(files: Sequence[MediaItem], attributes: Mapping[str, str]) -> str:
    typed = attributes.get("columns", "")
    columns = int(typed) if re.fullmatch("[1-9]", typed) else _COLUMNS
    figures = "".join(map(_figure, files))
    classes = f"wp-block-gallery columns-{min(columns, _MOST_COLUMNS)}"
    return f'<figure class="{classes}">{figures}</figure>'


def _figure(file: MediaItem) -> str:
    path, alt = html.escape(file.path), html.escape(file.alt)
    caption = html.escape(file.caption, quote=False)
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure class="wp-block-image"><a href="{path}">'
        f'<img src="{path}" alt="{alt}"></a>{below}</figure>'
    )


def _list(files: Sequence[MediaItem]) -> str:
    lines = (
        f'<li><a href="{html.escape(file.path)}">{html.escape(file.name)}</a></li>'
        for file in files
    )
    return f"<ol>{''.join(lines)}</ol>"
