"""The page of public names: each with its signature, its fields and what its docstring says."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator

import redact

_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_ENTRY = re.compile(r"^(    )([\w, `]+|[A-Z]\w+(?:, \w+)*): (.*)$")


def names_page() -> str:
    """Every name of `redact.__all__`, functions first, as Markdown."""
    values = {name: getattr(redact, name) for name in redact.__all__ if name != "__version__"}
    functions = [name for name, value in values.items() if inspect.isfunction(value)]
    rest = [name for name in values if name not in functions]
    parts = [
        "# Names of the API\n",
        "Everything that `import redact` offers, from the docstrings; [Using redact from a"
        " program](api.md) shows\nhow it is used. What only some programs need is in"
        " `redact.errors`, `redact.plan`, `redact.render`,\n`redact.settings` and"
        " `redact.types`.\n",
    ]
    for title, names in (("Functions", functions), ("Types", rest)):
        parts.append(f"## {title}\n")
        for name in names:
            parts += [f"### {name}\n", *_of(name, values[name])]
    return "\n".join(parts).rstrip() + "\n"


def _of(name: str, value: object) -> list[str]:
    """What is said of one name: its call, its text, its members."""
    said = []
    if inspect.isfunction(value):
        call = str(inspect.signature(value))
        call = re.sub(r"= ?[\w.]+\(.*?\)(?=, \w+:|, \*|\) ->)", "= ...", call)
        said.append(f"```python\n{name}{call}\n```\n".replace("'", ""))
    said.append(_as_markdown(inspect.getdoc(value) or ""))
    if isinstance(value, enum.EnumType):
        said.append("Members: " + ", ".join(f"`{member}`" for member in value.__members__) + ".\n")
    elif fields := getattr(value, "__dataclass_fields__", getattr(value, "__struct_fields__", ())):
        types = getattr(value, "__annotations__", {})
        listed = ", ".join(f"`{f}: {types[f]}`" if f in types else f"`{f}`" for f in fields)
        said.append(f"Fields: {listed}.\n")
    return said


def _as_markdown(doc: str) -> str:
    """A docstring with its sections as lists."""
    lines, inside = [], False
    for line in doc.splitlines():
        if section := _SECTION.match(line):
            inside = True
            lines += [f"**{section[1]}**", ""]
        elif inside and (entry := _ENTRY.match(line)):
            lines.append(f"- `{entry[2]}`: {entry[3]}")
        elif inside and line.startswith("    "):
            lines.append("  " + line.strip())
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def fields_told(doc: str) -> Iterator[tuple[str, str]]:
    """Yield the fields that a docstring tells of, each with what it says."""
    _, _, fields = doc.partition("\nAttributes:\n")
    for entry in re.split(r"\n(?=    \S)", fields.split("\n\n")[0]):
        names, colon, said = entry.strip().partition(": ")
        for name in names.split(", ") if colon else ():
            yield name, " ".join(said.split())
