"""Text search and alphabetical order for Chinese, made in Python when a row is written.

A text is indexed as its single characters and its pairs of neighbours, so that any substring of it is found: one
character by itself, a longer text as a phrase of pairs. The same is done with the initials of its pinyin.
"""

import re
import struct
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from asyncpg import Connection

# Family names that are read differently from the same character elsewhere.
SURNAMES = {"单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "朴": "piao", "区": "ou", "盖": "ge"}

# The columns of each searchable table whose texts are found, its name first.
SEARCHED: dict[str, tuple[str, ...]] = {
    "area": ("name", "code"),
    "platform": ("name", "brand", "slug"),
    "organization": ("name", "short_name"),
    "member": ("name", "duty_code", "post", "tags"),
    "event": ("title", "place", "topics", "summary"),
    "discussion": ("title", "topics", "body"),
    "result": ("title", "number", "body", "cause", "topics", "beneficiaries"),
}

# PostgreSQL keeps positions up to 16,383 and at most 256 of them for one term.
MAX_POSITION = 16_383
MAX_POSITIONS = 255


def normalize(text: str) -> str:
    """The form in which texts are indexed and searched: full-width letters folded, lower case, spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


@lru_cache(maxsize=65_536)
def pinyin(text: str) -> str:
    """The pinyin of `text`, syllables separated by spaces; what is no Chinese character stays as it is."""
    # Its dictionary takes half a second to read, and a server that only answers never needs it.
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower()


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """The first letters of the pinyin of `text`: `xzz` for 芯智造."""
    from pypinyin import Style, lazy_pinyin

    return "".join(part[0] for part in lazy_pinyin(text, style=Style.NORMAL, errors="ignore") if part).lower()


def sort_key(name: str, *, is_person: bool = False) -> str:
    """What puts names in alphabetical order of their pinyin, and numbers in them in the order of their size.

    Names that sound alike are told apart by themselves.
    """
    name = re.sub(r"[0-9]+", lambda number: number[0].zfill(6), name)
    if is_person and name[:1] in SURNAMES:
        return f"{SURNAMES[name[0]]} {pinyin(name[1:])} {name}"
    return f"{pinyin(name)} {name}"


def terms(*texts: str | None) -> bytes:
    """The searchable terms of a row's texts, in the binary form of PostgreSQL's `tsvector`."""
    positions: dict[str, list[int]] = {}
    position = 1
    for raw in texts:
        if not raw:
            continue
        text = normalize(raw)
        for index, character in enumerate(text):
            if position > MAX_POSITION:
                break
            for gram in (character, text[index : index + 2]):
                found = positions.setdefault(gram, [])
                if not found or (found[-1] != position and len(found) < MAX_POSITIONS):
                    found.append(position)
            position += 1
        # A gap keeps a phrase from running from one text into the next.
        position += 2
    parts = [struct.pack("!I", len(positions))]
    for gram, places in positions.items():
        parts.append(gram.encode() + b"\0" + struct.pack(f"!H{len(places)}H", len(places), *places))
    return b"".join(parts)


def searchable(name: str, *others: str | None) -> bytes:
    """The terms of a row: its name, the initials of its name, and its other texts and codes."""
    return terms(name, initials(name), *others)


def row_search(table_name: str, row: Mapping[str, object]) -> tuple[str, bytes]:
    """The `sort_key` and the `terms` of a row of a searchable table, from its other columns; absent ones are null."""
    name, *others = (row.get(column) for column in SEARCHED[table_name])
    texts = (text for value in others for text in _texts(value))
    return _row_sort_key(table_name, row), searchable(str(name), *texts)


def _texts(value: object) -> Iterable[str]:
    if value is None:
        return ()
    return [value] if isinstance(value, str) else [str(item) for item in value if item]  # type: ignore[attr-defined]


def _row_sort_key(table_name: str, row: Mapping[str, object]) -> str:
    match table_name:
        case "event" | "result" | "discussion":
            # These are listed by their time, never by their title.
            return ""
        case _:
            return sort_key(str(row["name"]), is_person=table_name == "member")


def query(text: str) -> str | None:
    """`text` as a PostgreSQL `tsquery`: every word of it must occur; null when there is nothing to look for."""
    words = normalize(text.replace("\0", " ")).split()
    return " & ".join(f"({_phrase(word)})" for word in words) or None


def _phrase(word: str) -> str:
    grams = [word] if len(word) == 1 else [word[i : i + 2] for i in range(len(word) - 1)]
    return " <-> ".join("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in grams)


async def register(connection: Connection) -> None:
    """Let `connection` send what `terms` makes."""
    await connection.set_type_codec("tsvector", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")
