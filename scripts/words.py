"""Bring both catalogues up to date with the templates: `python scripts/words.py`.

New sentences are added empty, dropped ones leave, nothing is guessed (no fuzzy entries). It prints
what still waits for a translation; a test fails while anything does. The files carry neither dates
nor line numbers, so that a diff shows words only.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from templates.catalogues import LOCALE_DIR, LOCALES, read

TEMPLATES = LOCALE_DIR.parent
METHODS = [("filters.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "true"}}
NOISE = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Project-Id-Version|Report-Msgid-Bugs-To'
    r"|Last-Translator|Language-Team|Generated-By):.*\n",
    re.MULTILINE,
)
Sentence = str | tuple[str, ...] | list[str]
HEADER = "# Words of the pages. Made up to date by scripts/words.py; translate here, by hand."


def used() -> Catalog:
    """Every sentence that the templates and filters say."""
    catalog = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(TEMPLATES, METHODS, OPTIONS):
        catalog.add(message, context=context)
    return catalog


def merged(old: Catalog, template: Catalog) -> Catalog:
    """The old catalogue with exactly the template's sentences."""
    fresh = Catalog(locale=old.locale, domain="duban", header_comment=HEADER, fuzzy=False)
    for message in template:
        if message.id:
            known = old.get(message.id, message.context)
            said = known.string if known and known.string else message.string
            fresh.add(message.id, said, context=message.context)
    return fresh


def unsaid(catalog: Catalog) -> list[str]:
    """Sentences without a translation, or with one that lost a placeholder."""
    return [str(m.id) for m in catalog if m.id and not _complete(m.id, m.string)]


def _complete(ids: Sentence, strings: Sentence | None) -> bool:
    said = [strings] if isinstance(strings, str) else strings or [""]
    last = ids if isinstance(ids, str) else ids[-1]
    return all(text and _holes(text) == _holes(last) and _formats(text) for text in said)


def _formats(text: str) -> bool:
    """Whether the pages can fill it in: there a lone per cent sign is written twice."""
    return "%" not in re.sub(r"%\(\w+\)s|%%", "", text)


def _holes(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True, omit_header=False, sort_output=True)
    path.write_text(NOISE.sub("", path.read_text("utf-8")), "utf-8")


def main() -> None:
    template = used()
    for lang, locale in LOCALES.items():
        catalog = merged(read(lang), template)
        write(catalog, LOCALE_DIR / locale / "LC_MESSAGES" / "duban.po")
        waiting = unsaid(catalog) if lang == "zh" else []
        sys.stdout.write(f"words: {lang} {len(catalog)} sentences, {len(waiting)} untranslated\n")
        sys.stdout.writelines(f"  {sentence}\n" for sentence in waiting)


if __name__ == "__main__":
    main()
