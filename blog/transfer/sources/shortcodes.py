"""What only the generator of a site understands in its texts: Liquid, the shortcodes of
Hugo and Zola, the tags of Hexo, the attributes of kramdown. They become the Markdown
that they meant; nothing is done in code, where people write about them.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from . import front_matter
from .generators import Generator, Site

_VALUE = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`"
_ARGUMENT = re.compile(rf"(?:([\w-]+)\s*[=:]\s*)?({_VALUE}|[^\s,=\"'`]+)")
_FENCE = (
    r"^(?P<fence> {0,3}(?:`{3,}|~{3,}))[^\n]*\n[\s\S]*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)"
)
_PIECE = re.compile(
    r"\{%-?\s*raw\s*-?%\}(?P<raw>[\s\S]*?)\{%-?\s*endraw\s*-?%\}"
    rf"|(?P<fenced>{_FENCE})"
    r"|(?P<coded>(?<!`)(?P<ticks>`{1,5})(?!`)[^`](?:[^\n]|\n(?!\n)){0,2000}?(?<!`)(?P=ticks)(?!`))"
    r"|\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}"
    r"|\{\{[<%]/\*(?P<shown>[\s\S]{1,2000}?)\*/[>%]\}\}"
    r"|(?P<tag>\{%-?\s*(?P<name>[A-Za-z_][\w-]*)(?P<rest>[^%\n]*(?:%(?!\})[^%\n]*)*)%\})"
    r"|(?P<short>\{\{(?P<mark>[<%])\s*(?P<code>[\w/-]+)(?P<words>[\s\S]{0,2000}?)(?P=mark)?[>%]\}\})"
    r"|(?P<said>\{\{-?\s*(?P<what>[^{}\n]{1,300}?)\s*-?\}\})",
    re.MULTILINE,
)
_CALL = re.compile(r"([A-Za-z_]\w*)\(([\s\S]*)\)")
_FILTERED = re.compile(
    rf"({_VALUE}|[\w.]+)\s*\|\s*(relative_url|absolute_url|prepend.*)"
)
# Blocks of kramdown's attributes, and what it puts into words.
_ATTRIBUTES = re.compile(
    r"^(?:[*-] TOC[ \t]*\n)?[ \t]*\{:[^{}\n]*\}[ \t]*(?:\n|\Z)|\{:[^{}\n]*\}"
    r"|\{::/?[a-z]+[^{}\n]*\}",
    re.MULTILINE | re.IGNORECASE,
)
_HEADING_ID = re.compile(
    r"^(#{1,6} [^\n]*?)[ \t]*\{[#.][^{}\n]*\}[ \t]*$", re.MULTILINE
)
_CODE = frozenset({"highlight", "codeblock", "code"})
_QUOTES = frozenset({"blockquote", "quote", "pullquote", "note"})
_CALLOUTS = frozenset({"note", "tip", "important", "warning", "caution"})


@dataclass(frozen=True)
class Known:
    """What a text's site knows; ``link`` gives the address of a text by its name, or
    "". ``in_html``: the text is HTML, and no Markdown.
    """

    site: Site
    link: Callable[[str], str]
    in_html: bool = False


@dataclass(frozen=True)
class _Call:
    """A tag with what stands behind its name; ``inside`` is ``None`` for one alone."""

    name: str
    words: list[str]
    named: Mapping[str, str]
    rest: str
    inside: str | None = None

    def said(self, *names: str) -> str:
        """The first of these arguments that is there; else the first without a name."""
        found = next((self.named[name] for name in names if name in self.named), "")
        return found or (self.words[0] if self.words else "")


@dataclass
class _Text:
    """A text that is being read: what stands outside of code, and what is to stay."""

    known: Known
    unknown: Counter[str] = field(default_factory=Counter)

    def converted(self, text: str) -> str:
        made: list[str] = []
        position = 0
        while found := _PIECE.search(text, position):
            made.append(self._plain(text[position : found.start()]))
            words, position = self._piece(text, found)
            made.append(words)
        made.append(self._plain(text[position:]))
        return "".join(made)

    def _plain(self, text: str) -> str:
        """What stands between: without attributes of elements."""
        generator = self.known.site.generator
        if generator is Generator.JEKYLL and "{:" in text:
            text = _ATTRIBUTES.sub("", text)
        if "{#" in text or "{." in text:
            text = _HEADING_ID.sub(r"\1", text)
        return text

    def _piece(self, text: str, found: re.Match[str]) -> tuple[str, int]:
        """What stands in the place of something, and where the rest begins."""
        end = found.end()
        if found["raw"] is not None:
            return found["raw"], end
        if found["fenced"] or found["coded"]:
            return re.sub(r"\{%-?\s*(?:end)?raw\s*-?%\}", "", found[0]), end
        if found["shown"] is not None:
            mark = found[0][2]
            closing = ">" if mark == "<" else "%"
            return f"{{{{{mark}{found['shown']}{closing}}}}}", end
        if found["tag"]:
            return self._of_tag(text, found)
        if found["short"]:
            return self._of_short(text, found)
        if found["said"]:
            return self._variable(found), end
        return "", end  # a comment

    def _of_tag(self, text: str, found: re.Match[str]) -> tuple[str, int]:
        name, rest = found["name"], found["rest"].strip().removesuffix("-").strip()
        closing = re.compile(rf"\{{%-?\s*end_?(?:{re.escape(name)})?\s*-?%\}}")
        called = _CALL.fullmatch(f"{name}{rest}")
        if called is not None:
            rest = called[2]
        return self._called(text, found, name, rest, closing)

    def _of_short(self, text: str, found: re.Match[str]) -> tuple[str, int]:
        name, rest = found["code"], found["words"].strip().removesuffix("/").strip()
        closing = re.compile(rf"\{{\{{[<%]\s*/\s*{re.escape(name)}\s*[>%]\}}\}}")
        return self._called(text, found, name, rest, closing)

    def _called(
        self,
        text: str,
        found: re.Match[str],
        name: str,
        rest: str,
        closing: re.Pattern[str],
    ) -> tuple[str, int]:
        call = _call(name, rest)
        made = self._made(call)
        if made is not None:
            return made, found.end()
        if name in _CODE | _QUOTES:
            end = closing.search(text, found.end())
            if end is not None:
                inside = text[found.end() : end.start()]
                return self._around(call, inside), end.end()
        if not name.startswith(("/", "end")):
            self.unknown[name] += 1
        return found[0], found.end()

    def _variable(self, found: re.Match[str]) -> str:
        """Of ``{{ … }}`` in Liquid and Zola, what it says."""
        what = found["what"]
        site = self.known.site
        parts = urlsplit(site.address)
        known = {
            "site.baseurl": parts.path,
            "site.url": f"{parts.scheme}://{parts.netloc}" if parts.netloc else "",
            "site.title": site.setting("title"),
            "config.base_url": site.address,
        }
        if what in known:
            return known[what]
        filtered = _FILTERED.fullmatch(what)
        if filtered is not None:
            path = known.get(filtered[1], filtered[1].strip("\"'"))
            if filtered[2].startswith(("relative_url", "absolute_url", "prepend")):
                return f"{parts.path}/{path.lstrip('/')}"
        called = _CALL.fullmatch(what)
        if called is not None:
            made = self._made(_call(called[1], called[2]))
            if made is not None:
                return made
        name = re.match(r"[\w-]+", what)
        if name is not None:
            self.unknown[name[0]] += 1
        return found[0]

    def _made(self, call: _Call) -> str | None:
        """What a tag alone means; ``None`` if nobody knows."""
        address = _shown(call)
        in_html = self.known.in_html
        if address:
            return _linked(address) if in_html else f"<{address}>"
        match call.name:
            case "post_url" | "link" | "ref" | "relref" | "post_path" | "post_link":
                return self._link(call)
            case "figure" | "img" | "image" | "asset_img":
                return _picture(call, in_html=in_html)
            case "asset_path":
                return call.said()
            case "asset_link":
                words = " ".join(call.words[1:]) or call.said()
                return f"[{words}]({call.said()})"
            case "more":
                return "<!--more-->"
            case "param" if call.said():
                return self.known.site.setting(call.said()) or None
        return None

    def _link(self, call: _Call) -> str | None:
        name, mark, fragment = call.said("path", "name").partition("#")
        found = self.known.link(name) if name else ""
        if not found and name:
            return None
        if call.name != "post_link":
            return f"{found}{mark}{fragment}"
        words = " ".join(call.words[1:]) or name
        return f"[{words}]({found})"

    def _around(self, call: _Call, inside: str) -> str:
        """What a tag around something means."""
        in_html = self.known.in_html
        if call.name in _CODE:
            return _code(inside) if in_html else _fenced(call, inside)
        words = self.converted(inside.strip("\n"))
        if in_html:
            return f"<blockquote>{words}</blockquote>"
        if call.name in _CALLOUTS:
            kind = call.said() if call.said() in _CALLOUTS else "note"
            words = f"[!{kind.upper()}]\n{words}"
        elif call.rest:
            author = call.named.get("author") or " ".join(call.words)
            words += f"\n\n— {author}"
        return "".join(f"> {line}".rstrip() + "\n" for line in words.split("\n"))


def converted(text: str, known: Known) -> tuple[str, Counter[str]]:
    """The text without them, and how often each stands there that nobody knows."""
    separator = front_matter.text(known.site.settings.get("excerpt_separator"))
    if separator.startswith("<!--"):
        text = text.replace(separator, "<!--more-->", 1)
    if "{%" not in text and "{{" not in text and not re.search(r"\{[:#.]", text):
        return text, Counter()
    reading = _Text(known)
    return reading.converted(text), reading.unknown


def _call(name: str, rest: str) -> _Call:
    words: list[str] = []
    named: dict[str, str] = {}
    for found in _ARGUMENT.finditer(rest[:2000]):
        value = found[2]
        if value[:1] in "\"'`" and len(value) > 1:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if found[1]:
            named[found[1].lower()] = value
        else:
            words.append(value)
    return _Call(name, words, named, rest)


def _shown(call: _Call) -> str:
    """The address of what a tag brings from another site; "" for other tags."""
    id = call.said("id", "src")
    if not id:
        return ""
    if re.match("https?://", id) and call.name in ("youtube", "vimeo", "gist", "tweet"):
        return id
    if not re.fullmatch(r"[\w./-]{1,100}", id):
        return ""
    match call.name:
        case "youtube":
            return f"https://www.youtube.com/watch?v={id}"
        case "vimeo":
            return f"https://vimeo.com/{id}"
        case "tweet" | "twitter" | "x":
            user = call.named.get("user", "i/web")
            return f"https://twitter.com/{user}/status/{id}"
        case "gist":
            owner = "/".join(call.words[:2]) if len(call.words) > 1 else id
            return f"https://gist.github.com/{owner if '/' in owner else id}"
        case "jsfiddle":
            return f"https://jsfiddle.net/{id}"
        case "instagram":
            return f"https://www.instagram.com/p/{id}/"
    return ""


def _linked(address: str) -> str:
    words = html.escape(address)
    return f'<a href="{words}">{words}</a>'


def _code(inside: str) -> str:
    words = html.escape(inside.strip("\n"), quote=False)
    return f"<pre><code>{words}</code></pre>"


def _picture(call: _Call, *, in_html: bool) -> str | None:
    """A picture, in a figure if words stand below it."""
    words = [word for word in call.words if not re.fullmatch("[0-9]+(?:px|%)?", word)]
    # Hexo puts classes before the address.
    at = next((n for n, word in enumerate(words) if re.search(r"[./]", word)), None)
    source = call.named.get("src") or call.named.get("path") or ""
    rest: list[str] = []
    if not source and at is not None:
        source, rest = words[at], words[at + 1 :]
    if not source:
        return None
    alt = call.named.get("alt") or (rest[1] if len(rest) > 1 else "".join(rest[:1]))
    caption = call.named.get("caption") or call.named.get("title") or ""
    if not caption and not call.named.get("link") and not in_html:
        alt = re.sub(r"([\[\]\\])", r"\\\1", alt)
        return f"![{alt}](<{source}>)" if " " in source else f"![{alt}]({source})"
    shown = f'<img src="{html.escape(source)}" alt="{html.escape(alt)}">'
    if call.named.get("link"):
        shown = f'<a href="{html.escape(call.named["link"])}">{shown}</a>'
    below = html.escape(caption, quote=False)
    below = f"<figcaption>{below}</figcaption>" if below else ""
    return f"<figure>{shown}{below}</figure>"


def _fenced(call: _Call, inside: str) -> str:
    """Code in a fence that is longer than any in it."""
    language = call.named.get("lang") or call.named.get("language") or ""
    if not language and call.name in ("highlight", "code") and call.words:
        language = call.words[0]
    longest = max((len(run) for run in re.findall("`{3,}", inside)), default=2)
    fence = "`" * (longest + 1)
    code = inside.removeprefix("\n").rstrip("\n")
    return f"{fence}{language}\n{code}\n{fence}\n"
