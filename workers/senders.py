"""Sending by SMTP. What the server answers is boiled down to sent, later or never, and a code.

The server's own words are not kept: they quote addresses.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from workflows.service.posting import Fate, Sending

TIMEOUT = 10.0
"""Seconds for each step of a conversation with the mail server."""

PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Sends through one server. ``url`` is smtp://[name:password@]host[:port], or smtps:// for TLS at once.

    With a name and password the connection is made secret (STARTTLS) before they are sent, or not used.
    """

    url: str
    timeout: float = TIMEOUT

    def send(self, message: EmailMessage) -> Sending:
        """Hand one mail over. Never raises for what a server or a network does."""
        try:
            server = self._connect()
            try:
                server.send_message(message)
            except BaseException:
                server.close()
                raise
        except smtplib.SMTPRecipientsRefused as fault:
            code = next(iter(fault.recipients.values()))[0]
            return _answered(code, "the address was refused")
        except smtplib.SMTPSenderRefused as fault:
            # Our own address is refused: a fault of the set-up, which somebody will mend. Not the letter's.
            return Sending(Fate.LATER, f"{fault.smtp_code} our address was refused")
        except smtplib.SMTPConnectError as fault:
            return Sending(Fate.UNREACHABLE, f"{fault.smtp_code} no connection")
        except smtplib.SMTPAuthenticationError as fault:
            return Sending(Fate.UNREACHABLE, f"{fault.smtp_code} name or password refused")
        except smtplib.SMTPResponseException as fault:
            return _answered(fault.smtp_code, "refused")
        except smtplib.SMTPNotSupportedError:
            return Sending(Fate.LATER, "the mail server cannot do what this needs")
        except (smtplib.SMTPException, OSError) as fault:
            return Sending(Fate.UNREACHABLE, type(fault).__name__)
        # It has been taken: what happens while we say goodbye changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
        return Sending(Fate.SENT)

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "127.0.0.1"
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=self.timeout)
        try:
            if parts.username:
                if parts.scheme == "smtp":
                    server.starttls(context=context)
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _answered(code: int, what: str) -> Sending:
    return Sending(Fate.NEVER if code in PERMANENT else Fate.LATER, f"{code} {what}")
