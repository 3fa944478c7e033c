"""What a file is, told by its first bytes. Its name and what the browser calls it are
not asked: both say whatever the sender likes.

The signatures are those of the formats' own specifications.
"""

import re
from typing import NamedTuple

from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from .models import MediaKind

HEAD_BYTES = 4096  # enough to tell everything below
MEBIBYTE = 1024 * 1024


class FileType(NamedTuple):
    """A kind of file that is taken. ``name`` is Pillow's for pictures."""

    name: str
    kind: MediaKind
    extension: str
    mime_type: str


class Refused(Exception):
    """A file that is not taken; the message is for who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


_IMAGE, _AUDIO, _VIDEO = MediaKind.IMAGE, MediaKind.AUDIO, MediaKind.VIDEO
JPEG = FileType("JPEG", _IMAGE, "jpg", "image/jpeg")
PNG = FileType("PNG", _IMAGE, "png", "image/png")
GIF = FileType("GIF", _IMAGE, "gif", "image/gif")
WEBP = FileType("WEBP", _IMAGE, "webp", "image/webp")
AVIF = FileType("AVIF", _IMAGE, "avif", "image/avif")
BMP = FileType("BMP", _IMAGE, "bmp", "image/bmp")
MP3 = FileType("MP3", _AUDIO, "mp3", "audio/mpeg")
M4A = FileType("M4A", _AUDIO, "m4a", "audio/mp4")
OGG = FileType("OGG", _AUDIO, "ogg", "audio/ogg")
OPUS = FileType("OPUS", _AUDIO, "opus", "audio/ogg")
WAV = FileType("WAV", _AUDIO, "wav", "audio/wav")
FLAC = FileType("FLAC", _AUDIO, "flac", "audio/flac")
MP4 = FileType("MP4", _VIDEO, "mp4", "video/mp4")
WEBM = FileType("WEBM", _VIDEO, "webm", "video/webm")
OGV = FileType("OGV", _VIDEO, "ogv", "video/ogg")
PDF = FileType("PDF", MediaKind.DOCUMENT, "pdf", "application/pdf")
# What the darkroom hands back.
PICTURES = {each.name: each for each in (JPEG, PNG, GIF, WEBP, AVIF)}

MAX_BYTES = {
    MediaKind.IMAGE: 20 * MEBIBYTE,
    MediaKind.AUDIO: 512 * MEBIBYTE,
    MediaKind.VIDEO: 512 * MEBIBYTE,
    MediaKind.DOCUMENT: 50 * MEBIBYTE,
}

_SVG = _l(
    "SVG drawings are not taken, as they can hold programs. Export it as PNG or WebP."
)
_HTML = _l("This is a web page or a script, not a picture. Such files are not taken.")
_HEIC = _l(
    "HEIC pictures are not taken, as few browsers show them. Export it as JPEG; "
    "iPhones do so by themselves with Settings → Camera → Formats → Most Compatible."
)
_QUICKTIME = _l(
    "QuickTime films are not taken, as few browsers play them. Export it as MP4."
)
_FILM = _l("Films of this kind are not taken. Export it as MP4 or WebM.")
_SOUND = _l("Sound of this kind is not taken. Export it as MP3, M4A or Ogg.")
_ARCHIVE = _l(
    "Archives and office documents are not taken. Send pictures one by one, and papers "
    "as PDF."
)
_PROGRAM = _l("This is a program. Programs are not taken.")
_ICON = _l("Icon files are not taken. Send the picture as PNG.")
_TIFF = _l(
    "TIFF and raw camera pictures are not taken, as browsers do not show them. "
    "Export it as JPEG or PNG."
)
_RARE_PICTURE = _l(
    "Pictures of this kind are not taken, as browsers do not show them. "
    "Export it as JPEG or PNG."
)
_PHOTOSHOP = _l("Photoshop files are not taken. Export it as JPEG, PNG or WebP.")
_POSTSCRIPT = _l("PostScript is not taken, as it is a program. Send a PDF or a PNG.")

_TAKEN = (
    (rb"\xff\xd8\xff", JPEG),
    (rb"\x89PNG\r\n\x1a\n", PNG),
    (rb"GIF8[79]a", GIF),
    (rb"RIFF....WEBP", WEBP),
    (rb"....ftyp(avif|avis)", AVIF),
    (rb"BM.{12}[\x0c\x28-\x80]\0\0\0", BMP),
    (rb"ID3|\xff[\xfa\xfb\xf2\xf3\xe2\xe3]", MP3),
    (rb"....ftypM4[ABP] ", M4A),
    (rb"OggS.{24,64}OpusHead", OPUS),
    (rb"OggS.*\x80theora", OGV),
    (rb"OggS.{24,64}(\x01vorbis|\x7fFLAC|Speex   )", OGG),
    (rb"RIFF....WAVE", WAV),
    (rb"fLaC", FLAC),
    (rb"....ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V |dash|MSNV|mmp4|f4v )", MP4),
    (rb"\x1aE\xdf\xa3.{0,64}\x42\x82.{1,8}webm", WEBM),
    (rb"%PDF-[12]\.", PDF),
)
_REFUSED = (
    (rb"....ftyp(hei[cxms]|hev[cx]|mif1|msf1)", _HEIC),
    (rb"....ftypqt  |....(moov|mdat|wide|free)", _QUICKTIME),
    (rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |FLV\x01|OggS", _FILM),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11|\0\0\x01[\xb3\xba]", _FILM),
    (rb"MThd|FORM....AIF|#!AMR|\xff[\xf0-\xf9]|\.snd", _SOUND),
    (rb"8BP[SB]", _PHOTOSHOP),
    (rb"II[*+]\0|MM\0[*+]|FUJIFILMCCD-RAW", _TIFF),
    (rb"\0\0[\x01\x02]\0[^\0]", _ICON),
    (rb"%!PS|\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (rb"\xff\x0a|\0\0\0\x0c(JXL |jP  )|P[1-7][\s#]|SIMPLE  =", _RARE_PICTURE),
    (rb"PK[\x03\x05\x07]|\x1f\x8b|Rar!|7z\xbc\xaf|BZh|\xfd7zXZ", _ARCHIVE),
    (rb"\xd0\xcf\x11\xe0|\{\\rtf|.{257}ustar", _ARCHIVE),
    (rb"MZ|\x7fELF|#!|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|CWS|FWS", _PROGRAM),
)
# Of texts: after a byte order mark, spaces, an XML declaration, comments.
_DRAWING = re.compile(rb"<(\w+:)?svg[\s>]", re.IGNORECASE)
_WEB_PAGE = re.compile(
    rb"<(!doctype|html|head|body|script|iframe|\?php|\?=|%|\?xml)", re.IGNORECASE
)


def recognised(head: bytes) -> FileType:
    """What the file is that begins with ``head``, its first ``HEAD_BYTES``.

    :raise Refused: if it is nothing that is taken, with the reason
    """
    for signature, found in _TAKEN:
        if re.match(signature, head, re.DOTALL):
            return found
    raise Refused(_reason(head))


def too_large(kind: MediaKind) -> Refused:
    """The refusal of a file above its kind's limit."""
    limit = MAX_BYTES[kind] // MEBIBYTE
    words = {
        MediaKind.IMAGE: _(
            "This picture is too large: %(limit)s MB at most.", limit=limit
        ),
        MediaKind.AUDIO: _(
            "This sound is too large: %(limit)s MB at most.", limit=limit
        ),
        MediaKind.VIDEO: _(
            "This film is too large: %(limit)s MB at most.", limit=limit
        ),
        MediaKind.DOCUMENT: _(
            "This PDF is too large: %(limit)s MB at most.", limit=limit
        ),
    }
    return Refused(words[kind])


def _reason(head: bytes) -> str:
    if not head:
        return _("This file is empty.")
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"")
    if text.startswith(b"<"):
        if _DRAWING.search(text):
            return str(_SVG)
        if _WEB_PAGE.match(text) or b"</" in text:
            return str(_HTML)
    for signature, reason in _REFUSED:
        if re.match(signature, head, re.DOTALL):
            return str(reason)
    return _(
        "Files of this kind are not taken. Pictures can be JPEG, PNG, GIF, WebP or "
        "AVIF; sound MP3, M4A, Ogg, WAV or FLAC; films MP4 or WebM; papers PDF."
    )
