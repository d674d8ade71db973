"""Where things are, and how progress and failure are told."""

import hashlib
import sys
from pathlib import Path

ANDROID = Path(__file__).resolve().parent.parent
REPO = ANDROID.parent
BUILD = ANDROID / "build"

# A virtual machine or a remote screen has no GPU to rely on.
DESKTOP_RUN = ["-Dskiko.renderApi=SOFTWARE", "-XX:TieredStopAtLevel=1", "-Xss2m"]


class Failure(Exception):
    """Ends the build with a sentence."""


def step(text):
    print(f"» {text}", file=sys.stderr, flush=True)


def digest(*parts):
    """One hash over texts, and over files by content."""
    sum_ = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        sum_.update(len(data).to_bytes(8, "big"))
        sum_.update(data)
    return sum_.hexdigest()


def fresh(stamp, value):
    """Whether what the stamp guards was made from exactly this."""
    return stamp.exists() and stamp.read_text() == value


def seal(stamp, value):
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)


def write_if_changed(path, text):
    """Leaves the file's time alone when nothing changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
