"""British formats under the plain code "en": 1 October 2026, not Oct. 1, 2026."""

from django.conf.locale.en_GB.formats import *  # noqa: F403

# Django's own British date shortens the month.
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
