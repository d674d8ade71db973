"""The core's library, and its Kotlin face as UniFFI writes it.

LINNET_CORE_LIBRARY names a library that is built already, LINNET_BINDGEN the generator; else cargo makes both.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from paths import BUILD, REPO, Failure, digest, fresh, seal, step


def library():
    """LINNET_CORE_LIBRARY, or a debug build of the core made now."""
    named = os.environ.get("LINNET_CORE_LIBRARY")
    if named:
        if not Path(named).is_file():
            raise Failure(f"LINNET_CORE_LIBRARY names no file: {named}")
        return Path(named).resolve()
    step("building the core")
    subprocess.run(["cargo", "build", "-q", "-p", "linnet-bindings"], cwd=REPO, check=True)
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"],
        cwd=REPO, check=True, capture_output=True, text=True,
    )
    return Path(json.loads(metadata.stdout)["target_directory"]) / "debug" / "liblinnet.so"


def generate(core):
    """Writes the Kotlin of the library's own metadata, so that both always fit; returns the folder."""
    folder = BUILD / "generated" / "core"
    stamp = folder.with_suffix(".stamp")
    wanted = digest(core, REPO / "bindings" / "uniffi.toml")
    if not fresh(stamp, wanted):
        step("generating the bindings")
        shutil.rmtree(folder, ignore_errors=True)
        named = os.environ.get("LINNET_BINDGEN")
        generator = [named] if named else [
            "cargo", "run", "-q", "-p", "linnet-bindings", "--features", "bindgen", "--bin", "uniffi-bindgen", "--",
        ]
        # The generator reads the cargo project for its configuration, so it runs inside it.
        subprocess.run(
            [*generator, "generate", "--library", str(core), "--language", "kotlin", "--out-dir", str(folder),
             "--no-format"],
            cwd=REPO, check=True,
        )
        seal(stamp, wanted)
    return folder
