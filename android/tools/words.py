"""Turns the app's strings.xml into the class Strings: one source of words for Android and the shared screens.

Android fills the class from its own resources; a desktop has no such thing, so there the texts are written out.
Every language must have the same entries with the same arguments.
"""

import re
import xml.etree.ElementTree as ElementTree

from paths import ANDROID, BUILD, Failure, write_if_changed

RES = ANDROID / "app" / "res"
XLIFF = "{urn:oasis:names:tc:xliff:document:1.2}g"
HEAD = "// Written by android/tools/build from app/res/values*/strings.xml.\npackage {package}\n"


class Entry:
    """A string, or a plural with its quantities. Arguments are (name, Kotlin type) in the order of their numbers."""

    def __init__(self, name, texts, arguments, translatable):
        self.name = name
        self.texts = texts
        self.arguments = arguments
        self.translatable = translatable

    @property
    def plural(self):
        return None not in self.texts

    @property
    def kotlin(self):
        first, *rest = self.name.split("_")
        return first + "".join(part.capitalize() for part in rest)

    def parameters(self):
        listed = [f"{name}: {kind}" for name, kind in self.arguments]
        return ", ".join((["quantity: Int"] if self.plural else []) + listed)

    def declaration(self):
        if not self.plural and not self.arguments:
            return f"val {self.kotlin}: String"
        return f"fun {self.kotlin}({self.parameters()}): String"


def read(folder):
    entries = {}
    for element in ElementTree.parse(RES / folder / "strings.xml").getroot():
        name = element.get("name")
        if element.tag == "string":
            texts = {None: element}
        elif element.tag == "plurals":
            texts = {item.get("quantity"): item for item in element}
        else:
            raise Failure(f"{folder}: what is {element.tag}?")
        arguments = {}
        for text in texts.values():
            for child in text:
                if child.tag != XLIFF:
                    raise Failure(f"{folder}, {name}: what is {child.tag}?")
                number, kind = re.fullmatch(r"%(\d)\$([sd])", child.text).groups()
                arguments[int(number)] = (child.get("id"), "String" if kind == "s" else "Int")
        if sorted(arguments) != list(range(1, len(arguments) + 1)):
            raise Failure(f"{folder}, {name}: arguments are not numbered from 1")
        plain = {quantity: unescaped("".join(text.itertext())) for quantity, text in texts.items()}
        listed = [arguments[number] for number in sorted(arguments)]
        entries[name] = Entry(name, plain, listed, element.get("translatable") != "false")
    return entries


def unescaped(text):
    """Android's escapes; line breaks in the file are spaces."""
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def languages():
    """{language: entries}; the unnamed folder is English."""
    found = {"en": read("values")}
    for folder in sorted(RES.glob("values-??")):
        found[folder.name.removeprefix("values-")] = read(folder.name)
    english = found["en"]
    for language, entries in found.items():
        wanted = {name for name, entry in english.items() if entry.translatable or language == "en"}
        if wanted != set(entries):
            raise Failure(f"values-{language}: differs in {', '.join(sorted(wanted ^ set(entries)))}")
        for name, entry in entries.items():
            if (entry.plural, entry.arguments) != (english[name].plural, english[name].arguments):
                raise Failure(f"values-{language}, {name}: other arguments than in values")
    return found


def generate(platform):
    """Writes the class, and what fills it on this platform; returns the folder."""
    found = languages()
    english = found["en"]
    folder = BUILD / "generated" / platform
    lines = "\n".join(f"    {entry.declaration()}" for entry in english.values())
    write_if_changed(
        folder / "Strings.kt",
        HEAD.format(package="org.linnet.ui.words")
        + f"\n/** Every word the app says. */\ninterface Strings {{\n{lines}\n}}\n",
    )
    if platform == "android":
        write_if_changed(folder / "ResourceStrings.kt", resource_strings(english))
    else:
        write_if_changed(folder / "WrittenStrings.kt", written_strings(found))
    return folder


def resource_strings(entries):
    lines = []
    for entry in entries.values():
        names = "".join(f", {name}" for name, _ in entry.arguments)
        if entry.plural:
            value = f"resources.getQuantityString(R.plurals.{entry.name}, quantity{names})"
        else:
            value = f"resources.getString(R.string.{entry.name}{names})"
        lines.append(overriding(entry, value))
    body = "\n".join(lines)
    return (
        HEAD.format(package="org.linnet.app")
        + "\nimport android.content.res.Resources\nimport org.linnet.ui.words.Strings\n"
        + "\n/** The words in Android's own tables. */\n"
        + f"class ResourceStrings(private val resources: Resources) : Strings {{\n{body}\n}}\n"
    )


def written_strings(found):
    objects = []
    for language, entries in found.items():
        lines = []
        for name, english in found["en"].items():
            entry = entries.get(name, english)
            if entry.plural:
                # English and German know two quantities; a language with more needs its rule here first.
                if set(entry.texts) != {"one", "other"}:
                    raise Failure(f"values-{language}, {name}: a desktop knows only one and other")
                value = f"if (quantity == 1) {literal(entry, 'one')} else {literal(entry, 'other')}"
            else:
                value = literal(entry, None)
            lines.append(overriding(entry, value))
        body = "\n".join(lines)
        objects.append(f"private object {language.capitalize()} : Strings {{\n{body}\n}}\n")
    cases = "\n".join(f'    "{language}" -> {language.capitalize()}' for language in found if language != "en")
    return (
        HEAD.format(package="org.linnet.ui.words")
        + "\nimport java.util.Locale\n"
        + "\n/** The words for a machine without Android's tables. */\n"
        + f"fun stringsFor(locale: Locale): Strings = when (locale.language) {{\n{cases}\n    else -> En\n}}\n\n"
        + "\n".join(objects)
    )


def overriding(entry, value):
    if not entry.plural and not entry.arguments:
        return f"    override val {entry.kotlin}: String get() = {value}"
    return f"    override fun {entry.kotlin}({entry.parameters()}): String =\n        {value}"


def literal(entry, quantity):
    text = entry.texts[quantity].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    def argument(match):
        return f"${{{entry.arguments[int(match[1]) - 1][0]}}}"

    parts = re.split(r"(%\d\$[sd])", text)
    kept = [argument(re.match(r"%(\d)", part)) if part.startswith("%") else part.replace("$", "\\$") for part in parts]
    return f'"{"".join(kept)}"'
