"""Templates are indented for who writes them; readers are not sent the spaces.

They were an eighth of a page of lists. Taken away as a template is loaded, which is once, they cost
nothing later. Where spaces are text (`pre`, `textarea`), and in mails, every space stays.
"""

import re

from django.template.loaders.filesystem import Loader as FilesystemLoader

INDENTATION = re.compile(r"\n[ \t]+")
IS_TEXT = re.compile(r"<(?:pre|textarea)\b")


class Loader(FilesystemLoader):
    def get_contents(self, origin) -> str:
        source = super().get_contents(origin)
        if not origin.name.endswith(".html") or IS_TEXT.search(source):
            return source
        return INDENTATION.sub("\n", source)
