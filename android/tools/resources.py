"""Android's resources: compiled and linked by aapt2 for the R classes and for what Robolectric reads."""

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile

import maven
import pins
from paths import ANDROID, BUILD, digest, fresh, seal, step

OUT = BUILD / "resources"
R_CLASSES = OUT / "classes"
MANIFEST = ANDROID / "app" / "AndroidManifest.xml"
PACKAGE = "org.linnet.app"


def link():
    """Compiles the libraries' resources and ours, links them, and compiles the R classes; returns their folder."""
    aars = [maven.aar(file) for file in maven.classpath("android", "compile") if file.suffix == ".aar"]
    own = sorted(file for file in (ANDROID / "app" / "res").rglob("*") if file.is_file())
    stamp = OUT / "stamp"
    wanted = digest(*map(str, aars), *map(str, own), *own, MANIFEST, pins.version("apktool"), str(pins.PINS["android"]))
    if fresh(stamp, wanted):
        return R_CLASSES
    step("linking resources")
    shutil.rmtree(OUT, ignore_errors=True)
    compiled = OUT / "compiled"
    compiled.mkdir(parents=True)
    packages = []
    for folder in aars:
        manifest = folder / "AndroidManifest.xml"
        if manifest.exists():
            packages.append(ElementTree.parse(manifest).getroot().get("package"))
        res = folder / "res"
        if res.is_dir() and any(res.iterdir()):
            aapt2("compile", "--dir", str(res), "-o", str(compiled / f"{folder.name}.zip"))
    ours = OUT / "app.zip"
    aapt2("compile", "--dir", str(ANDROID / "app" / "res"), "-o", str(ours))
    sources = OUT / "sources"
    overlays = [part for file in sorted(compiled.glob("*.zip")) for part in ("-R", str(file))]
    aapt2(
        "link", "-I", str(maven.tool("android-all-compile")), "--manifest", str(MANIFEST), "--auto-add-overlay",
        "--min-sdk-version", str(pins.PINS["android"]["min-sdk"]),
        "--target-sdk-version", str(pins.PINS["android"]["compile-sdk"]),
        "--extra-packages", ":".join(sorted(set(filter(None, packages)) - {PACKAGE})),
        "--java", str(sources), "-o", str(OUT / "resources.apk"), *overlays, "-R", str(ours),
    )
    R_CLASSES.mkdir()
    java = [str(file) for file in sorted(sources.rglob("R.java"))]
    subprocess.run(["javac", "-nowarn", "-d", str(R_CLASSES), *java], check=True)
    seal(R_CLASSES.with_suffix(".stamp"), wanted)
    seal(stamp, wanted)
    return R_CLASSES


def test_config():
    """Tells Robolectric where manifest and resources are; returns a folder for the class path."""
    folder = OUT / "test-config"
    file = folder / "com" / "android" / "tools" / "test_config.properties"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"android_merged_manifest={MANIFEST}\n"
        f"android_resource_apk={OUT / 'resources.apk'}\n"
        f"android_custom_package={PACKAGE}\n"
    )
    return folder


def desktop_files():
    """Files the desktop app reads from its class path."""
    return ANDROID / "desktop" / "files"


def aapt2(*arguments):
    program = BUILD / "tools" / "aapt2"
    stamp = program.with_suffix(".stamp")
    wanted = pins.version("apktool")
    if not fresh(stamp, wanted):
        program.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(maven.tool("aapt2")) as archive:
            program.write_bytes(archive.read("prebuilt/linux/aapt2"))
        program.chmod(0o755)
        seal(stamp, wanted)
    subprocess.run([str(program), *arguments], check=True)
