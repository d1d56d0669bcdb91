"""A table of the licences of everything geotransfer needs, and exit code 1 where one is not allowed.

    python scripts/licences.py [DISTRIBUTION ...]

Walks from geotransfer (with its extras but for [test]) through the installed metadata; nothing is downloaded.
Allowed are permissive licences. MPL-2.0 (certifi) and LGPL (psycopg) are allowed for dependencies that are used
unchanged as libraries, which is what they ask; GPL and AGPL are not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

ROOT = "geotransfer[analysis,names,report,distributed,postgis]"
ALLOWED = re.compile(
    r"\b(MIT(-0|-CMU)?|X11|BSD(-[0-4]-Clause)?|0BSD|Apache(-2\.0)?|ISC(L)?|PSF(-2\.0)?|Python Software Foundation|"
    r"Zlib|HPND|Unlicense|CC0(-1\.0)?|BSL-1\.0|CNRI-Python|Historical Permission|Public Domain)\b",
    re.IGNORECASE,
)
WEAK = re.compile(r"\b(MPL(-2\.0)?|Mozilla Public License|LGPL\S*|Lesser General Public)\b", re.IGNORECASE)
STRONG = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL\S*|(Affero )?General Public License)", re.IGNORECASE)
ALTERNATIVE = re.compile(r"\s+OR\s+")
KNOWN = {"xstatic-leaflet": "BSD-2-Clause"}
"""Distributions whose metadata do not say it: the licence by their own files (Leaflet's LICENSE)."""
NAME = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?", re.DOTALL)
EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def licence(found: Distribution) -> str:
    """Return what a distribution says of its licence, the most exact first."""
    metadata = found.metadata
    known = KNOWN.get(str(metadata["Name"]).lower())
    expression = metadata.get("License-Expression")
    classifiers = [c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    plain = [text for text in classifiers if text != "OSI Approved"]
    first = (metadata.get("License") or "").strip().splitlines()
    return known or expression or "; ".join(plain) or (first[0].strip() if first else "") or "not stated"


def verdict(text: str) -> str:
    """Return "permissive", "weak copyleft", or "" where it is not allowed; of alternatives the best counts.

    >>> verdict("MIT"), verdict("MPL-2.0"), verdict("GPL-3.0-only OR MIT"), verdict("GPL-3.0-only"), verdict("")
    ('permissive', 'weak copyleft', 'permissive', '', '')
    """
    found = [_one(part) for part in ALTERNATIVE.split(text)]
    return next((good for good in ("permissive", "weak copyleft") if good in found), "")


def _one(text: str) -> str:
    parts = re.split(r"\s+AND\s+|;", text)
    if len(parts) > 1:
        each = [_one(part) for part in parts]
        return "" if "" in each else min(each, key=("weak copyleft", "permissive").index)
    if STRONG.search(re.sub(WEAK, "", text)):
        return ""
    if WEAK.search(text):
        return "weak copyleft"
    return "permissive" if ALLOWED.search(text) else ""


def needed(root: str) -> dict[str, Distribution | None]:
    """Return every distribution that `root` needs here, by name; None for one that is not installed."""
    found: dict[str, Distribution | None] = {}
    seen: set[tuple[str, str]] = set()
    queue = [root]
    while queue:
        parts = NAME.match(queue.pop())
        if parts is None:
            continue
        name, extras = re.sub(r"[-_.]+", "-", parts[1]).lower(), (parts[2] or "").replace(" ", "")
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            found.setdefault(name, None)
            continue
        queue += _requirements(found[name], set(extras.split(",")))
    return found


def _requirements(found: Distribution | None, extras: set[str]) -> Iterator[str]:
    for line in (found.requires if found else None) or []:
        wanted = EXTRA.search(line)
        if wanted is None or wanted[1] in extras:
            yield line


def main(roots: list[str]) -> int:
    """Print the table; return 1 where a licence is not allowed."""
    everything = {name: found for root in roots for name, found in needed(root).items()}
    bad = []
    for name, found in sorted(everything.items()):
        if found is None or name == "geotransfer":
            continue  # of another platform
        text = licence(found)
        state = verdict(text)
        print(f"{name:<24} {found.version:<14} {text[:60]:<60} {state or 'NOT ALLOWED'}")
        if not state:
            bad.append(name)
    print(f"{len(everything)} distributions, {len(bad)} not allowed{': ' if bad else ''}{', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [ROOT]))
