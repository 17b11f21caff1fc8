"""Subscriptions that a topic's own properties list, made resources of their own. Pure.

So each has an owner, and comes and goes as it is written, whatever else subscribes to the topic.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from millrace.deploy.document import array, record

_TOPIC = "AWS::SNS::Topic"
_SUBSCRIPTION = "AWS::SNS::Subscription"
_DIGEST_DIGITS = 10


def apart(document: Mapping[str, Any]) -> dict[str, Any]:
    """The template with those subscriptions among its resources. What is no list stays, to be refused."""
    found: dict[str, Any] = {}
    for name, each in (record(document.get("Resources")) or {}).items():
        form = record(each) or {}
        properties = record(form.get("Properties")) or {}
        listed = array(properties.get("Subscription"))
        if form.get("Type") != _TOPIC or listed is None:
            found[name] = each
            continue
        own = {key: value for key, value in properties.items() if key != "Subscription"}
        found[name] = {**form, "Properties": own}
        for subscription in listed:
            found[_logical_id(name, subscription)] = _resource(name, form, subscription)
    return {**document, "Resources": found} if found else dict(document)


def _logical_id(topic: str, subscription: Any) -> str:
    written = json.dumps(subscription, sort_keys=True).encode()
    return f"{topic}Subscription{hashlib.sha256(written).hexdigest()[:_DIGEST_DIGITS]}"


def _resource(topic: str, form: Mapping[str, Any], subscription: Any) -> dict[str, Any]:
    kept = {name: form[name] for name in ("Condition", "DeletionPolicy") if name in form}
    members = record(subscription)
    properties = {"TopicArn": {"Ref": topic}, **members} if members is not None else subscription
    return {"Type": _SUBSCRIPTION, "Properties": properties, **kept}
