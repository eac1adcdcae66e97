"""The table that stores orders."""

import pulumi
import pulumi_aws as aws

from handler.contract import PARTITION_KEY
from infra.settings import TableSettings, as_inputs


class OrderTable(pulumi.ComponentResource):
    """The table of orders: one item per order, on-demand capacity, point-in-time recovery.

    DynamoDB refuses to delete a `protected` table. A stream shows each change of an item with both of its versions.
    """

    def __init__(
        self,
        name: str,
        settings: TableSettings,
        *,
        protected: bool = False,
        with_stream: bool = False,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderTable", name, as_inputs(settings), opts)
        recovery_days = settings.point_in_time_recovery_days
        most_writes = settings.maximum_table_writes
        self.table = aws.dynamodb.Table(
            name,
            hash_key=PARTITION_KEY,
            attributes=[{"name": PARTITION_KEY, "type": "S"}],
            billing_mode="PAY_PER_REQUEST",
            # Not -1, which removes a maximum: a new table with it fails (pulumi-aws issue 5126).
            on_demand_throughput={"max_write_request_units": most_writes} if most_writes else None,
            point_in_time_recovery={"enabled": True, "recovery_period_in_days": recovery_days},
            # Without this input, DynamoDB encrypts the table with a key that AWS owns.
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn} if key else None,
            deletion_protection_enabled=protected,
            stream_enabled=with_stream,
            stream_view_type="NEW_AND_OLD_IMAGES" if with_stream else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": self.table.name})
