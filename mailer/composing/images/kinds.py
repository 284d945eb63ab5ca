"""The format of a file, by its first bytes; its name is ignored.

A file that is no picture for mail gets the sentence that tells its author what to do.
"""

import re

from mailer.errors import RenderError

_READABLE = (
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("WEBP", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]")),
    ("BMP", re.compile(rb"BM")),
)
_NOT_READABLE = (
    (rb"%PDF", "is a PDF: export the page as PNG"),
    (rb"8BPS", "is a Photoshop document: export it as JPEG or PNG"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "is an EPS or PostScript drawing: export it as PNG"),
    (rb"\x00\x00\x01\x00", "is an icon file (ICO): export it as PNG"),
    (
        rb"\xff\x0a|\x00\x00\x00\x0cJXL ",
        "is a JPEG XL picture, which is not read yet: export it as JPEG",
    ),
    (rb"\x00\x00\x00\x0cjP  ", "is a JPEG 2000 picture: export it as JPEG"),
    (rb"\x1a\x45\xdf\xa3|RIFF....AVI ", "is a video: mail programs show none; link a still of it"),
    (rb"PK\x03\x04", "is a ZIP archive: take the picture out of it"),
    (rb"version https://git-lfs", "is a Git LFS pointer, not the picture: run git lfs pull"),
    (rb"\x1f\x8b", "is compressed (gzip, as SVGZ is): export the picture as PNG"),
)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEAD_BYTES = 4096

_SVG_ADVICE = "is an SVG drawing, which Gmail and Outlook do not show: export it as PNG"
_HEIC_ADVICE = (
    "is a HEIC picture, which cannot be read here: export it as JPEG (on an iPhone: Settings, "
    "Camera, Formats, Most Compatible)"
)


def kind_of(data: bytes) -> str:
    """Return Pillow's name of the format that `data` is in.

    Raises:
        RenderError: it is empty or no picture that can be made ready for mail.
    """
    if not data:
        raise RenderError("is empty (0 bytes): export or download it again")
    head = data[:_HEAD_BYTES]
    for kind, start in _READABLE:
        if start.match(head):
            return kind
    if head[4:8] == b"ftyp":
        return _boxed_kind(head)
    raise RenderError(_advice(head))


def _boxed_kind(head: bytes) -> str:
    """Tell pictures from videos by the brands of an ISO media file (ISO/IEC 14496-12, 4.3)."""
    size = int.from_bytes(head[:4])
    box = head[8 : max(16, min(size, len(head)))]
    brands = {box[at : at + 4] for at in range(0, len(box), 4) if at != 4}  # noqa: PLR2004 - version
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIC_BRANDS:
        raise RenderError(_HEIC_ADVICE)
    raise RenderError("is a video: mail programs show none; link a still of it")


def _advice(head: bytes) -> str:
    for start, advice in _NOT_READABLE:
        if re.match(start, head, re.DOTALL):
            return advice
    if _HTML.search(head):
        return "is a web page, not a picture: save the picture itself"
    if _SVG.search(head):
        return _SVG_ADVICE
    if _is_text(head):
        return "is text, not a picture: look at what is in it"
    return "is not a picture in a known format: export it as JPEG or PNG"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode()
    return "\0" not in text
