"""A resource policy in the form in which AWS gives it back, so that what is there can be compared with what is wanted. Pure."""

from typing import Any

from millrace.deploy.document import array, record

_TEXTS = ("Action", "NotAction", "Resource", "NotResource")
_OLD_VERSION = "2008-10-17"  # what a document without a version is


def canonical(document: Any) -> Any:
    """The document with lists of one as that one, and accounts as their root. What is no policy stays as it is."""
    form = record(document)
    if form is None:
        return document
    statements = array(form.get("Statement"))
    if statements is None:
        statements = [form.get("Statement")]
    told = [_statement(each) for each in statements]
    return {"Version": _OLD_VERSION, **form, "Statement": told}


def _statement(raw: Any) -> Any:
    form = record(raw)
    if form is None:
        return raw
    told = {name: _single(value) if name in _TEXTS else value for name, value in form.items()}
    for name in ("Principal", "NotPrincipal"):
        named = record(told.get(name))
        if named is not None:
            told[name] = {kind: _principals(kind, names) for kind, names in named.items()}
    conditions = record(told.get("Condition"))
    if conditions is not None:
        told["Condition"] = {operator: _block(block) for operator, block in conditions.items()}
    return told


def _principals(kind: str, names: Any) -> Any:
    texts = array(names)
    if texts is None:
        texts = [names]
    if kind == "AWS":
        texts = [_root_of(text) for text in texts]
    once: list[Any] = []
    for text in texts:
        if text not in once:
            once.append(text)
    return _single(once)


def _block(block: Any) -> Any:
    form = record(block)
    return block if form is None else {key: _single(value) for key, value in form.items()}


def _root_of(name: Any) -> Any:
    """An account's number, which YAML may have read as a number, as AWS tells it."""
    number = str(name).zfill(12) if isinstance(name, int) else name
    digits = isinstance(number, str) and number.isdecimal()
    return f"arn:aws:iam::{number}:root" if digits else number


def _single(value: Any) -> Any:
    texts = array(value)
    return texts[0] if texts is not None and len(texts) == 1 else value
