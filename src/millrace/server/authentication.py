"""Who signed this request?

Every AWS request is signed (Signature Version 4). A key that millrace issued must have signed rightly. On
loopback without `--auth` a key that nobody issued is the account's root, so that `test`/`test` works in
development; with `--auth` it opens nothing.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import ANONYMOUS, Principal
from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.iam.identities import Identities, unrecognized
from millrace.wire import sigv4

LOCAL_REGIONS = frozenset({"", "local", "localhost"})


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller, and the region its signature names."""

    principal: Principal
    scope: Scope


class Authenticator:
    """Checks signatures against the secrets that `identities` holds."""

    def __init__(
        self, identities: Identities, clock: Clock, home: Scope, *, closed: bool, base_path: str = ""
    ) -> None:
        self._identities = identities
        self._clock = clock
        self._home = home
        self._closed = closed
        self._base_path = base_path
        self._root = Principal(home.account, home.iam_arn("root"), home.account)
        self._callers: dict[str, Caller] = {}

    async def caller(self, request: Request, signature: sigv4.Signature | None) -> Caller:
        """The caller of `request`. Raises AwsError when the signature does not hold."""
        if signature is None:
            raise AwsError("MissingAuthenticationTokenException", "Request is missing Authentication Token")
        credential = await self._identities.credential(
            signature.access_key, signature.session_token, service=signature.service
        )
        if credential is None:
            if self._closed:
                sigv4.check_time(signature, self._clock.wall())
                raise unrecognized()
            if (
                signature.expires is not None and signature.service == "s3"
            ):  # an address ends, whoever made it
                sigv4.check_time(signature, self._clock.wall())
            return self._open_caller(signature.region)
        # Clients sign with the machine's time, whatever this server's was moved to.
        now = self._clock.wall()
        verify = partial(sigv4.verify, request, signature, credential.secret, now, base_path=self._base_path)
        if len(request.body) > limits.signature_body_bytes_at_once:
            await asyncio.to_thread(verify)
        else:
            verify()
        principal = credential.principal
        return Caller(principal, self._scope(principal.account, signature.region))

    async def signer(self, signature: sigv4.Signature, text: str) -> Caller:
        """Who signed a text rather than a request. Raises AwsError."""
        credential = await self._identities.credential(
            signature.access_key, signature.session_token, service=signature.service
        )
        if credential is None:
            if self._closed:
                raise unrecognized()
            return self._open_caller(signature.region)
        sigv4.verify_text(signature, credential.secret, text)
        return Caller(credential.principal, self._scope(credential.principal.account, signature.region))

    def now(self) -> float:
        """The machine's time, by which clients sign."""
        return self._clock.wall()

    def anonymous(self) -> Caller:
        """Who did not sign, where that is allowed."""
        return Caller(ANONYMOUS, self._home)

    def _open_caller(self, region: str) -> Caller:
        caller = self._callers.get(region)
        if caller is None:
            caller = Caller(self._root, self._scope(self._home.account, region))
            if len(self._callers) < 100:
                self._callers[region] = caller
        return caller

    def _scope(self, account: str, region: str) -> Scope:
        if region in LOCAL_REGIONS:
            region = self._home.region
        return Scope(account, region, self._home.partition)
