"""Pictures prepared for email: read, limited, resized, stripped, named by their content. Pure."""

from mailer.composing.images.limits import OPTIONS_VERSION, ImageLimits
from mailer.composing.images.names import MIME_TYPES, NAME_SHAPE, is_media_name
from mailer.composing.images.prepared import PreparedImage

__all__ = [
    "MIME_TYPES",
    "NAME_SHAPE",
    "OPTIONS_VERSION",
    "ImageLimits",
    "PreparedImage",
    "is_media_name",
]
