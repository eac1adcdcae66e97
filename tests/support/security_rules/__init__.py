"""Rules of public rule sets for the services that the program uses, checked on the registered resources.

The IDs are those of cdk-nag (AwsSolutions-, NIST.800.53.R5-, Serverless-, and LambdaEventSourceSQSVisibilityTimeout),
checkov (CKV_, CKV2_), cfn-lint (E, W and I with four digits) and serverless-rules (ES, WS). The code is this
project's own: it checks the inputs of the Pulumi provider. If rule sets differ, the rule follows the strictest one.
docs/security.md lists the exceptions of the program.
"""

from tests.support.security_rules.functions import FUNCTIONS
from tests.support.security_rules.keys import KEYS
from tests.support.security_rules.monitoring import LOGS_AND_ALARMS
from tests.support.security_rules.policies import POLICIES
from tests.support.security_rules.queues import QUEUES
from tests.support.security_rules.rule import Rule
from tests.support.security_rules.tables import TABLES
from tests.support.security_rules.topics import TOPICS

RULES: tuple[Rule, ...] = (*QUEUES, *TOPICS, *FUNCTIONS, *TABLES, *POLICIES, *LOGS_AND_ALARMS, *KEYS)
