"""wirewatch as it is but for the sender's waits, so that a test of crashes need not sit through them: ``python -m tests.e2e.hurried alerter ...``"""

import sys

from services.alerter.lane import Pace
from services.alerter.sender import Sender
from services.cli.main import main
from services.core.delivery import Policy

PACE = Pace(poll=0.1, timeout=1.5, lease=4.0, observe=1.0)
POLICY = Policy(base=0.1, cap=1.0, resend_after=0.5)

if __name__ == "__main__":
    assert Sender.__init__.__kwdefaults__ is not None
    Sender.__init__.__kwdefaults__.update(pace=PACE, policy=POLICY)
    sys.exit(main(sys.argv[1:]))
