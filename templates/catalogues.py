"""The two languages of the pages, read straight from their .po files: nothing to compile.

Message ids are the English sentences, so the English catalogue holds only what differs from them.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from states.rules.words import Language

LOCALES: dict[Language, str] = {"zh": "zh_Hans_CN", "en": "en"}
LOCALE_DIR = Path(__file__).parent / "locale"


def read(lang: Language) -> Catalog:
    """The catalogue as written, comments and all (the tests look at it)."""
    path = LOCALE_DIR / LOCALES[lang] / "LC_MESSAGES" / "duban.po"
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[lang], domain="duban")


@cache
def translations(lang: Language) -> Translations:
    """What `gettext` and `ngettext` answer in this language; read once, kept for good."""
    compiled = BytesIO()
    write_mo(compiled, read(lang))
    compiled.seek(0)
    return Translations(compiled, domain="duban")
