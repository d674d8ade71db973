"""Gradle's catalog, written from pins.toml. Gradle itself has never been run on this project."""

import re

import pins
from paths import ANDROID, Failure, step

FILE = ANDROID / "gradle" / "libs.versions.toml"


def text():
    used = sorted(
        {entry[1] for entry in pins.PINS["android"]["libraries"].values()}
        | {entry[1] for entry in pins.PINS["gradle"]["plugins"].values()}
    )
    lines = ["# Written by android/tools/build versions-write from tools/pins.toml: change it there.", "", "[versions]"]
    lines += [f'{name} = "{pins.version(name)}"' for name in used]
    lines += [f'{name} = "{pins.PINS["android"][name]}"' for name in ("compile-sdk", "min-sdk")]
    lines += ["", "[libraries]"]
    for alias, (module, number, _, _) in sorted(pins.PINS["android"]["libraries"].items()):
        lines.append(f'{alias} = {{ module = "{module}", version.ref = "{number}" }}')
    lines += ["", "[plugins]"]
    for alias, (plugin, number) in sorted(pins.PINS["gradle"]["plugins"].items()):
        lines.append(f'{alias} = {{ id = "{plugin}", version.ref = "{number}" }}')
    return "\n".join(lines) + "\n"


def write():
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text())


def check():
    """The catalog is what the pins say, every alias is used, and no script has a version of its own."""
    if not FILE.exists() or FILE.read_text() != text():
        raise Failure("gradle/libs.versions.toml differs from tools/pins.toml: run android/tools/build versions-write")
    scripts = {file: file.read_text() for file in sorted(ANDROID.rglob("*.gradle.kts"))}
    for file, script in scripts.items():
        code = re.sub(r"//.*", "", script)
        if found := re.search(r'"[^"]*\d+\.\d+[^"]*"', code):
            raise Failure(f"{file.relative_to(ANDROID)} has a version of its own: {found[0]}")
    everything = "\n".join(scripts.values())
    for alias in [*pins.PINS["android"]["libraries"], *(f"plugins.{name}" for name in pins.PINS["gradle"]["plugins"])]:
        if f"libs.{alias.replace('-', '.')}" not in everything:
            raise Failure(f"no Gradle script uses libs.{alias.replace('-', '.')}")
    step(f"catalog and {len(scripts)} Gradle scripts agree with the pins")
