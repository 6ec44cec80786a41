"""Secrets that must be read back are kept sealed: who reads the database alone cannot use them.

The key is made from the installation's secret key. When that is changed, what was sealed can no longer be opened, and
whoever needs it makes another secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

_PURPOSE = b"gatehouse: secrets of webhooks"


class Unreadable(ValueError):
    """It was sealed with another key."""


class Safe:
    """Seals and opens with a key made from the installation's ``secret``."""

    def __init__(self, secret: str) -> None:
        key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, text: str) -> str:
        """The text, unreadable without the key."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises Unreadable."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Unreadable("sealed with another key") from None
