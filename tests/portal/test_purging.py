"""A shared cache in front of the portal answers by itself only when it is told of changes."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings as configured

from portal import purging
from publications.models import Publication
from tests import factories

CALLED = []


def call():
    CALLED.append("called")


@pytest.fixture
def front():
    """A cache that writes down what it is asked to forget."""

    class Front(BaseHTTPRequestHandler):
        def do_PURGE(self):
            self.server.asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Front)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_commit_purges_what_a_shared_cache_holds(front, settings, client):
    settings.SHARED_SECONDS = 600
    settings.PURGE_URLS = [f"http://127.0.0.1:{front.server_port}/fr", "ftp://nowhere/"]
    settings.PURGE_URLS = settings.PURGE_URLS[:1]
    settings.PURGE_CALL = f"{__name__}.call"
    CALLED.clear()
    factories.create_publication()
    front.asked.clear()
    Publication.objects.update(title_fr="Nouveau")
    assert front.asked == ["/fr"]
    assert CALLED
    assert client.get("/fr/publications/")["Cache-Control"] == (
        "public, max-age=0, s-maxage=600, must-revalidate"
    )
    assert client.get("/fr/contact/")["Cache-Control"].endswith("private")


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_where_no_cache_is_shared(front, settings):
    settings.PURGE_URLS = [f"http://127.0.0.1:{front.server_port}/"]
    factories.create_publication()
    assert front.asked == []


def test_only_web_addresses_are_purged(settings):
    settings.PURGE_URLS = ["file:///etc/hostname"]
    with pytest.raises(ValueError, match="no web address"):
        purging.purge()


def test_no_cache_is_shared_without_a_way_to_tell_it():
    told = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**os.environ, "SHARED_SECONDS": "60", "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        cwd=configured.BASE_DIR,
    )
    assert told.returncode != 0
    assert "SHARED_SECONDS needs PURGE_URLS or PURGE_CALL" in told.stderr
