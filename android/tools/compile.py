"""Compiles lists of Kotlin files, each list with warnings as errors, and only when something changed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import maven
from paths import ANDROID, BUILD, REPO, Failure, digest, fresh, seal, step

# What is compiled together. A Kotlin file in none of these folders fails the build.
FOLDERS = {
    "adapters": ["bindings/kotlin/src"],
    "bench": ["bindings/kotlin/bench"],
    "desktop": ["android/ui/src", "android/desktop/src"],
    "desktop-test": ["android/ui/test", "android/desktop/test", "bindings/kotlin/test"],
    "app": ["android/ui/src", "android/app/src"],
    "app-test": ["android/app/test"],
}


class Unit:
    """One call of the compiler: its own folders and generated ones, a class path, and where the classes go."""

    def __init__(self, name, classpath, generated=(), compose=False, strict=True, friends=()):
        self.name = name
        self.out = BUILD / "classes" / name
        self.classpath = classpath
        self.compose = compose
        self.strict = strict
        self.friends = friends
        folders = [REPO / folder for folder in FOLDERS.get(name, [])] + list(generated)
        self.files = sorted(file for folder in folders for file in folder.rglob("*.kt"))

    def compile(self):
        if not self.files:
            raise Failure(f"{self.name}: no sources")
        stamp = self.out.with_suffix(".stamp")
        wanted = digest(*map(str, self.files), *self.files, *self.arguments(), *map(stamped, self.classpath))
        if fresh(stamp, wanted):
            return
        step(f"compiling {self.name}: {len(self.files)} files")
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        with tempfile.NamedTemporaryFile("w", suffix=".args", dir=BUILD, delete=False) as listing:
            listing.write("\n".join([*self.arguments(), *map(str, self.files)]))
        try:
            subprocess.run(
                ["java", "-Xmx2g", "-XX:+UseParallelGC", "-cp", ":".join(map(str, maven.compiler())),
                 "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", f"@{listing.name}"],
                check=True,
            )
        finally:
            Path(listing.name).unlink()
        seal(stamp, wanted)

    def arguments(self):
        arguments = ["-no-stdlib", "-no-reflect", "-jvm-target", "17", "-module-name", self.name, "-d", str(self.out)]
        arguments += ["-cp", ":".join(map(str, self.classpath))]
        arguments += ["-Werror"] if self.strict else ["-nowarn"]
        if self.compose:
            arguments.append(f"-Xplugin={maven.tool('compose-plugin')}")
        if self.friends:
            arguments.append(f"-Xfriend-paths={','.join(map(str, self.friends))}")
        return arguments


def stamped(entry):
    """What identifies a class path entry: our own by what they were made from, others by name and size."""
    own = entry.with_suffix(".stamp")
    if entry.is_dir() and own.exists():
        return own.read_text()
    return f"{entry} {entry.stat().st_size}" if entry.is_file() else str(entry)


def check_lists():
    """Every Kotlin file of ours is in a list: a forgotten folder would rot unseen."""
    written = set()
    for folder in (ANDROID, REPO / "bindings"):
        written.update(file for file in folder.rglob("*.kt") if BUILD not in file.parents)
    listed = {file for folders in FOLDERS.values() for folder in folders for file in (REPO / folder).rglob("*.kt")}
    forgotten = sorted(str(file.relative_to(REPO)) for file in written - listed)
    if forgotten:
        raise Failure(f"in no compile list: {', '.join(forgotten)}")
    step(f"{len(written)} Kotlin files, all in a compile list")
