"""The permissions boundary of a stack: the most that the roles of its functions may be allowed.

AWS allows a role only what both its policies and its boundary allow. Code that is merged to main can change the
policies of a role. Only a person who deploys this project can change the boundary.
"""

from github.resources import Resources
from infra import policies
from infra.policies import Statement


def boundary_name(stack: str) -> str:
    return f"orders-boundary-{stack}"


def boundary_arn(stack: Resources) -> str:
    return f"arn:aws:iam::{stack.account}:policy/{boundary_name(stack.stack.name)}"


def functions_may_at_most(stack: Resources) -> list[Statement]:
    """Return every permission that the program gives a function, with each setting, on the stack's resources."""
    region = stack.stack.region
    return [
        policies.processor_may_receive(stack.order_queue),
        policies.processor_may_retry_at_once(stack.order_queue),
        policies.processor_may_write_orders(stack.table),
        *(policies.function_may_log(group) for group in stack.log_groups),
        policies.notifier_may_read_changes(stack.streams),
        *(policies.notifier_may_tell(topic) for topic in stack.event_topics),
        policies.notifier_may_give_up(stack.given_up_queue),
        policies.processor_may_read_encrypted(stack.keys, f"sqs.{region}.amazonaws.com"),
        policies.processor_may_write_encrypted(stack.keys, f"dynamodb.{region}.amazonaws.com"),
        policies.notifier_may_use_encrypted(
            stack.keys, [f"{s}.{region}.amazonaws.com" for s in ("dynamodb", "sns", "sqs")]
        ),
    ]
