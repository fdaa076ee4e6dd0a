"""What a patient's own words say: serious signs, and words that raise a question. Pure."""

from .language import Lexicon
from .lexicon import load_lexicon
from .reading import TextSign, read_story, read_texts

__all__ = ["Lexicon", "TextSign", "load_lexicon", "read_story", "read_texts"]
