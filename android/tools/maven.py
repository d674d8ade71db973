"""Resolves with plain Maven, from poms written out of pins.toml, and runs Surefire over classes compiled elsewhere."""

import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pins
from paths import BUILD, Failure, digest, fresh, seal, step, write_if_changed

DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def classpath(name, scope):
    """The files of a class path, as Maven orders them: jars, and aars where the pins say so."""
    pom = BUILD / "maven" / name / "pom.xml"
    write_if_changed(pom, library_pom(name))
    return resolve(pom, scope)


def compiler():
    pom = BUILD / "maven" / "compiler" / "pom.xml"
    modules = pins.PINS["tools"]["classpaths"]["compiler"]
    write_if_changed(pom, pom_text("compiler", [], [dependency(*modules[0].split(":"), pins.version(modules[1]))]))
    return resolve(pom, "compile")


def tool(name):
    """One file, without what it asks for."""
    if name == "android-all-compile":
        module, number = "org.robolectric:android-all", "android-all"
    else:
        module, number = pins.PINS["tools"]["files"][name]
    group, artefact = module.split(":")
    alone = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    pom = BUILD / "maven" / name / "pom.xml"
    write_if_changed(pom, pom_text(name, [], [dependency(group, artefact, pins.version(number), extra=alone)]))
    files = resolve(pom, "compile")
    if len(files) != 1:
        raise Failure(f"{name} should be one file: {files}")
    return files[0]


def resolve(pom, scope):
    listing = pom.parent / f"{scope}.classpath"
    stamp = pom.parent / f"{scope}.stamp"
    wanted = digest(pom)
    if fresh(stamp, wanted) and listing.exists():
        files = [Path(file) for file in listing.read_text().split(":") if file]
        if all(file.exists() for file in files):
            return files
    step(f"resolving {pom.parent.name} ({scope})")
    run(["-q", "-f", str(pom), f"{DEPENDENCY_PLUGIN}:build-classpath", f"-Dmdep.outputFile={listing}",
         f"-DincludeScope={'runtime' if scope == 'compile' else 'test'}"])
    seal(stamp, wanted)
    return [Path(file) for file in listing.read_text().split(":") if file]


def unpacked(name, scope):
    """The class path with every aar's classes in its place."""
    jars = []
    for file in classpath(name, scope):
        if file.suffix == ".aar":
            jars += sorted(aar(file).glob("**/*.jar"))
        else:
            jars.append(file)
    return jars


def aar(file):
    """The folder an aar was unpacked to."""
    folder = BUILD / "aar" / file.stem
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        with zipfile.ZipFile(file) as archive:
            for entry in archive.namelist():
                if entry.endswith(".jar") or entry.startswith("res/") or entry == "AndroidManifest.xml":
                    archive.extract(entry, part)
        part.mkdir(parents=True, exist_ok=True)
        part.rename(folder)
    return folder


def surefire(name, classes, elements, options, only):
    """Runs JUnit tests; fails if there were none. Prints Surefire's own summary."""
    pom = BUILD / "maven" / f"{name}-surefire" / "pom.xml"
    write_if_changed(pom, surefire_pom(name, classes, elements, options))
    step(f"testing {name}")
    command = ["-f", str(pom), "surefire:test", "-Dsurefire.failIfNoSpecifiedTests=true"]
    if only:
        command.append(f"-Dtest={only}")
    run(command)


def warm_surefire():
    """Surefire resolves its JUnit provider only when there is a test to run."""
    tools = pins.PINS["versions"]
    for artefact in ("surefire-junit4", "maven-surefire-common"):
        group = "org.apache.maven.surefire"
        run(["-q", f"{DEPENDENCY_PLUGIN}:get", f"-Dartifact={group}:{artefact}:{tools['surefire']}"])


def warm_sniffer():
    nothing = BUILD / "sniffed"
    nothing.mkdir(parents=True, exist_ok=True)
    sniff(nothing)


