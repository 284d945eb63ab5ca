"""Pictures of a previewed issue: prepared as for sending, kept on this machine.

Nothing is uploaded, and nothing that a look needs waits for a bucket.
"""

from mailer.composing.images import MIME_TYPES, is_media_name
from mailer.composing.images.store import read_media
from mailer.config import Settings

MOST_BYTES = 64_000_000
"""Of pictures in memory; the oldest go first, and are made again when they are asked for."""


class NearStore:
    """Keeps pictures in memory, and knows those in the workspace's own folder.

    Args:
        settings: their addresses are those that readers would get.
    """

    def __init__(self, settings: Settings) -> None:
        self.base_url = settings.images_base_url
        self._directory = settings.media_directory
        self._files: dict[str, bytes] = {}

    def has(self, name: str) -> bool:
        """Whether it can be read."""
        return self.read(name) is not None

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` in memory."""
        self._files[name] = data
        while sum(map(len, self._files.values())) > MOST_BYTES and len(self._files) > 1:
            del self._files[next(iter(self._files))]

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Return a picture and its content type; None where there is none of that name."""
        data = self._files.get(name)  # another thread may be making room
        if data is not None:
            return data, MIME_TYPES[name.rpartition(".")[2]]
        return read_media(self._directory, name)

    def name_of(self, url: str) -> str:
        """Return the name of the picture at an address; empty where it is no address of ours."""
        name = url.removeprefix(f"{self.base_url}/")
        return name if name != url and is_media_name(name) else ""
