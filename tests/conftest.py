"""How many examples the generated tests try: MILLRACE_EXAMPLES=5000 for a long look.

A failure prints the line that repeats it.
"""

import os

from hypothesis import settings

settings.register_profile(
    "millrace", max_examples=int(os.environ.get("MILLRACE_EXAMPLES", "100")), deadline=None, print_blob=True
)
settings.load_profile("millrace")
