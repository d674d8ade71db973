"""Reads pins.toml."""

import tomllib

from paths import ANDROID, Failure

PINS = tomllib.loads((ANDROID / "tools" / "pins.toml").read_text())


def version(name):
    """A version by its name, or a literal one."""
    if name[0].isdigit():
        return name
    if name not in PINS["versions"]:
        raise Failure(f"pins.toml has no version {name}")
    return PINS["versions"][name]


def managed(name):
    """(group, artefact, version) of everything transitive dependencies must not choose."""
    for group, (number, artefacts) in PINS[name]["managed"].items():
        for artefact in artefacts.split():
            yield group, artefact, number
    for module, number in PINS[name]["managed-single"].items():
        group, artefact = module.split(":")
        yield group, artefact, number


def libraries(name):
    """(group, artefact, version, type, scope) of everything we name ourselves."""
    retyped = PINS[name]["retyped"]
    named = set()
    for module, number, kind, scope in PINS[name]["libraries"].values():
        named.add(module)
        yield *module.split(":"), version(number), kind, "test" if scope.startswith("test") else "compile"
    for module, number in retyped.items():
        if module not in named:
            yield *module.split(":"), number, "aar", "test" if "test" in module.split(":")[0] else "compile"
