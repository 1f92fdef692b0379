"""Prints the table of attacks: `python -m lab.attack [--stills FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from lab.shared import shared_folder

from .bench import Row, Sizes, faces, plates, tracks

QUICK = Sizes(known=6, unknown=3, tracks=2, frames=6, moving=12, plates=40)


def table(title: str, count: int, rows: dict[str, Row]) -> None:
    """One Markdown table; `count` is the number of possible answers."""
    ways = list(next(iter(rows.values())))
    tries = next(iter(rows.values()))[ways[0]].of
    print(f"\n### {title}\n")
    print(f"{count} possible answers, {tries} tries; chance is {100 / count:.1f} %.\n")
    print("| redaction | " + " | ".join(ways) + " | chance within the interval |")
    print("|---|" + "---|" * (len(ways) + 1))
    for name, row in rows.items():
        bounds = [row[way].interval for way in ways]
        fair = all(low <= 1 / count <= high for low, high in bounds)
        cells = " | ".join(str(row[way]) for way in ways)
        print(f"| {name} | {cells} | {'yes' if fair else 'no'} |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.attack", description=__doc__)
    parser.add_argument("--stills", type=Path, help="folder with labels.json and images/")
    parser.add_argument("--identities", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    args = parser.parse_args()
    stills = shared_folder() / "eval"
    stills = args.stills or (stills if stills.is_dir() else None)
    sizes = QUICK if args.quick else Sizes()
    identities = min(args.identities, 12) if args.quick else args.identities
    print("Faces: annotated stills." if stills else "Faces: skimage.data.lfw_subset.")
    table("Faces, single pictures", *faces(stills, identities, sizes))
    table("Faces, tracks", *tracks(stills, identities, sizes))
    table("Plates", *plates(sizes))


if __name__ == "__main__":
    main()
