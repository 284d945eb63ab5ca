"""Colours: from a picture's profile to sRGB, which mail clients assume."""

from io import BytesIO

from PIL import Image, ImageCms

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
_UNREADABLE = "has a colour profile that cannot be read and was ignored: look at the colours"
_GUESSED = "is in CMYK without a colour profile, so its colours are guessed: export it as sRGB"


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str, bool]:
    """Return the picture in sRGB (mode L, LA, RGB or RGBA), a note or "", and whether it changed.

    Args:
        image: mode L, LA, RGB, RGBA, CMYK or LAB.
        profile: ICC profile, where there is one.
    """
    if image.mode in {"LA", "RGBA"}:
        alpha = image.getchannel("A")
        opaque, note, changed = to_srgb(
            image.convert("L" if image.mode == "LA" else "RGB"), profile
        )
        opaque = opaque.convert("RGB") if changed else opaque
        opaque.putalpha(alpha)
        return opaque, note, changed
    if image.mode == "LAB":
        return (
            _transformed(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))),
            "",
            True,
        )
    note = ""
    if profile:
        try:
            return _by_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            note = _UNREADABLE
    if image.mode == "CMYK":
        return image.convert("RGB"), note or _GUESSED, True
    return image, note, False


def _by_profile(image: Image.Image, data: bytes) -> tuple[Image.Image, str, bool]:
    profile = ImageCms.ImageCmsProfile(BytesIO(data))
    if str(profile.profile.xcolor_space).strip() != _SPACES[image.mode]:
        raise ValueError("a profile for other pixels")
    if image.mode == "RGB" and ImageCms.getProfileDescription(profile).startswith("sRGB"):
        return image, "", False
    result = _transformed(image, profile)
    return (result.convert("L") if image.mode == "L" else result), "", True


def _transformed(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """Convert as picture editors do: relative colorimetric, with black point compensation."""
    result = ImageCms.profileToProfile(
        image,
        profile,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert result is not None  # noqa: S101 - not in place
    return result
