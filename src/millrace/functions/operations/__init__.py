"""Lambda's operations on functions, and what a caller must be allowed to do for each."""

from collections.abc import Mapping, Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Operation, Params
from millrace.core.service import Service
from millrace.functions import names
from millrace.functions.functions import Functions
from millrace.functions.layers import named
from millrace.functions.operations import code_signing, code_source, layers, tags
from millrace.functions.operations.aliases import Aliases
from millrace.functions.operations.concurrency import Concurrency
from millrace.functions.operations.configuration import Configuration
from millrace.functions.operations.event_config import EventConfigs
from millrace.functions.operations.invoke import Invoke
from millrace.functions.operations.lifecycle import Lifecycle
from millrace.functions.operations.permissions import Permissions
from millrace.functions.operations.provisioned import ProvisionedConcurrency
from millrace.functions.operations.recursion import Recursion
from millrace.functions.operations.runtime_management import RuntimeManagement
from millrace.functions.operations.urls import Urls
from millrace.functions.operations.versions import Versions


def service(functions: Functions) -> Service:
    """Lambda, as far as it is about functions."""
    lifecycle, configuration = Lifecycle(functions), Configuration(functions)
    invoke, labels = Invoke(functions), tags.Tags(functions)
    permissions, urls = Permissions(functions), Urls(functions)
    versions, aliases = Versions(functions), Aliases(functions)
    concurrency, runtime = Concurrency(functions), RuntimeManagement(functions)
    provisioned = ProvisionedConcurrency(functions)
    event_configs, recursion = EventConfigs(functions), Recursion(functions)
    operations: Mapping[str, Operation] = {
        "CreateFunction": lifecycle.create_function,
        "DeleteFunction": lifecycle.delete_function,
        "UpdateFunctionCode": lifecycle.update_function_code,
        "UpdateFunctionConfiguration": lifecycle.update_function_configuration,
        "GetFunction": configuration.get_function,
        "GetFunctionConfiguration": configuration.get_function_configuration,
        "PublishVersion": versions.publish_version,
        "ListVersionsByFunction": versions.list_versions_by_function,
        "CreateAlias": aliases.create_alias,
        "GetAlias": aliases.get_alias,
        "UpdateAlias": aliases.update_alias,
        "DeleteAlias": aliases.delete_alias,
        "ListAliases": aliases.list_aliases,
        "GetFunctionConcurrency": concurrency.get_function_concurrency,
        "PutFunctionConcurrency": concurrency.put_function_concurrency,
        "DeleteFunctionConcurrency": concurrency.delete_function_concurrency,
        "GetAccountSettings": concurrency.get_account_settings,
        "PutProvisionedConcurrencyConfig": provisioned.put_provisioned_concurrency_config,
        "GetProvisionedConcurrencyConfig": provisioned.get_provisioned_concurrency_config,
        "DeleteProvisionedConcurrencyConfig": provisioned.delete_provisioned_concurrency_config,
        "ListProvisionedConcurrencyConfigs": provisioned.list_provisioned_concurrency_configs,
        "GetRuntimeManagementConfig": runtime.get_runtime_management_config,
        "PutRuntimeManagementConfig": runtime.put_runtime_management_config,
        "AddPermission": permissions.add_permission,
        "RemovePermission": permissions.remove_permission,
        "GetPolicy": permissions.get_policy,
        "CreateFunctionUrlConfig": urls.create_function_url_config,
        "GetFunctionUrlConfig": urls.get_function_url_config,
        "UpdateFunctionUrlConfig": urls.update_function_url_config,
        "DeleteFunctionUrlConfig": urls.delete_function_url_config,
        "ListFunctionUrlConfigs": urls.list_function_url_configs,
        "ListFunctions": configuration.list_functions,
        "Invoke": invoke.invoke,
        "InvokeAsync": invoke.invoke_async,
        "InvokeWithResponseStream": invoke.invoke_with_response_stream,
        "PutFunctionEventInvokeConfig": event_configs.put_function_event_invoke_config,
        "UpdateFunctionEventInvokeConfig": event_configs.update_function_event_invoke_config,
        "GetFunctionEventInvokeConfig": event_configs.get_function_event_invoke_config,
        "DeleteFunctionEventInvokeConfig": event_configs.delete_function_event_invoke_config,
        "ListFunctionEventInvokeConfigs": event_configs.list_function_event_invoke_configs,
        "GetFunctionRecursionConfig": recursion.get_function_recursion_config,
        "PutFunctionRecursionConfig": recursion.put_function_recursion_config,
        "ListTags": labels.list_tags,
        "TagResource": labels.tag_resource,
        "UntagResource": labels.untag_resource,
        **layers.Layers(functions).operations(),
        **code_signing.CodeSignings(functions).operations(),
    }
    return Service("lambda", operations, accesses, functions.policy_of)


# The Service Authorization Reference names some actions differently from their operations.
_ACTIONS = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}
# What is allowed on a version or an alias; all else is on the function.
_QUALIFIED = frozenset(
    {
        "Invoke",
        "InvokeWithResponseStream",
        "DeleteProvisionedConcurrencyConfig",
        "GetProvisionedConcurrencyConfig",
        "PutProvisionedConcurrencyConfig",
    }
)
# Parameters that policies can ask for, by their condition keys.
_KEYS = {
    "AuthType": "lambda:FunctionUrlAuthType",
    "CodeSigningConfigArn": "lambda:CodeSigningConfigArn",
    "FunctionUrlAuthType": "lambda:FunctionUrlAuthType",
}


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"""
    if operation in layers.OPERATIONS:
        return layers.accesses(operation, scope, params)
    if operation in code_signing.OPERATIONS:
        return code_signing.accesses(operation, params)
    action = f"lambda:{_ACTIONS.get(operation, operation)}"
    if operation in {"ListFunctions", "GetAccountSettings"}:
        return [Access(action, "*")]
    if "Resource" in params:
        return [Access(action, tags.tagged(scope, str(params["Resource"])))]
    reference = names.resolve(scope, str(params["FunctionName"]), params.get("Qualifier"))
    qualifier = reference.qualifier if operation in _QUALIFIED else None
    told = {key: str(params[member]) for member, key in _KEYS.items() if params.get(member)}
    if operation == "AddPermission":
        told["lambda:Principal"] = str(params["Principal"])
    needed = [Access(action, names.function_arn(scope, reference.name, qualifier), told)]
    if operation == "PutFunctionCodeSigningConfig":
        needed.append(Access(action, str(params["CodeSigningConfigArn"]), told))
    if operation == "CreateFunction" or (operation == "UpdateFunctionConfiguration" and "Role" in params):
        passed = {"iam:PassedToService": "lambda.amazonaws.com"}
        needed.append(Access("iam:PassRole", str(params["Role"]), passed))
    if operation in {"CreateFunction", "UpdateFunctionCode"}:
        needed += code_source.accesses(params.get("Code") or params)
    # By their own names, however they were written: a denial must not be missed for zeros before a version.
    used = [named(scope, arn).version_arn for arn in params.get("Layers") or ()]
    return [*needed, *(Access("lambda:GetLayerVersion", arn) for arn in used)]
