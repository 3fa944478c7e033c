"""A folder of files behind Python's own web server, and a reader who follows links."""

import http.server
import re
import threading
import urllib.error
import urllib.request
from functools import partial
from urllib.parse import urldefrag, urljoin, urlsplit

from tests import pages

SITE = "http://localhost"
ADDRESSES = ("href", "src", "poster")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Served:
    """The files of ``folder`` at ``url``."""

    def __init__(self, folder):
        self.folder = folder
        handler = partial(Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def get(self, path):
        """(status, media type, bytes)"""
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return answer.status, answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), error.read()

    def page(self, path):
        status, _, body = self.get(path)
        assert status == 200, path
        return body.decode()


def links(text, path):
    """The paths within the site to which a page or stylesheet leads, with queries."""
    if path.endswith(".css"):
        found = re.findall(r"url\([\"']?([^)\"']+)", text)
    else:
        found = list(_of_page(pages.parse(text)))
    for each in found:
        whole = urlsplit(urljoin(SITE + path, urldefrag(each).url))
        if f"{whole.scheme}://{whole.netloc}" == SITE:
            yield whole._replace(scheme="", netloc="").geturl()


def _of_page(document):
    for each in document.iter():
        if not isinstance(each.tag, str):
            continue
        yield from (each.get(name) for name in ADDRESSES if each.get(name))
        for size in (each.get("srcset") or "").split(","):
            yield from size.split()[:1]
        if each.tag == "form":
            assert each.get("method") == "get"
            yield each.get("action")
        if each.get("property") == "og:image":
            yield each.get("content")