def sniff(classes):
    """Fails if the classes in a folder call what the oldest Android we run on does not have."""
    pom = BUILD / "maven" / "sniff" / "pom.xml"
    write_if_changed(pom, sniff_pom(classes))
    run(["-q", "-f", str(pom), "animal-sniffer:check"])


def run(arguments):
    subprocess.run(["mvn", "-B", "-ntp", *arguments], check=True)


def library_pom(name):
    manages = []
    for group, artefact, number in pins.managed(name):
        manages.append(dependency(group, artefact, number))
        if name == "android" and group.startswith("androidx"):
            manages.append(dependency(group, artefact, number, "aar"))
    retyped = pins.PINS[name]["retyped"]
    exclusions = "".join(
        f"<exclusion><groupId>{group}</groupId><artifactId>{artefact}</artifactId></exclusion>"
        for group, artefact in (module.split(":") for module in retyped)
    )
    extra = f"<exclusions>{exclusions}</exclusions>" if exclusions else ""
    named = [
        dependency(group, artefact, number, kind, scope, extra)
        for group, artefact, number, kind, scope in pins.libraries(name)
    ]
    return pom_text(name, manages, named)


def dependency(group, artefact, number, kind="jar", scope="", extra=""):
    scope = f"<scope>{scope}</scope>" if scope else ""
    return (
        f"<dependency><groupId>{group}</groupId><artifactId>{artefact}</artifactId><version>{number}</version>"
        f"<type>{kind}</type>{scope}{extra}</dependency>"
    )


def pom_text(name, manages, named, build="", packaging="pom"):
    managed = "\n".join(manages)
    listed = "\n".join(named)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by android/tools/build from pins.toml. -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>org.linnet</groupId><artifactId>{name}</artifactId><version>0</version><packaging>{packaging}</packaging>
<properties><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencyManagement><dependencies>
{managed}
</dependencies></dependencyManagement>
<dependencies>
{listed}
</dependencies>
{build}</project>
"""


def sniff_pom(classes):
    oldest = pins.PINS["android"]["min-sdk"]
    ignored = "".join(f"<ignore>{name}</ignore>" for name in pins.PINS["android"]["sniff"]["ignored"])
    build = f"""<build>
<outputDirectory>{classes}</outputDirectory>
<plugins><plugin>
<groupId>org.codehaus.mojo</groupId><artifactId>animal-sniffer-maven-plugin</artifactId>
<version>{pins.version('animal-sniffer')}</version>
<configuration>
<signature>
<groupId>com.toasttab.android</groupId><artifactId>gummy-bears-api-{oldest}</artifactId>
<version>{pins.version('gummy-bears')}</version>
</signature>
<annotations><annotation>androidx.annotation.RequiresApi</annotation></annotations>
<ignores>{ignored}</ignores>
</configuration>
</plugin></plugins></build>
"""
    return pom_text("sniff", [], [], build, "jar")


def surefire_pom(name, classes, elements, options):
    listed = "".join(
        f"<additionalClasspathElement>{escape(str(element))}</additionalClasspathElement>\n" for element in elements
    )
    arguments = escape(" ".join(["-Djava.awt.headless=true", *options]))
    version = pins.version("surefire")
    build = f"""<build>
<directory>{BUILD / 'tests' / name}</directory>
<testOutputDirectory>{classes}</testOutputDirectory>
<plugins><plugin>
<groupId>org.apache.maven.plugins</groupId><artifactId>maven-surefire-plugin</artifactId><version>{version}</version>
<configuration>
<failIfNoTests>true</failIfNoTests>
<trimStackTrace>false</trimStackTrace>
<argLine>{arguments}</argLine>
<workingDirectory>{BUILD / 'tests' / name}</workingDirectory>
<additionalClasspathElements>
{listed}</additionalClasspathElements>
</configuration>
</plugin></plugins></build>
"""
    (BUILD / "tests" / name).mkdir(parents=True, exist_ok=True)
    junit = dependency("junit", "junit", pins.version("junit"), scope="test")
    return pom_text(f"{name}-tests", [], [junit], build, "jar")
