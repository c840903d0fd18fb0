"""Asking addresses outside, and never a machine inside."""

import http.server
import socket
import threading

import pytest

from portal.lib import outside
from portal.lib.outside import Outcome

PUBLIC = "93.184.215.14"


class Site(http.server.BaseHTTPRequestHandler):
    """Answers by its path, and remembers what it was asked."""

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
        path = self.path.split("?")[0]
        if path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.server.onward[path])
        elif path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
        elif path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        else:
            self.send_response(int(path[1:]) if path[1:].isdecimal() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.onward = [], {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def visit(url: str, site=None, **options) -> outside.Answer:
    allowed = {("127.0.0.1", site.server_port)} if site else ()
    return outside.visit(url, agent="test", allowed=allowed, **options)


def at(site, path: str) -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/", Outcome.OK, 200),
        ("/no-head", Outcome.OK, 200),
        ("/404", Outcome.MISSING, 404),
        ("/410", Outcome.MISSING, 410),
        ("/403", Outcome.CLOSED, 403),
        ("/429", Outcome.CLOSED, 429),
        ("/503", Outcome.FAILED, 503),
    ],
)
def test_an_answer_is_told_by_its_status(site, path, outcome, status):
    answer = visit(at(site, path), site)
    assert (answer.outcome, answer.status) == (outcome, status)


def test_the_head_is_asked_for_and_the_page_only_where_need_be(site):
    visit(at(site, "/"), site)
    visit(at(site, "/no-head?a=1"), site)
    assert [(how, path) for how, path, _ in site.asked] == [
        ("HEAD", "/"),
        ("HEAD", "/no-head?a=1"),
        ("GET", "/no-head?a=1"),
    ]


def test_words_outside_ascii_are_written_as_the_web_wants_them(site):
    visit(at(site, "/été?q=ñ"), site)
    assert site.asked[0][1] == "/%C3%A9t%C3%A9?q=%C3%B1"


def test_redirects_are_followed_and_not_for_ever(site):
    site.onward["/to/404"] = "/404"
    assert visit(at(site, "/to/404"), site).outcome == Outcome.MISSING
    site.asked.clear()
    answer = visit(at(site, "/round"), site)
    assert (answer.outcome, answer.detail) == (Outcome.FAILED, "too many redirects")
    assert len(site.asked) == outside.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "onward",
    [
        "http://127.0.0.1:8080/",
        "http://10.0.0.5/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//192.168.1.1/",
    ],
)
def test_a_redirect_into_a_private_network_is_not_followed(site, onward):
    site.onward["/to/inside"] = onward
    assert visit(at(site, "/to/inside"), site).outcome == Outcome.FORBIDDEN
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://93.184.215.14:22/",
        "http://93.184.215.14:6379/",
        "http://user:word@93.184.215.14/",
        "gopher://93.184.215.14/",
        "javascript:alert(1)",
        "http:///nowhere",
    ],
)
def test_what_is_not_of_the_open_web_is_never_asked(url):
    assert visit(url).outcome == Outcome.FORBIDDEN


def test_a_name_with_one_private_address_among_public_ones_is_not_asked():
    answer = visit("http://example.org/", resolve=lambda host, port: [PUBLIC, "10.0.0.1"])
    assert answer.outcome == Outcome.FORBIDDEN


def test_the_connection_goes_to_the_address_that_was_looked_at(site):
    """A name whose owner gives another address the second time leads nowhere else."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    answer = visit(f"http://rebinding.example:{site.server_port}/", site, resolve=resolve)
    assert (answer.outcome, asked) == (Outcome.OK, ["rebinding.example"])
    assert site.asked == [("HEAD", "/", f"rebinding.example:{site.server_port}")]


def test_each_redirect_is_resolved_and_looked_at_anew(site):
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    site.onward["/to/again"] = f"http://rebinding.example:{site.server_port}/"
    url = f"http://rebinding.example:{site.server_port}/to/again"
    answer = visit(url, site, resolve=lambda host, port: answers.pop(0))
    assert (answer.outcome, answers) == (Outcome.FORBIDDEN, [])


def test_a_host_that_does_not_exist_or_refuses_has_failed(site):
    def missing(host, port):
        raise socket.gaierror("no such host")

    assert visit("http://missing.example/", resolve=missing).outcome == Outcome.FAILED
    port = site.server_port
    site.shutdown()
    site.server_close()
    answer = outside.visit(f"http://127.0.0.1:{port}/", agent="test", allowed={("127.0.0.1", port)})
    assert answer.outcome == Outcome.FAILED


def test_a_server_that_never_ends_its_head_is_left():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, stop = server.getsockname()[1], threading.Event()

        def drip():
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.05):
                    try:
                        peer.sendall(b"x")
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        answer = outside.visit(
            f"http://127.0.0.1:{port}/",
            agent="test",
            allowed={("127.0.0.1", port)},
            seconds=0.5,
        )
        stop.set()
    assert answer.outcome == Outcome.FAILED
