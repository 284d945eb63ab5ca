"""Limits for pictures, for us and for their readers."""

from dataclasses import dataclass

OPTIONS_VERSION = 1
"""Raised whenever results for the same picture change: earlier cache entries are ignored."""

RETINA = 2
"""Pixels of the file for one CSS pixel at which it is shown."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """Limits for one picture.

    Args:
        max_bytes: of a still picture as it goes out.
        max_animation_bytes: of an animation as it goes out.
        max_source_bytes: of the author's file.
        max_pixels: of the author's picture, one frame. Measured: 96 million take up to 560 MB.
        max_jpeg_pixels: the same for JPEG, which decodes at a fraction of its size.
        max_coded_pixels: the same for WebP and AVIF, whose readers keep several copies. Measured:
            48 million take up to 770 MB.
        max_frames: of an animation.
        max_animation_pixels: of all frames of an animation together.
    """

    max_bytes: int = 400_000
    max_animation_bytes: int = 1_000_000
    max_source_bytes: int = 30_000_000
    max_pixels: int = 100_000_000
    max_jpeg_pixels: int = 170_000_000
    max_coded_pixels: int = 50_000_000
    max_frames: int = 1_000
    max_animation_pixels: int = 300_000_000
