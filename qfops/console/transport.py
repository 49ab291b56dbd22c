"""HTTP by httpx: connections, TLS, proxies, time-outs, and what went wrong in the terms of `Loss`.

The only module that imports httpx. It sends a request once, repeats nothing, and lets no httpx exception out:
their frames hold the signature.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from socket import gaierror
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpx

from qfops.console.envelope import Reply
from qfops.console.remedies import Loss
from qfops.core.errors import UsageError

_HOST = re.compile(rb"[A-Za-z0-9.:_-]+")

TransportFactory = Callable[[], httpx.AsyncBaseTransport]


class Timeouts(NamedTuple):
    """Seconds: until connected (TLS included), and for each wait for bytes of the answer."""

    connect: float = 10.0
    read: float = 60.0


class Pool:
    """One transport of one connection for each request under way.

    httpx looks through all connections of a transport for every request: with 50 in one transport a request
    costs five times the CPU that it costs with one each, so each concurrent caller borrows a whole transport.
    """

    def __init__(self, endpoint: str, timeouts: Timeouts, factory: TransportFactory | None = None) -> None:
        """`endpoint` is scheme and host; UsageError where it is not. `factory` replaces the network."""
        self._base = base_url(endpoint)
        self._factory = factory or _network(self._base)
        wait = {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}
        self._extensions = {"timeout": wait}
        self._timeouts = timeouts
        self._urls: dict[str, httpx.URL] = {}
        self._all: list[httpx.AsyncBaseTransport] = []
        self._idle: list[httpx.AsyncBaseTransport] = []

    @property
    def endpoint(self) -> str:
        """Scheme and host, for messages."""
        return str(self._base).rstrip("/")

    @property
    def host(self) -> str:
        """The Host header: the port stands in it unless it is the scheme's own."""
        return self._base.netloc.decode("ascii")

    @staticmethod
    def headers(headers: Mapping[str, str]) -> httpx.Headers:
        """Headers in the form of `request`, which may take them many times."""
        return httpx.Headers(headers)

    def request(self, target: str, headers: httpx.Headers, content: bytes) -> httpx.Request:
        """A POST of `content` to `target`, a percent-encoded path with its query."""
        url = self._urls.get(target)
        if url is None:
            url = self._urls[target] = self._base.copy_with(raw_path=target.encode("ascii"))
        return httpx.Request("POST", url, headers=headers, content=content, extensions=self._extensions)

    async def exchange(self, request: httpx.Request) -> Reply | Loss:
        """Send the request once, and read the whole answer."""
        transport = self._idle.pop() if self._idle else self._open()
        try:
            response = await transport.handle_async_request(request)
            try:
                content = await response.aread()
            finally:
                await response.aclose()
        except (httpx.TransportError, httpx.DecodingError, OSError) as error:
            return _loss(error, self._timeouts)
        finally:
            self._idle.append(transport)
        return Reply(response.status_code, response.headers, content)

    async def aclose(self) -> None:
        """Close every connection."""
        self._idle.clear()
        while self._all:
            await self._all.pop().aclose()

    def _open(self) -> httpx.AsyncBaseTransport:
        transport = self._factory()
        self._all.append(transport)
        return transport


def base_url(endpoint: str) -> httpx.URL:
    """The endpoint as a URL; UsageError unless it is http(s), a host, and nothing else."""
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL:
        url = httpx.URL()
    extra = url.userinfo or url.query or url.fragment or url.path not in ("", "/")
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.raw_host) or extra:
        shown = endpoint.rpartition("@")[2]
        raise UsageError(
            f"console.endpoint {shown!r} is not an endpoint",
            "It is a scheme and a host, without user, path or query.",
            "Write it like https://qianfan.baidubce.com.",
        )
    return url.copy_with(path="/")


def proxy_for(url: httpx.URL) -> str:
    """The proxy that the environment names for `url`, or ""; this machine itself is never behind one."""
    if _is_loopback(url.host):
        return ""
    known = getproxies()
    proxy = known.get(url.scheme) or known.get("all") or ""
    if not proxy or proxy_bypass(url.netloc.decode("ascii")):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _network(base: httpx.URL) -> TransportFactory:
    """Connections to `base` over the network, with the environment's proxy and certificate authorities."""
    proxy = proxy_for(base)
    secure = base.scheme == "https" or proxy.startswith("https:")
    # Without TLS on the way the list of authorities is not read: that takes longer than the request.
    context = httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=5.0)

    def open_transport() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=proxy or None)

    if proxy:
        _check_proxy(proxy, open_transport)
    return open_transport


def _check_proxy(proxy: str, open_transport: TransportFactory) -> None:
    """Refuse a proxy that httpx cannot use now, with its name, and not at the first request."""
    try:
        open_transport()
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        shown = proxy.rpartition("@")[2]
        raise UsageError(
            f"the proxy {shown!r} of the environment cannot be used",
            str(error).replace(proxy, shown),
            "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; SOCKS needs the package httpx[socks].",
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _loss(error: Exception, timeouts: Timeouts) -> Loss:
    """Our word for a transport failure, and whether the request may have left by then."""
    if isinstance(error, httpx.ConnectTimeout):
        return Loss("connect time-out", f"no connection within {timeouts.connect:g} s", sent=False)
    if isinstance(error, httpx.ConnectError):
        return _no_connection(error)
    if isinstance(error, httpx.ProxyError):
        return Loss("proxy", f"the proxy refuses: {error}", sent=False)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.PoolTimeout):
        return Loss("not sent", str(error), sent=False)
    if isinstance(error, httpx.TimeoutException):
        return Loss("time-out", f"no answer within {timeouts.read:g} s", sent=True)
    if isinstance(error, httpx.DecodingError):
        return Loss("cut answer", "the answer's compression is damaged", sent=True)
    reason = str(error) or type(error).__name__
    return Loss(
        "connection lost", f"the connection broke before the answer was complete ({reason})", sent=True
    )


def _no_connection(error: httpx.ConnectError) -> Loss:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Loss("certificate", f"the certificate is not trusted: {cause.verify_message}", sent=False)
        if isinstance(cause, ssl.SSLError):
            return Loss("TLS", f"no TLS connection: {cause.reason or cause}", sent=False)
        if isinstance(cause, gaierror):
            return Loss("unknown host", "the host name has no address", sent=False)
        if isinstance(cause, OSError) and cause.errno:
            return Loss("unreachable", os.strerror(cause.errno), sent=False)
    return Loss("unreachable", "the connection broke while it was being made", sent=False)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it came from, groups included."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)
        waiting.extend(item for item in (cause.__context__, cause.__cause__) if item is not None)
