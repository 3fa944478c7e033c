"""Where the addresses in imported texts lead now: files that came along, and the site
itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from ...media import queries as media
from ...posts import old_files
from ...site import redirects
from ..records import Body, Item
from . import ours, readings, rewriting
from .survey import Survey

# What ends in it is a file, and no page of a site.
_FILE = re.compile(r"\.(?!html?$|php$|aspx?$)[A-Za-z][A-Za-z0-9]{1,4}$")


class _Address(NamedTuple):
    """An address in a text: as it stands there, and where it leads at the old site."""

    typed: str
    whole: str
    host: str
    path: str


class Lacking(NamedTuple):
    """A file that is not here: its path at the old site, and its address there."""

    path: str
    address: str


class Places:
    """What was moved in so far. Asked for the texts of a few items at a time."""

    def __init__(self, survey: Survey) -> None:
        self._hosts = survey.hosts
        self._file_hosts = survey.hosts | survey.file_hosts
        self._base = _base(survey)

    def of(self, items: Sequence[Item]) -> list[Mapping[str, str]]:
        """For each item, the addresses in its text that become others: new by old, as
        the text says them.
        """
        found = [list(self._addresses(item)) for item in items]
        files = self._files({each for some in found for each in some})
        return [
            {
                address.typed: here
                for address in some
                if (here := files.get(address) or self._elsewhere(address))
                and here != address.typed
            }
            for some in found
        ]

    def lacking(self, items: Sequence[Item]) -> list[Lacking]:
        """The files of the old site that their texts show or link to and that did not
        come along, whole ones for smaller ones; each once, in order.
        """
        found = [each for item in items for each in self._addresses(item)]
        files = self._files(set(found))
        lacking: dict[str, Lacking] = {}
        for each in found:
            if each not in files and _FILE.search(each.path):
                smaller = old_files.sized(each.path)
                path = smaller.path if smaller else each.path
                root = each.whole.partition(each.path)[0]
                lacking.setdefault(path, Lacking(path, f"{root}{path}"))
        return list(lacking.values())

    def _addresses(self, item: Item) -> Iterator[_Address]:
        # Where a text of WordPress stood no file of its lay, and ours is as it was.
        is_beside = item.body is not Body.WORDPRESS and not ours.is_ours(item)
        page = item.link if is_beside else ""
        for typed in rewriting.addresses(item.content, item.body):
            whole = rewriting.absolute(typed, self._base, page)
            host, path = rewriting.host_and_path(whole) if whole else ("", "")
            # Where nothing says the old site's host, a path is one of its own.
            is_path = not self._base and not host and path.startswith("/")
            if whole and (is_path or host in self._file_hosts):
                yield _Address(typed, whole, host, path)

    def _files(self, addresses: set[_Address]) -> dict[_Address, str]:
        """Those of the addresses that lead to files which came along, and where these
        are.
        """
        keys = {each: _keys(each) for each in addresses}
        leading = redirects.leading({key for some in keys.values() for key in some})
        ids = {
            key: row.media_id
            for key, row in leading.items()
            if row.media_id is not None
        }
        items = media.by_ids(set(ids.values()))
        found = {}
        for each, some in keys.items():
            item = next((items.get(ids[key]) for key in some if key in ids), None)
            if item is not None:
                found[each] = item.path
        return found

    def _elsewhere(self, address: _Address) -> str:
        """Of what is no file that came along: the page here, or where the file was."""
        if _FILE.search(address.path) or address.host not in self._hosts:
            return address.whole
        parts = urlsplit(address.whole)
        query = f"?{parts.query}" if parts.query else ""
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return f"/{parts.path.lstrip('/')}{query}{fragment}"


def _keys(address: _Address) -> Sequence[str]:
    """Under what a redirect may know a file, the most exact first."""
    path = address.path
    smaller = old_files.sized(path)
    found = [path, old_files.unchanged(path)]
    if smaller:
        found += [smaller.path, old_files.unchanged(smaller.path)]
    link = readings.link(address.whole)
    if link and link.query:
        found.insert(0, redirects.key(link.path, link.query))
    return found


def _base(survey: Survey) -> str:
    """Scheme and host of the old site."""
    channel = survey.channel
    for address in (channel.link, channel.base_blog_url, channel.base_site_url):
        link = readings.link(address)
        if link and link.host:
            return f"{urlsplit(address).scheme or 'https'}://{urlsplit(address).netloc}"
    return ""
