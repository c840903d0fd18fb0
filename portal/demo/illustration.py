"""One text with all that a long text can have: a picture, a caption, a note, a foreign phrase."""

from io import BytesIO

from PIL import Image, ImageDraw

from portal.lib.files import PNG
from portal.models import Picture
from portal.pictures import keep

# How many countries took each of the four steps, and the colour of its bar.
STEPS = ((11, "#3e33a3"), (8, "#6962d8"), (5, "#8b8bd2"), (3, "#98972f"))
UNIT, BAR, GAP = 100, 60, 30
ALTERNATIVE = {
    "fr": "Quatre barres de plus en plus courtes : onze pays, huit, cinq, puis trois.",
    "en": "Four bars, each shorter than the one before: eleven countries, eight, five, then three.",
    "es": "Cuatro barras cada vez más cortas: once países, ocho, cinco y, por último, tres.",
}
CAPTION = {
    "fr": "Du bilan au budget voté : les pays qui ont franchi chaque étape (exemple).",
    "en": "From taking stock to a budget: the countries that took each step (example).",
    "es": "Del diagnóstico al presupuesto: los países que dieron cada paso (ejemplo).",
}
NOTE = {
    "fr": 'Ce que la conférence appelait <span lang="en">nationally defined floors</span> '
    "(exemple).",
    "en": 'What the conference called <span lang="fr">socles définis au niveau national</span> '
    "(example).",
    "es": 'Lo que la conferencia llamó <span lang="en">nationally defined floors</span> (ejemplo).',
}


def draw() -> Picture:
    """The picture of the steps, in the colours of the regions."""
    longest = max(length for length, _colour in STEPS) * UNIT
    image = Image.new("RGB", (longest, len(STEPS) * (BAR + GAP) - GAP), "white")
    pen = ImageDraw.Draw(image)
    for place, (length, colour) in enumerate(STEPS):
        top = place * (BAR + GAP)
        pen.rectangle((0, top, length * UNIT, top + BAR), fill=colour)
    target = BytesIO()
    image.save(target, "PNG")
    picture = keep(target, PNG, ALTERNATIVE["fr"], "fr", by=None)
    for language, words in ALTERNATIVE.items():
        setattr(picture, f"alternative_{language}", words)
    picture.save()
    return picture


def illustrated(html: str, picture: Picture, language: str) -> str:
    """The text with a note, and the picture before its first table or at its end."""
    figure = (
        f'<figure><img src="{picture.get_absolute_url()}" alt="{ALTERNATIVE[language]}" '
        f'width="{picture.width}" height="{picture.height}">'
        f"<figcaption>{CAPTION[language]}</figcaption></figure>"
    )
    before, table, after = html.partition("<table>")
    html = f"{before}{figure}{table}{after}" if table else html + figure
    reference = '<sup><a href="#fn-1" id="fnref-1">1</a></sup></p>'
    return (
        html.replace("</p>", reference, 1) + '<section class="footnotes"><ol><li id="fn-1">'
        f'{NOTE[language]} <a href="#fnref-1">↩</a></li></ol></section>'
    )
