"""The permissions boundary of a stack: the most that the roles of its functions may be allowed.

AWS allows a role only what both its policies and its boundary allow. Code that is merged to main can change the
policies of a role. Only a person who deploys this project can change the boundary.
"""

from collections.abc import Callable, Sequence

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
        _on_each(policies.function_may_log, stack.log_groups),
        policies.function_may_trace(),
        policies.notifier_may_read_changes(stack.table),
        _on_each(policies.notifier_may_tell, stack.event_topics),
        policies.notifier_may_give_up(stack.given_up_queue),
        policies.processor_may_read_encrypted(stack.keys, f"sqs.{region}.amazonaws.com"),
        policies.processor_may_write_encrypted(stack.keys, f"dynamodb.{region}.amazonaws.com"),
        policies.notifier_may_read_encrypted(stack.keys, f"dynamodb.{region}.amazonaws.com"),
        policies.notifier_may_send_encrypted(stack.keys, [f"{name}.{region}.amazonaws.com" for name in ("sns", "sqs")]),
    ]


def _on_each(allow: Callable[[str], Statement], arns: Sequence[str]) -> Statement:
    """Return one statement about all resources, because IAM refuses two statements with the same ID."""
    statements = [allow(arn) for arn in arns]
    return {**statements[0], "Resource": [statement["Resource"] for statement in statements]}
