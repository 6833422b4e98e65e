"""An open duty in words, with the class or order that it is about."""

from states.rules.deadlines import class_no_of
from states.rules.words import Language, say

_ORDER = "order-"


def duty_words(duty: str, subject: str, lang: Language) -> str:
    """What is to be done: "Register the scores (class 1)", "Follow up … : Review the plan"."""
    words = say("duty", duty, lang)
    if no := class_no_of(subject):
        return say("next", "of_class", lang, duty=words, no=no)
    if subject.startswith(_ORDER):
        return say("next", "of_order", lang, duty=words, no=subject.removeprefix(_ORDER))
    if subject:
        late, _, rest = subject.partition("/")
        return say("next", "of_duty", lang, duty=words, late=duty_words(late, rest, lang))
    return words
