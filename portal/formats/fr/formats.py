"""French formats are Django's own; the "1er" of the first day is the filter long_date's."""

from django.conf.locale.fr.formats import *  # noqa: F403
