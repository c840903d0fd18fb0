"""How the versions of a record with links to others are kept."""

from simple_history.models import HistoricalRecords


class HistoryWithLinks(HistoricalRecords):
    """The history of a record and of its links to many.

    One that was just made has no links yet, so none are looked for: that is two queries a kind of
    link, and most of what saving a new record would cost.
    """

    def create_historical_record_m2ms(self, history_instance, instance):
        if history_instance.history_type != "+":
            super().create_historical_record_m2ms(history_instance, instance)
