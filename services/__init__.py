"""wirewatch: who is reported to supply arms or impose sanctions, told once and with evidence.

::

    feeds.yaml
      | poller     fetch · parse · skip seen         -> stream articles
      | extractor  topics · entities · acts          -> stream tagged-articles
      | alerter    story · rules · route · deliver   -> stream alerts, and Slack, email, webhook
    what can never be processed, with its reason     -> stream dead-letters

Data only flows down. Each arrow is a frozen type of :mod:`services.core`, named for its stage:
``Entry -> Article -> TaggedArticle -> Match -> Alert -> Notification``.
"""

__version__ = "0.1.0"
