"""How the generated tests run. A failure prints the line that repeats it.

A slow or busy machine fails none: there is no deadline, and how long examples take to make, how large they are and how
many are thrown away is not judged.
"""

from hypothesis import HealthCheck, settings
from tests.examples import examples

settings.register_profile(
    "millrace",
    max_examples=examples(),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("millrace")
