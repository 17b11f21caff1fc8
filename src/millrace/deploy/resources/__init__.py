"""The types of resources that can be deployed."""

from collections.abc import Mapping

from millrace.deploy.resources.alias import Alias
from millrace.deploy.resources.bucket import Bucket
from millrace.deploy.resources.event_invoke_config import EventInvokeConfig
from millrace.deploy.resources.function import Function
from millrace.deploy.resources.host_policy import BucketPolicy, QueuePolicy, TopicPolicy
from millrace.deploy.resources.kind import Kind
from millrace.deploy.resources.layer_permission import LayerVersionPermission
from millrace.deploy.resources.layer_version import LayerVersion
from millrace.deploy.resources.log_group import LogGroup
from millrace.deploy.resources.managed_policy import ManagedPolicy
from millrace.deploy.resources.mapping import EventSourceMapping
from millrace.deploy.resources.permission import Permission
from millrace.deploy.resources.policy import Policy
from millrace.deploy.resources.queue import Queue
from millrace.deploy.resources.role import Role
from millrace.deploy.resources.subscription import Subscription
from millrace.deploy.resources.table import Table
from millrace.deploy.resources.topic import Topic
from millrace.deploy.resources.url import Url
from millrace.deploy.resources.version import Version

# In the order in which what left the template is deleted: users before what they use.
KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        Permission(),
        Url(),
        EventSourceMapping(),
        EventInvokeConfig(),
        Subscription(),
        Alias(),
        Version(),
        Function(),
        LayerVersionPermission(),
        LayerVersion(),
        QueuePolicy(),
        TopicPolicy(),
        BucketPolicy(),
        Policy(),
        ManagedPolicy(),
        Role(),
        LogGroup(),
        Topic(),
        Queue(),
        Bucket(),
        Table(),
    )
}
