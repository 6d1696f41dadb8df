"""The links that ask what an alert was worth, where they are configured."""

from services.config.secrets import resolve_secret
from services.core.errors import ConfigInvalid
from services.core.feedback_link import FeedbackLinks
from services.core.settings import AlerterSettings


def feedback_links(settings: AlerterSettings) -> FeedbackLinks | None:
    """None where no address is configured. Raises ConfigInvalid for a secret that is missing or too short."""
    if settings.feedback_url is None or settings.feedback_secret is None:
        return None
    try:
        return FeedbackLinks(settings.feedback_url, resolve_secret(settings.feedback_secret))
    except ValueError as error:
        raise ConfigInvalid([f"alerter: feedback_secret: {error}"]) from None
