"""The lower bound: one signed request with all orders of the batch, prepared in advance. It ignores the response.

DynamoDB accepts 25 orders per request, so that no handler can reach this bound for larger batches.
"""

import json
import os
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import get_session

from handler.item import item_of
from handler.order import parse_order
from handler.store import insert_statement

url = os.environ["AWS_ENDPOINT_URL"]
connection = HTTPConnection(urlsplit(url).netloc)
credentials = get_session().get_credentials()
assert credentials
signer = SigV4Auth(credentials, "dynamodb", os.environ["AWS_DEFAULT_REGION"])


def payload(event: dict[str, Any]) -> bytes:
    orders = [parse_order(record["body"]) for record in event["Records"]]
    statements = [
        {
            "Statement": insert_statement(os.environ["ORDERS_TABLE"], tuple(order.attributes)),
            "Parameters": list(item_of(order).values()),
        }
        for order in orders
    ]
    return json.dumps({"Statements": statements}).encode()


def send(body: bytes) -> None:
    request = AWSRequest(
        "POST",
        url + "/",
        data=body,
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.BatchExecuteStatement",
        },
    )
    signer.add_auth(request)
    prepared = request.prepare()
    connection.request("POST", "/", body, dict(prepared.headers))
    connection.getresponse().read()
