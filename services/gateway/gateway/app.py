"""Wires the gateway: settings to parts, events to handlers, families to the HTTP server."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from gateway.access import Access
from gateway.audit import AuditLog
from gateway.auth import JwksKeys, Keys, StaticKey, TokenVerifier
from gateway.courier import Courier
from gateway.deps import Address, Deps, Limits
from gateway.erasure import erase_requests
from gateway.extract.callbacks import Callbacks
from gateway.extract.deps import Extract
from gateway.extract.documents import Documents
from gateway.extract.tokens import AccountTokens
from gateway.extract.validate import republish_validations
from gateway.handlers import call_back, follow_event, wake_waiter
from gateway.hooks import Hooks
from gateway.idempotency import IdempotencyKeys
from gateway.limits import Rate, RateLimits
from gateway.openapi import openapi_text
from gateway.post import Post
from gateway.remote import RemoteDocuments
from gateway.results import Waiters
from gateway.room import Room
from gateway.routes import lumis_v4
from gateway.routes.families import FAMILIES
from gateway.server import serve
from gateway.settings import GatewaySettings
from gateway.store import Requests
from gateway.sunat import Links, Sunat
from gateway.sweep import republish
from gateway.uploads import FILE_LIMIT
from gateway.userdata import UserData
from gateway.webhooks import Teller
from shared.bus import Follower, OwnEvents, Subscription
from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteRejected
from shared.contracts.documents import DocumentReconciled, DocumentUnreadable
from shared.contracts.erasure import ErasureRequested
from shared.contracts.extract import CallbackScheduled
from shared.contracts.resumenes import BajaResolved, BajaSent, ResumenResolved, ResumenSent
from shared.contracts.webhooks import WebhookScheduled
from shared.files import FileStore
from shared.http_client import HttpClient
from shared.mongo import Database, ensure_indexes
from shared.safe_http import SafeFetcher
from shared.service import Platform, Service

API_VERSION = "4.0.0"
_HOUR = 3600


async def build(settings: GatewaySettings, platform: Platform) -> Deps:
    """The gateway's parts; makes its indexes."""
    database = platform.database("gateway")
    await ensure_indexes(database, Requests.INDEXES + RateLimits.INDEXES + IdempotencyKeys.INDEXES + Hooks.INDEXES)
    await ensure_indexes(database, AuditLog.INDEXES + UserData.INDEXES + Callbacks.INDEXES)
    await ensure_indexes(database, Documents.INDEXES + AccountTokens.INDEXES)
    files = FileStore(platform.database("documents"))
    await files.prepare()
    return Deps(
        origin=platform.instance,
        bus=platform.bus,
        requests=Requests(database),
        files=files,
        waiters=Waiters(),
        tokens=_tokens(settings),
        limits=_limits(settings),
        rate_limits=RateLimits(database, Rate(settings.rate_limit, settings.rate_window_seconds)),
        keys=IdempotencyKeys(database),
        audit=AuditLog(database, kept_for=timedelta(days=settings.audit_days)),
        user_data=UserData(database),
        hooks=Hooks(database),
        courier=_courier(settings),
        callbacks=_callbacks(settings, database),
        extract=_extract(settings, database),
        access=access_of(settings),
        remote=_remote(settings),
        address=Address(settings.http_host, settings.http_port, settings.drain_seconds, settings.unready_seconds),
        sunat=_sunat(settings, database),
        openapi=openapi_text(FAMILIES, API_VERSION).encode(),
        room=Room(settings.body_bytes_in_flight),
    )


def _limits(settings: GatewaySettings) -> Limits:
    return Limits(
        answer_time=timedelta(seconds=settings.answer_seconds),
        file_lifetime=timedelta(seconds=settings.file_lifetime_seconds),
        request_lifetime=timedelta(days=settings.request_lifetime_days),
        republish_after=timedelta(seconds=settings.republish_seconds),
        body_seconds=settings.body_seconds,
    )


def _courier(settings: GatewaySettings) -> Courier:
    return Courier(
        SafeFetcher("webhook", allow_private=settings.webhook_allow_private),
        seconds=settings.webhook_seconds,
        insecure=settings.webhook_insecure,
        allow_private=settings.webhook_allow_private,
    )


