"""`python -m lab.same OTHER CLIP...`: do two versions of redact write the same files?

Runs `redact run`, audit included, from this checkout and from the one in the folder OTHER over the
same clips. Output and plan are compared byte by byte; so are the manifest and the note beside a
held-back result, except for the time, place and version of the run. For changes that should only
move code.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
OF_THE_RUN = frozenset({"started", "finished", "seconds", "tool", "command", "mark"})
"""Keys of a manifest, or of the note beside a held-back result, that differ between two equal
runs."""


def written(home: Path, clip: Path, folder: Path) -> dict[str, Any]:
    """The files that one version makes of a clip: bytes of output and plan, and the manifest."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "redact", "run", str(clip), "-o", str(folder / clip.name)]
    env = {**os.environ, "PYTHONPATH": str(home)}
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True)
    # Held-back files are in their own folder; they are compared like the others.
    files = {str(f.relative_to(folder)): f for f in sorted(folder.rglob("*")) if f.is_file()}
    found: dict[str, Any] = {"exit code": done.returncode, "files": sorted(files)}
    for name, file in files.items():
        if name.endswith(("record.json", "run.json", "held-back.json")):
            # The note contains the folder's name.
            found[name] = without(json.loads(file.read_text().replace(str(folder), "")))
        elif not name.endswith((".html", ".log")):
            found[name] = file.read_bytes()
    return found


def without(value: Any) -> Any:
    """JSON values without the fields that differ from run to run."""
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items() if k not in OF_THE_RUN}
    return [without(v) for v in value] if isinstance(value, list) else value


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("other", type=Path, help="folder of the other version")
    ap.add_argument("clips", type=Path, nargs="+")
    args = ap.parse_args()
    differ = 0
    for clip in args.clips:
        with tempfile.TemporaryDirectory() as temp:
            a = written(HERE, clip.resolve(), Path(temp) / "a")
            b = written(args.other.resolve(), clip.resolve(), Path(temp) / "b")
        what = [k for k in {**a, **b} if a.get(k) != b.get(k)]
        differ += bool(what)
        print(f"{clip.name}: {'differs in ' + ', '.join(what) if what else 'the same'}", flush=True)
    print(f"{len(args.clips) - differ} of {len(args.clips)} clips are the same")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
