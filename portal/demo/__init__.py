"""The demonstration network: example organisations, people and texts, the same every time.

Everything is made under keys that do not change (addresses, symbols, e-mails), so that making
it again changes nothing. Nothing here works outside demonstration mode.
"""

from portal.demo.people import current_code, logins

__all__ = ["current_code", "logins"]
