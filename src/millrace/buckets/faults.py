"""S3's errors, in its words: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.

Most carry what they are about beside the sentence, as members of the error's XML.
"""

from millrace.core.errors import AwsError


def no_such_bucket(name: str) -> AwsError:
    return _fault("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)


def no_such_key(key: str) -> AwsError:
    return _fault("NoSuchKey", "The specified key does not exist.", 404, Key=key)


def no_such_upload(upload: str) -> AwsError:
    return _fault(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
        "aborted or completed.",
        404,
        UploadId=upload,
    )


def invalid_argument(sentence: str, name: str, value: object) -> AwsError:
    return _fault("InvalidArgument", sentence, 400, ArgumentName=name, ArgumentValue=value)


def invalid_request(sentence: str) -> AwsError:
    return AwsError("InvalidRequest", sentence, status=400)


def malformed_xml() -> AwsError:
    return AwsError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
        status=400,
    )


def not_built(what: str) -> AwsError:
    """What AWS has and millrace does not: refused under S3's own code for it."""
    return AwsError(
        "NotImplemented",
        f"{what} is not supported by millrace yet; docs/coverage.md lists what is.",
        status=501,
    )


def header_not_implemented(name: str) -> AwsError:
    """What AWS itself does not do for buckets of this kind."""
    sentence = "A header you provided implies functionality that is not implemented"
    return _fault("NotImplemented", sentence, 501, Header=name)


def precondition_failed(condition: str) -> AwsError:
    return _fault(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        412,
        Condition=condition,
    )


def not_modified() -> AwsError:
    return AwsError("NotModified", "Not Modified", status=304)


def _fault(code: str, sentence: str, status: int, **members: object) -> AwsError:
    return AwsError(code, sentence, status=status, members=members)
