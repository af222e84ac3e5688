"""Content hashes of assets and archives, by which providers and states tell whether a file has changed.

Programs send what an asset is (a text, a path, an address); the engine adds the SHA-256 of its content. The hash of an archive
that is put together from assets is that of a tar file with them in it.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.resource.values import ARCHIVE, ASSET, SIGNATURE, Secret

ARCHIVE_SUFFIXES = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
FILE_MODE = 0o600
CHECKSUM, DEVICE_NUMBERS = slice(148, 156), slice(329, 345)
"""Places in a tar header."""


def with_hashes(value: Any, directory: Path) -> Any:
    """The value with a `hash` in every asset and archive; paths are taken from `directory`."""
    match value:
        case {"hash": str(known)} if known and value.get(SIGNATURE) in (ASSET, ARCHIVE):
            return value
        case dict() if value.get(SIGNATURE) == ASSET:
            return value | {"hash": hashlib.sha256(_content(value, directory)).hexdigest()}
        case dict() if value.get(SIGNATURE) == ARCHIVE:
            hashed = {key: with_hashes(item, directory) for key, item in value.items()}
            return hashed | {"hash": _archive_hash(value, directory)}
        case dict():
            return {key: with_hashes(item, directory) for key, item in value.items()}
        case list():
            return [with_hashes(item, directory) for item in value]
        case Secret():
            return Secret(with_hashes(value.value, directory))
        case _:
            return value


def _content(asset: dict[str, Any], directory: Path) -> bytes:
    if "path" in asset:
        path = directory / asset["path"]
        try:
            return bytes(path.read_bytes())
        except OSError as error:
            raise EngineError(
                f"the asset {asset['path']!r} cannot be read: {error}; its path is taken from {directory}"
            ) from None
    if "uri" in asset:
        raise Unsupported(f"assets from an address ({asset['uri']})")
    return str(asset.get("text", "")).encode()


def _archive_hash(archive: dict[str, Any], directory: Path) -> str:
    path = archive.get("path")
    if path is not None and str(path).endswith(ARCHIVE_SUFFIXES) and (directory / path).is_file():
        return hashlib.sha256((directory / path).read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for name, content in _members(archive, directory):
        digest.update(_tar_header(name, len(content)))
        digest.update(content + bytes(-len(content) % tarfile.BLOCKSIZE))
    digest.update(bytes(2 * tarfile.BLOCKSIZE))
    return digest.hexdigest()


def _tar_header(name: str, size: int) -> bytes:
    """As Go's archive/tar writes it, which differs from Python's: device numbers are zeros in text, not in bytes."""
    information = tarfile.TarInfo(name)
    information.mode, information.size = FILE_MODE, size
    header = bytearray(information.tobuf(tarfile.USTAR_FORMAT))
    header[DEVICE_NUMBERS] = b"0000000\0" * 2
    header[CHECKSUM] = b" " * 8
    header[CHECKSUM] = b"%06o\0 " % sum(header[: tarfile.BLOCKSIZE])
    return bytes(header)


def _members(archive: dict[str, Any], directory: Path) -> Iterator[tuple[str, bytes]]:
    """Files of an archive, by name."""
    if "uri" in archive:
        raise Unsupported(f"archives from an address ({archive['uri']})")
    if "path" in archive:
        folder = directory / archive["path"]
        if not folder.is_dir():
            raise EngineError(
                f"the archive {archive['path']!r} is neither a folder nor one of {', '.join(ARCHIVE_SUFFIXES)}"
            )
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield file.relative_to(folder).as_posix(), file.read_bytes()
        return
    for name, item in sorted(archive.get("assets", {}).items()):
        if item.get(SIGNATURE) == ARCHIVE:
            for inner, content in _members(item, directory):
                yield f"{name}/{inner}", content
        else:
            yield name, _content(item, directory)
