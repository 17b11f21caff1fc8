"""Publishing: what $LATEST is now becomes a version that stays.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from dataclasses import replace

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.functions import catalog
from millrace.functions.catalog import Function
from millrace.storage.interface import Writer


def publish(
    writer: Writer, scope: Scope, latest: Function, now: float, *, description: str | None = None
) -> tuple[Function, bool]:
    """The version that is as $LATEST is, and whether it is new: nothing is published twice.

    Publishing gives $LATEST another revision too, as was recorded of AWS; its environments stay warm.
    """
    if latest.published == latest.fingerprint:
        last = catalog.find_version(writer, scope, latest.name, str(latest.version_last))
        if last is not None:
            return last, False
    number = latest.version_last + 1
    version = replace(
        latest,
        version=str(number),
        description=latest.description if description is None else description,
        revision=ids.uuid(),
        policy_revision=None,
        granted_revision=None,
        modified=now,
        version_last=0,
        published=None,
    )
    catalog.put(writer, scope, version)
    kept = replace(latest, version_last=number, published=latest.fingerprint, policy_revision=ids.uuid())
    catalog.put(writer, scope, kept)
    return version, True
