"""Documents that a FHIR resource refers to: Binary resources of the same export, and files inside its folder."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wardspace.core.files import file_digest
from wardspace.corpus.readers.attachments import READABLE, Attachment
from wardspace.corpus.readers.binaries import BINARY, Binaries
from wardspace.corpus.readers.files import read_faults

_BINARY = re.compile(rf"(?:^|/){BINARY}/([A-Za-z0-9\-.]{{1,64}})(?:/_history/[^/?#]+)?$")
_LARGEST = 64 * 2**20


class Elsewhere:
    """Fetches documents, never from a network.

    Parameters
    ----------
    root : Path
        Folder of the export; what lies outside it is not read.
    binaries : Binaries
        The export's Binary resources.
    """

    def __init__(self, root: Path, binaries: Binaries) -> None:
        self._root = root.resolve()
        self.binaries = binaries

    def fetched(self, attachment: Attachment, beside: Path) -> Attachment:
        """The attachment with the document that it refers to; as it is where that is not at hand.

        Parameters
        ----------
        attachment : Attachment
            One without data.
        beside : Path
            The file that names it: a relative path is taken from its folder, else from that of the export.
        """
        url = attachment.url
        wanted = attachment.kind in READABLE or not attachment.typed
        if not url or not wanted or attachment.data or attachment.text:
            return attachment
        named = _BINARY.search(url)
        if named:
            return self._of_binary(attachment, named[1])
        path = self.file(url, beside)
        return self._of_file(attachment, path) if path else attachment

    def file(self, url: str, beside: Path) -> Path | None:
        """The file that a URL names, if it lies inside the export."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        local = parts.scheme in ("", "file") and parts.netloc in ("", "localhost") and not _BINARY.search(url)
        path = unquote(parts.path)
        if not local or not path or "\0" in path:
            return None
        for folder in (beside.parent, self._root):
            found = (folder / path).resolve()
            if found.is_relative_to(self._root) and found.is_file():
                return found
        return None

    def _of_binary(self, attachment: Attachment, identity: str) -> Attachment:
        found = self.binaries.find(identity)
        if not found or not found.get("data"):
            return attachment
        document = Attachment.of(found)
        if attachment.typed:
            document = replace(document, kind=attachment.kind, charset=attachment.charset)
        return replace(document, title=attachment.title)

    def _of_file(self, attachment: Attachment, path: Path) -> Attachment:
        with read_faults(str(path)):
            if path.stat().st_size > _LARGEST:
                return attachment
            raw = path.read_bytes()
        kind = attachment.kind if attachment.typed else mimetypes.guess_type(path.name)[0] or attachment.kind
        return replace(attachment, kind=kind, raw=raw)


def digest_of_files(paths: Iterator[Path | None]) -> str:
    """A digest of the files that resources refer to, and of which are missing."""
    hasher = hashlib.sha256()
    for path in paths:
        hasher.update((file_digest(path) if path else "-").encode())
    return hasher.hexdigest()[:16]
