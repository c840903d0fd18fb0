"""Mailboxes on this machine, served by POP3 or IMAP on a free local port."""

import re
import socketserver
import threading

NAME, PASSWORD = "bounces", "p@ss/word"


class Served:
    """`with Served("pop3", mails) as box:` — `box.mails` is what is left, `box.address` its URL."""

    def __init__(self, kind: str, mails: list[bytes]):
        self.mails = dict(enumerate(mails, start=1))
        self.seen: set[int] = set()
        handler = {"pop3": Pop3, "imap": Imap}[kind]
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = False
        self.server.box = self
        port = self.server.server_address[1]
        self.address = f"{kind}://{NAME}:p%40ss%2Fword@127.0.0.1:{port}/INBOX"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


class Lines(socketserver.StreamRequestHandler):
    def say(self, *lines: str | bytes):
        for line in lines:
            self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def hear(self):
        while line := self.rfile.readline():
            yield line.decode().strip()


class Pop3(Lines):
    def handle(self):
        box, doomed, is_in = self.server.box, set(), False
        # Each session counts anew.
        box.mails = dict(enumerate(box.mails.values(), start=1))
        self.say("+OK ready")
        for line in self.hear():
            word, _space, rest = line.partition(" ")
            word = word.upper()
            if word == "PASS":
                is_in = rest == PASSWORD
                self.say("+OK" if is_in else "-ERR no")
            elif word == "STAT" and is_in:
                self.say(f"+OK {len(box.mails)} {sum(map(len, box.mails.values()))}")
            elif word == "RETR" and is_in:
                self.say("+OK")
                for one in box.mails[int(rest)].splitlines():
                    self.say(b"." + one if one.startswith(b".") else one)
                self.say(".")
            elif word == "DELE" and is_in:
                doomed.add(int(rest))
                self.say("+OK")
            elif word == "QUIT":
                box.mails = {key: one for key, one in box.mails.items() if key not in doomed}
                self.say("+OK")
                return
            else:
                self.say("+OK")


class Imap(Lines):
    def handle(self):
        box, doomed = self.server.box, set()
        self.say("* OK ready")
        for line in self.hear():
            tag, _space, command = line.partition(" ")
            answer = "OK done"
            if command.upper().startswith("CAPABILITY"):
                self.say("* CAPABILITY IMAP4rev1")
            elif command.upper().startswith("LOGIN"):
                answer = "OK in" if f'"{PASSWORD}"' in command else "NO wrong"
            elif command.upper().startswith("SELECT"):
                self.say(f"* {len(box.mails)} EXISTS")
            elif "SEARCH UNSEEN" in command.upper():
                self.say(" ".join(["* SEARCH", *map(str, sorted(set(box.mails) - box.seen))]))
            elif found := re.match(r"UID FETCH (\d+)", command, re.IGNORECASE):
                key = int(found[1])
                box.seen.add(key)
                mail = box.mails[key]
                self.wfile.write(f"* {key} FETCH (UID {key} RFC822 {{{len(mail)}}}\r\n".encode())
                self.wfile.write(mail + b")\r\n")
            elif found := re.match(r"UID STORE (\d+)", command, re.IGNORECASE):
                doomed.add(int(found[1]))
            elif command.upper().startswith("EXPUNGE"):
                box.mails = {key: one for key, one in box.mails.items() if key not in doomed}
            elif command.upper().startswith("LOGOUT"):
                self.say("* BYE", f"{tag} OK bye")
                return
            self.say(f"{tag} {answer}")
