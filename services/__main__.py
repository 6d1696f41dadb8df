"""``python -m services`` is ``wirewatch``."""

import sys

from services.cli.main import main

sys.exit(main())
