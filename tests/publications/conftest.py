"""What several files of tests about mails use."""

import pytest

from tests.sending import send_to
from tests.sink import Sink


@pytest.fixture
def served(settings):
    """A function that starts a scripted mail server, to which the settings lead."""
    sinks = []

    def serve(script=lambda step, address, number: None, **options) -> Sink:
        sink = Sink(script, **options).__enter__()
        sinks.append(sink)
        send_to(sink, settings)
        return sink

    yield serve
    for sink in sinks:
        sink.__exit__()
