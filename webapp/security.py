"""Headers on every answer, and where a change may come from."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from workflows.settings import Settings

SAFE = frozenset({"GET", "HEAD"})
ONE_MEGABYTE = 1024 * 1024
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media",
            "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone",
            "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
            "xr-spatial-tracking",
        )
    ),
}  # fmt: skip
CLEAR_ALL = '"cache", "cookies", "storage"'

csrf = CSRFProtect()


class ForeignForm(Forbidden):
    """A form did not come from one of our own pages."""


def secure(app: Flask, settings: Settings) -> None:
    """Set the limits on requests and put the headers on every answer, errors and redirects too."""
    loopback = {"localhost", "127.0.0.1"}
    hosts = set(settings.trusted_hosts)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=sorted(hosts | loopback if hosts & loopback else hosts),
        MAX_CONTENT_LENGTH=ONE_MEGABYTE,
        MAX_FORM_MEMORY_SIZE=ONE_MEGABYTE,
        MAX_FORM_PARTS=2000,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # the order matters: webapp/__init__.py calls it after the guards
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session, which has limits
        WTF_CSRF_SSL_STRICT=False,  # we send no referrer: the Origin is checked instead
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.url_map.merge_slashes = False
    csrf.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]
    https = settings.base_url.startswith("https://")

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(FIXED)
        response.headers["Content-Security-Policy"] = policy()
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static" or response.status_code >= 400:
            response.headers["Cache-Control"] = g.get("cache_control", "no-store")
        elif request.path.startswith("/static/dist/"):
            # The name of a built file carries its digest.
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def nonce() -> str:
    """What the page's own scripts carry: new for every request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy() -> str:
    """The content security policy of this answer: only what we serve ourselves, no inline style."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce()}'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    )


def check_origin(settings: Settings) -> None:
    """A change must come from our own pages: token, Origin and Sec-Fetch-Site. Raises ForeignForm or CSRFError."""
    if request.method in SAFE or request.endpoint is None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        raise ForeignForm
    origin = request.headers.get("Origin")
    # Because we send no referrer, browsers say "null" for our own forms; then their other word must be there.
    if origin == "null" and site != "same-origin":
        raise ForeignForm
    if origin not in (None, "null") and origin not in (_origin(settings.base_url), _origin(request.host_url)):
        raise ForeignForm
    session.get("csrf_token")
    csrf.protect()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
