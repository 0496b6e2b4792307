"""Which text encoding a file has: UTF-8 unless its bytes say otherwise; and how undecodable bytes are marked."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import NamedTuple

from wardspace.core.errors import CorpusError

_ALPHABETS = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü¿¡ºª",
    "áàâãçéêíóôõúüºª",
    "àèéìíòóù",
    "åäöæøé",
    "áðéíóúýþæö",
    "ëïéèöüá",
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "čćđšž",
    "ăâîşţ",
    "çğıöşüâ\u0307",
)
"""German, French, Spanish, Portuguese, Italian, Nordic, Icelandic, Dutch, Polish, Czech, Slovak, Hungarian, South
Slavic, Romanian, Turkish."""
_SIGNS = "°±µ§€£²³½¼«»·×–—‘’“”„…•™®©\xa0"
"""Found in notes of any language."""

LATIN = ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254")
"""Encodings that are recognised, the commonest first."""

_FRACTION_IN_WORD = re.compile(r"[¼½¾](?=[^\W\d_])")
_HIRAGANA = re.compile("[\u3041-\u3096]")
_SHARE_OF_HIRAGANA = 0.15


def likeliest_latin(sample: bytes) -> str:
    """The one of `LATIN` under which most letters of a sample are those of a single language."""
    return max(LATIN, key=lambda name: _share(sample.decode(name, "replace")))


def is_japanese(sample: bytes) -> bool:
    """Whether bytes make Japanese in EUC-JP; Chinese and Korean encodings hold most of these bytes too."""
    text = sample.decode("euc_jp", "ignore")
    coded = sum(not sign.isascii() for sign in text)
    return len(_HIRAGANA.findall(text)) > _SHARE_OF_HIRAGANA * coded and 2 * coded > 0.9 * _high(sample)


def _high(sample: bytes) -> int:
    return sum(code > 127 for code in sample)


def _share(text: str) -> float:
    letters = Counter(sign for sign in text.lower() if not sign.isascii())
    best = max(sum(letters[sign] for sign in set(alphabet)) for alphabet in _ALPHABETS)
    odd = len(_FRACTION_IN_WORD.findall(text))
    return (best + sum(letters[sign] for sign in _SIGNS) - odd) / max(1, letters.total())


MARK = "wardspace-mark"
"""Name of the codec error handler that puts a lone surrogate where bytes do not decode."""

_VOTES = 5
_MOST_GUESSED = 128 * 1024
_LATIN_GUESSES = {
    *("cp1250", "cp1252", "cp1254", "cp1257", "hp_roman8", "latin_1"),
    *(f"iso8859_{part}" for part in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)),
}
_OLD_GUESSES = {
    *("mac_roman", "mac_latin2", "mac_iceland", "mac_turkish", "mac_croatian", "mac_romanian"),
    *(f"cp{page}" for page in (437, 775, 850, 852, 857, 858, 860, 861, 863, 865)),
}
"""Encodings of old machines, guessed where a text has few letters beyond ASCII."""
_EUC_GUESSES = {
    *("cp949", "euc_kr", "johab", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950"),
    *("euc_jp", "euc_jis_2004", "euc_jisx0213"),
}
_GUESSED = "recognised by its letters as {}: where letters look wrong, set corpus.source.encoding"
_MARKER = "\udc80"
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, with the encodings that read them."""
_SURE_SHARE = 0.8


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARKER, error.end


# `surrogateescape` would do for one-byte encodings and UTF-8, but it cannot mark faults of UTF-16.
codecs.register_error(MARK, _mark)


class Encoding(NamedTuple):
    """The encoding a file is read with."""

    name: str
    warning: str | None = None


