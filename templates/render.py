"""The one way to a page: a template, a language and plain values in; finished HTML out.

An htmx fragment is a block of the whole page, rendered by the same template from the same values,
so the two cannot drift apart.
"""

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from states.rules.halves import hours
from states.rules.words import Language, say
from templates import filters
from templates.catalogues import translations

HERE = Path(__file__).parent
HTML_LANG = {"zh": "zh-Hans-CN", "en": "en"}


@cache
def environment(lang: Language) -> Environment:
    """One environment a language: unknown variables fail, everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(translations(lang), newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(lang=lang, html_lang=HTML_LANG[lang], say=_sayer(lang))
    env.filters.update(_filters(lang))
    return env


def page(name: str, lang: Language, /, **context: object) -> str:
    """The whole page `pages/<name>.html`.

    Raises jinja2.TemplateNotFound, and UndefinedError when `context` lacks what the page names.
    """
    return environment(lang).get_template(f"pages/{name}.html").render(context)


def fragment(name: str, block: str, lang: Language, /, **context: object) -> str:
    """Only the part between `{% block <block> %}` and its end, exactly as the page shows it.

    Raises KeyError when neither the page nor its base has such a block.
    """
    env = environment(lang)
    template = env.get_template(f"pages/{name}.html")
    values = template.new_context(context)
    # The first step runs the page's own imports and joins the blocks of its base; no more than
    # that, since a page that extends a base says nothing before the base does.
    next(iter(template.root_render_func(values)), None)
    return env.concat(values.blocks[block][0](values))


def _sayer(lang: Language) -> object:
    """`say("stages", "proposed")` in templates: the law's own word list."""

    def in_this_language(section: str, code: str, **params: object) -> str:
        return say(section, code, lang, **params)

    return in_this_language


def _filters(lang: Language) -> dict[str, object]:
    return {
        "date": filters.iso_date,
        "date_words": partial(filters.date_words, lang=lang),
        "minute": filters.minute,
        "clock_time": filters.clock_time,
        "month": partial(filters.month, lang=lang),
        "percent": filters.percent,
        "number": filters.number,
        "hours": hours,
        "days_left": partial(filters.days_left, lang=lang),
        "by_day": filters.by_day,
    }
