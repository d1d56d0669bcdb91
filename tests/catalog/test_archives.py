"""Archives as publishers make them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fetch_server import archive, files_below

from geotransfer.catalog.archives import unpack_member
from geotransfer.errors import InputError

NOISE = np.random.default_rng(1).bytes(50_000)


def unpack(folder: Path, body: bytes, *, max_bytes: int = 10**6) -> bytes:
    (folder / "a.zip").write_bytes(body)
    target = folder / "out" / "x.tif"
    target.parent.mkdir(exist_ok=True)
    unpack_member(folder / "a.zip", "GHI.tif", target, max_bytes=max_bytes)
    assert files_below(folder) == ["a.zip", "out/x.tif"]
    return target.read_bytes()


def test_member_in_a_folder(tmp_path: Path) -> None:
    body = archive({"China_GISdata/": b"", "China_GISdata/GHI.tif": NOISE, "China_GISdata/monthly/GHI_01.tif": b"no"})
    assert unpack(tmp_path, body) == NOISE


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt", "C:/evil.txt", "C:evil.txt", "..\\evil.txt", "\\\\host\\evil"],
)
def test_names_that_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    body = archive({"GHI.tif": NOISE, name: b"evil"})
    with pytest.raises(InputError, match=r"archive 'a.zip' is refused: the name .* leads out of its folder"):
        unpack(tmp_path, body)
    assert files_below(tmp_path) == ["a.zip"]


def test_link(tmp_path: Path) -> None:
    for links in (("GHI.tif",), ("other",)):
        body = archive({"GHI.tif": b"/etc/passwd", "other": b"/etc"}, links=links)
        with pytest.raises(InputError, match=rf"refused: '{links[0]}' is a link"):
            unpack(tmp_path, body)


def test_bomb_by_ratio(tmp_path: Path) -> None:
    # deflate packs zeros about 1,000 to 1
    with pytest.raises(InputError, match=r"refused: 'GHI.tif' unpacks to more than 200 times its packed size"):
        unpack(tmp_path, archive({"GHI.tif": bytes(900_000)}))


def test_bomb_by_size(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"refused: 'GHI.tif' has 50,000 bytes, expected at most 49,999"):
        unpack(tmp_path, archive({"GHI.tif": NOISE}), max_bytes=49_999)
    assert unpack(tmp_path, archive({"GHI.tif": NOISE}), max_bytes=50_000) == NOISE


def test_bomb_by_number_of_files(tmp_path: Path) -> None:
    members = {f"{number}.txt": b"" for number in range(1000)}
    with pytest.raises(InputError, match="refused: it holds 1001 files, expected at most 1000"):
        unpack(tmp_path, archive(members | {"GHI.tif": NOISE}))


def test_more_bytes_than_it_says(tmp_path: Path) -> None:
    body = archive({"GHI.tif": NOISE})
    # the uncompressed size stands in the central directory (offset 24) and in the local header (offset 22)
    lying = bytearray(body)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = body.index(signature) + offset
        lying[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"archive 'a.zip' is damaged: Bad CRC-32"):
        unpack(tmp_path, bytes(lying))
    assert (tmp_path / "out" / "x.tif").stat().st_size <= 10


@pytest.mark.parametrize("damage", ["cut", "flipped", "no zip"])
def test_damaged(tmp_path: Path, damage: str) -> None:
    good = archive({"GHI.tif": NOISE})
    flipped = bytearray(good)
    flipped[1000] ^= 1
    body = {"cut": good[:-1000], "flipped": bytes(flipped), "no zip": b"PK\x03\x04" + bytes(100)}[damage]
    with pytest.raises(InputError, match=r"archive 'a.zip' is damaged"):
        unpack(tmp_path, body)


def test_member_that_is_missing_or_there_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds 0 files called 'GHI.tif', expected one; its first names: a/DNI.tif"):
        unpack(tmp_path, archive({"a/DNI.tif": NOISE}))
    with pytest.raises(InputError, match=r"holds 2 files called 'GHI.tif'"):
        unpack(tmp_path, archive({"a/GHI.tif": NOISE, "b/GHI.tif": NOISE}))


def test_encrypted_or_packed_otherwise(tmp_path: Path) -> None:
    body = bytearray(archive({"GHI.tif": NOISE}))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        body[body.index(signature) + offset] |= 1
    with pytest.raises(InputError, match=r"'GHI.tif' in archive 'a.zip' is encrypted"):
        unpack(tmp_path, bytes(body))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as pack:
        pack.writestr("GHI.tif", NOISE)
    with pytest.raises(InputError, match="is not packed by deflate"):
        unpack(tmp_path, stream.getvalue())
