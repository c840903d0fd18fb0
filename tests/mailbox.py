"""A real SMTP server on a free local port, for tests that look at what goes over the wire."""

import email
import email.policy
import threading
import time
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.servers import free_port


class Mailbox:
    """`with Mailbox() as mailbox:` serves until the end; `messages` holds what was received."""

    def __init__(self):
        self.messages: list[EmailMessage] = []
        self._arrived = threading.Condition()
        self.host, self.port = "127.0.0.1", free_port()
        self._controller = Controller(self, hostname=self.host, port=self.port, ready_timeout=10)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *error):
        self._controller.stop()

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message["X-Envelope-From"] = envelope.mail_from
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
        return "250 Message accepted for delivery"

    def wait_for(self, number: int, *, seconds: float = 20) -> list[EmailMessage]:
        """The messages, once there are at least `number` of them. Raises AssertionError."""
        end = time.monotonic() + seconds
        with self._arrived:
            while len(self.messages) < number:
                left = end - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    break
            assert len(self.messages) >= number, (
                f"{len(self.messages)} of {number} messages arrived in {seconds} s"
            )
            return list(self.messages)
