from tests.api.millrace_process import Millrace
from tests.clients.javascript_program import run


def test_the_document_client_of_the_javascript_sdk_works_unmodified(millrace: Millrace):
    run("lib-dynamodb.mjs", millrace)


def test_dynamodb_toolbox_works_unmodified(millrace: Millrace):
    run("dynamodb-toolbox.mjs", millrace)


def test_electrodb_works_unmodified(millrace: Millrace):
    run("electrodb.mjs", millrace)