def _remote(settings: GatewaySettings) -> RemoteDocuments:
    return RemoteDocuments(
        SafeFetcher("pdf_url", allow_private=settings.pdf_url_allow_private),
        seconds=settings.pdf_url_seconds,
        largest=FILE_LIMIT,
        allow_private=settings.pdf_url_allow_private,
    )


def _extract(settings: GatewaySettings, database: Database) -> Extract:
    return Extract(
        documents=Documents(database),
        tokens=AccountTokens(database),
        rates=RateLimits(database, Rate(settings.extract_rate_limit, _HOUR)),
        strangers=RateLimits(database, Rate(settings.extract_open_limit, _HOUR)),
        patience=timedelta(seconds=settings.extract_answer_seconds),
        kept_for=timedelta(days=settings.extract_days),
    )


def _callbacks(settings: GatewaySettings, database: Database) -> Callbacks:
    """Over http too: the programs that wait name plain addresses, and what they are told is empty."""
    private = settings.webhook_allow_private
    fetcher = SafeFetcher("callback", allow_private=private)
    post = Post(fetcher, seconds=settings.callback_seconds, insecure=True, allow_private=private)
    return Callbacks(database, post, kept_for=timedelta(days=settings.callback_days))


def _sunat(settings: GatewaySettings, database: Database) -> Sunat:
    key = settings.file_link_key
    links = Links(
        public_url=settings.public_url,
        key=key.get_secret_value().encode() if key else None,
        lifetime=timedelta(hours=settings.file_link_hours),
    )
    rate = Rate(settings.sunat_rate_limit, settings.sunat_rate_window_seconds)
    return Sunat(links, timedelta(seconds=settings.sunat_wait_seconds), RateLimits(database, rate))


def _tokens(settings: GatewaySettings) -> TokenVerifier:
    return TokenVerifier(
        settings.jwt_algorithm, _keys(settings), audience=settings.jwt_audience, issuer=settings.jwt_issuer
    )


def _keys(settings: GatewaySettings) -> Keys:
    if settings.jwt_secret is not None:
        return StaticKey(settings.jwt_secret.get_secret_value())
    if settings.jwt_public_key is not None:
        return StaticKey(settings.jwt_public_key)
    return JwksKeys(settings.jwks_url or "", HttpClient("jwks"))


def access_of(settings: GatewaySettings) -> Access:
    """Who is let in without a token."""
    return Access(
        keys=settings.named_api_keys,
        is_open=settings.scan_open,
        proxies=settings.trusted_proxies,
        secret=_address_secret(settings),
    )


def _address_secret(settings: GatewaySettings) -> bytes:
    """What every process of one installation knows and nobody else: addresses are few, so their stand-ins need it.

    Without a secret in the settings each process makes up its own, and limits by address are each process's.
    """
    known = settings.jwt_secret or settings.file_link_key
    return hashlib.sha256(known.get_secret_value().encode()).digest() if known else secrets.token_bytes(32)


@asynccontextmanager
async def serve_http(deps: Deps) -> AsyncIterator[None]:
    """Serve every family."""
    async with serve(FAMILIES, deps, default=lumis_v4.FAMILY):
        yield


async def close(deps: Deps) -> None:
    """Write the audit rows that wait; close what `build` opened to the outside."""
    await deps.audit.close()
    await deps.courier.close()
    await deps.callbacks.close()
    await deps.remote.fetcher.close()


_GATHER_SECONDS = 0.025
"""A waiting upload is woken by another queue; what the timelines are told within this is one command."""

SERVICE = Service(
    name="gateway",
    settings=GatewaySettings,
    build=build,
    followers=(Follower(follow_event, prefetch=200, gather=_GATHER_SECONDS),),
    own_events=OwnEvents(
        wake_waiter,
        (
            DocumentReconciled,
            DocumentUnreadable,
            ComprobanteAccepted,
            ComprobanteRejected,
            ResumenSent,
            ResumenResolved,
            BajaSent,
            BajaResolved,
        ),
    ),
    subscriptions=(
        Subscription(WebhookScheduled, Teller(lumis_v4.result_of), prefetch=256),
        Subscription(CallbackScheduled, call_back, prefetch=256),
        Subscription(ErasureRequested, erase_requests),
    ),
    background=(republish, republish_validations),
    serve=serve_http,
    close=close,
)
