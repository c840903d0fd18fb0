"""Spanish formats are Django's own."""

from django.conf.locale.es.formats import *  # noqa: F403