def choose_encoding(given: str, sample: bytes, *, where: str) -> Encoding:
    """Take the encoding the study gives, checked against the bytes, or detect it.

    Parameters
    ----------
    given : str
        Name of an encoding, or `auto`.
    sample : bytes
        Some of the file, beginning with its first bytes.
    where : str
        Name of the file, for messages.

    Raises
    ------
    CorpusError
        If there is no such encoding, or nearly nothing in the sample decodes with it.
    """
    found = detect(sample)
    if given == "auto":
        return Encoding(found, f"{where}: {_GUESSED.format(found)}" if not found.startswith("utf") else None)
    name = codec_name(given)
    wide = (_is_wide(name), _is_wide(found))
    if wide[0] != wide[1] or (not wide[0] and _bad_share(sample, name) > 0.5):
        raise CorpusError(
            f"wrong encoding: the file does not decode as {given}; it looks like {found}",
            where=where,
            fix="set corpus.source.encoding: auto, or the right name",
        )
    if name == "utf-8" and found == "utf-8-sig":
        return Encoding(found)
    is_utf8 = found.startswith("utf-8") and not _bad_share(sample, "utf-8")
    if is_utf8 and not name.startswith("utf-8") and _bad_share(sample, "ascii") > 0:
        return Encoding(name, f"{where}: read as {given}, as the study says, but its bytes are valid UTF-8")
    return Encoding(name)


def detect(sample: bytes) -> str:
    """Name the encoding of some bytes: a byte-order mark, else UTF-8, else the likeliest other one.

    A few broken lines in a file that is otherwise ASCII or UTF-8 leave it UTF-8: those rows are rejects, and
    reading the whole file in another encoding would turn all its other accents into nonsense.
    """
    for bom, name in BOMS:
        if sample.startswith(bom):
            return name
    head = sample[:4096]
    if head.count(0) > len(head) // 5:
        return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    lines = sample.splitlines()
    coded = [line for line in lines if not line.isascii()]
    bad = sum(not _decodes(line, "utf-8") for line in coded)
    good = len(coded) - bad
    few = bad < 3 or bad <= good or (bad * 100 <= len(lines) and (good > 0 or bad < 20))
    if few and bad * 2 < len(lines):
        return "utf-8"
    return _guess(coded) if coded else "utf-8"


def likeliest(sample: bytes) -> str | None:
    """Name the encoding of a short text that is not UTF-8; None where it may be UTF-8 with broken bytes."""
    if not sample.decode("utf-8", "ignore").isascii():
        return None
    return likely_latin(sample) or _guess([line for line in sample.splitlines() if not line.isascii()])


def likely_latin(sample: bytes) -> str | None:
    """The one of `LATIN` under which nearly all letters are those of a single language; None where there is none."""
    found = likeliest_latin(sample)
    return found if _share(sample.decode(found, "replace")) >= _SURE_SHARE else None


def _guess(coded: list[bytes]) -> str:
    """The likeliest encoding of lines that are neither ASCII nor UTF-8."""
    # One broken line rules out the right encoding for all of them, so that parts of the lines vote.
    count = max(1, min(_VOTES, len(coded) // 2))
    parts = [coded[i::count] for i in range(count)]
    votes = Counter(_likeliest(b"\n".join(part)[:_MOST_GUESSED]) for part in parts)
    named, _ = votes.most_common(1)[0]
    sample = b"\n".join(coded)[:_MOST_GUESSED]
    if named in _LATIN_GUESSES:
        return likeliest_latin(sample)
    if named in _OLD_GUESSES:
        return likely_latin(sample) or named
    return "euc_jp" if named in _EUC_GUESSES and is_japanese(sample) else named


def _likeliest(coded: bytes) -> str:
    # Only the lines with other than ASCII bytes tell anything; imported here because UTF-8 files never need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(coded).best()
    if best is None:
        return "cp1252"
    return best.encoding


def codec_name(given: str) -> str:
    """Python's own name of an encoding.

    Raises
    ------
    CorpusError
        If there is no such encoding.
    """
    try:
        "".encode(given)  # raises LookupError for codecs that are not of text, too
        return codecs.lookup(given).name
    except (LookupError, ValueError) as error:
        raise CorpusError(
            f"no such encoding: {given!r}",
            where="corpus.source.encoding",
            fix="use auto, utf-8, cp1252, iso-8859-15, utf-16 or another name Python knows",
        ) from error


def _is_wide(name: str) -> bool:
    return name.replace("_", "-").startswith(("utf-16", "utf-32"))


def _bad_share(sample: bytes, name: str) -> float:
    lines = sample.splitlines()
    return sum(not _decodes(line, name) for line in lines) / max(1, len(lines))


def _decodes(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True
