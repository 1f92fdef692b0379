"""Text that comes from file names."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """`text` as valid Unicode, for records: bytes of a name that are no UTF-8 become `%E9`.

    Python keeps such bytes of a path as lone surrogates (PEP 383), which no JSON or HTML file can
    hold. The escape is that of file URLs: it holds no separator that could look like a folder.
    """
    return _SURROGATE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else "\ufffd"
