"""A receiver of signed webhooks: refuses what is not signed, and knows a repeat by its id."""

from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.servers.http import HttpServer, Request

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class WebhookServer(HttpServer):
    """``events`` by webhook-id; ``repeats`` are ids that came again."""

    secret: str = SECRET
    events: dict[str, Any] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)

    @property
    def hook_url(self) -> str:
        return f"{self.url}/hooks/alerts?key=in-the-query"

    def respond(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        try:
            event = Webhook(self.secret).verify(request.body, request.headers)
        except WebhookVerificationError:
            return 401, {}, b"not signed by us"
        name = request.headers["webhook-id"]
        if name in self.events:
            self.repeats.append(name)
        self.events[name] = event
        return 204, {}, b""
