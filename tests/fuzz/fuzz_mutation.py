# ruff: noqa: E501
"""Damage to files: what disks, transfers, editors and ill will do to bytes. The same seed, the same damage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Random = np.random.Generator

NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**62,
    -(2**31),
)
"""What a length, an offset or a count may lie about."""
WORDS = (
    b"nan", b"NaN", b"inf", b"-inf", b"1e400", b"-0", b"1e-320", b"99999999999999999999", b"0x10", b"true", b"null", b"",
    b"[]", b"{}", b'""', b"'''", b'"""', b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\r", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
    b"../../etc/passwd", b"/dev/stdin", b"file", b"=1+1", b",,,,,,", b"\\u0000", b"\\ud800", b"\xd6\xd0\xb9\xfa", "中国".encode(),
    "朝阳区".encode(), b"\xe2\x80\xae", b"-9999", b"180.0001", b"-90.1", b"POINT EMPTY", b"#", b"1979-05-27", b"[[", b"]]",
    b"2147483648", b"a" * 5000, b"[" * 500, b"[" * 30_000, b"{a=" * 5000, b"9" * 5000, b"\"", b"1_000", b"+1", b"1.", b"1e9", b"0.5", b"-1", b"county",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3, 2**63, 0.5, -0.5, 1e308, -1e308, 1e-308, float("nan"), float("inf"), "", "a", "中",
    "county", "x.csv", "\x00", "\ud83d", "1", [], {}, [[]], [None], [1, 2], ["a"], {"a": 1}, {"zh": "a", "en": "b"}, "a" * 3000,
)  # fmt: skip
"""What stands in the place of a value in a tree of JSON or TOML."""


def damaged(data: bytes, random: Random, *, text: bool = False) -> bytes:
    """Return the bytes with one to four damages; the first thousand bytes are hit as often as all others."""
    ways = [*BYTE_WAYS, *TEXT_WAYS, *TEXT_WAYS] if text else BYTE_WAYS
    for _ in range(int(random.choice([1, 1, 2, 4]))):
        data = ways[random.integers(len(ways))](data, random)
    return data


def _place(data: bytes, random: Random) -> int:
    head = random.random() < 0.5
    return int(random.integers(max(1, min(len(data), 1000) if head else len(data))))


def _flip(data: bytes, random: Random) -> bytes:
    out = bytearray(data or b"\x00")
    for _ in range(int(random.choice([1, 1, 3, 20]))):
        out[_place(bytes(out), random)] ^= 1 << int(random.integers(8))
    return bytes(out)


def _byte(data: bytes, random: Random) -> bytes:
    out = bytearray(data or b"\x00")
    out[_place(data, random)] = int(random.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF, int(random.integers(256))]))
    return bytes(out)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: _place(data, random)]


def _behead(data: bytes, random: Random) -> bytes:
    return data[int(random.integers(1, 65)) :]


def _drop(data: bytes, random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + data[at + int(random.choice([1, 4, 64, 1000])) :]


def _double(data: bytes, random: Random) -> bytes:
    at, length = _place(data, random), int(random.choice([1, 4, 64, 1000]))
    return data[: at + length] + data[at:]


def _swap(data: bytes, random: Random) -> bytes:
    length = int(random.choice([4, 64, 512]))
    a, b = sorted((_place(data, random), _place(data, random)))
    if a + length > b:
        return data
    return data[:a] + data[b : b + length] + data[a + length : b] + data[a : a + length] + data[b + length :]


def _zeros(data: bytes, random: Random) -> bytes:
    at, length = _place(data, random), int(random.choice([4, 64, 512, 4096]))
    return data[:at] + bytes(min(length, len(data) - at)) + data[at + length :]


def _number(data: bytes, random: Random) -> bytes:
    """Put a number where a length field may be, of 2, 4 or 8 bytes in either order."""
    size, order = int(random.choice([2, 4, 4, 8])), str(random.choice(["little", "big"]))
    at = _place(data, random) // size * size if random.random() < 0.7 else _place(data, random)
    value = NUMBERS[random.integers(len(NUMBERS))] % (1 << 8 * size)
    return data[:at] + value.to_bytes(size, order) + data[at + size :]  # type: ignore[arg-type]


def _double_number(data: bytes, random: Random) -> bytes:
    """Put a number of IEEE 754 where a coordinate may be."""
    values = (np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 181.0, -91.0, 1e7, 0.0)
    at = _place(data, random)
    return data[:at] + np.float64(random.choice(values)).tobytes() + data[at + 8 :]


def _word(data: bytes, random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + WORDS[random.integers(len(WORDS))] + data[at:]


def _value(data: bytes, random: Random) -> bytes:
    """Put a word in the place of a value: what stands between marks."""
    found = list(re.finditer(rb"[^\s,;=\[\]{}:\"']+", data))
    if not found:
        return data
    one = found[random.integers(len(found))]
    return data[: one.start()] + WORDS[random.integers(len(WORDS))] + data[one.end() :]


def _line(data: bytes, random: Random) -> bytes:
    """Drop a line, double it, or put it elsewhere."""
    lines = data.split(b"\n")
    at, to = int(random.integers(len(lines))), int(random.integers(len(lines)))
    what = lines[at]
    way = int(random.integers(3))
    if way != 1:
        del lines[at]
    if way != 0:
        lines.insert(to, what)
    return b"\n".join(lines)


BYTE_WAYS = (_flip, _byte, _cut, _behead, _drop, _double, _swap, _zeros, _number, _number, _double_number)
TEXT_WAYS = (_word, _value, _line)


def damaged_parts(parts: Mapping[str, bytes], random: Random, *, text: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the parts of one thing (a Shapefile, a folder) with one or two damaged, gone or mixed up."""
    out, names = dict(parts), sorted(parts)
    for _ in range(int(random.choice([1, 1, 2]))):
        name = names[random.integers(len(names))]
        way = random.random()
        if way < 0.05 and len(out) > 1:
            out.pop(name, None)
        elif way < 0.08:
            out[name] = out.get(names[random.integers(len(names))], b"")
        elif name in out:
            out[name] = damaged(out[name], random, text=name.endswith(tuple(text)))
    return out


def damaged_tree(tree: Any, random: Random) -> Any:
    """Return a tree of JSON with one to three values replaced, gone, renamed or moved to another place."""
    tree = json.loads(json.dumps(tree))
    for _ in range(int(random.integers(1, 4))):
        spots = list(_spots(tree))
        if not spots:
            return VALUES[random.integers(len(VALUES))]
        node, key = spots[random.integers(len(spots))]
        way = random.random()
        if way < 0.15:
            del node[key]
        elif way < 0.2 and isinstance(node, dict):
            node[f"{key}_"] = node.pop(key)
        elif way < 0.3:
            other, place = spots[random.integers(len(spots))]
            node[key] = json.loads(json.dumps(other[place]))
        else:
            node[key] = VALUES[random.integers(len(VALUES))]
    return tree


def _spots(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree that holds a value, with what it stands in."""
    pairs = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    return [(tree, key) for key, _ in pairs] + [spot for _, part in pairs for spot in _spots(part)]


Way = Callable[[bytes, Random], bytes]
