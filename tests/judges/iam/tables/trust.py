"""Which jobs of GitHub get which role, and which do not."""

from tests.judges.iam.questions import may, may_not
from tests.judges.iam.tables.names import DEPLOY, PLAN, PREVIEW, READERS, ROLES

GITHUB, ASSUME = "open id connect provider github", "sts:AssumeRoleWithWebIdentity"
PULL_REQUEST, MAIN = "pull_request", "ref:refs/heads/main"


def job(context: str, repository: str = "acme@12/orders@345", audience: str = "sts.amazonaws.com") -> dict[str, str]:
    """The claims of the token that GitHub gives to a job."""
    issuer = "token.actions.githubusercontent.com"
    return {f"{issuer}:aud": audience, f"{issuer}:sub": f"repo:{repository}:{context}"}


TRUST = (
    may(GITHUB, ASSUME, PREVIEW, when=job(PULL_REQUEST)),
    may(GITHUB, ASSUME, PREVIEW, PLAN, when=job(MAIN)),
    may(GITHUB, ASSUME, DEPLOY["dev"], when=job("environment:dev")),
    may(GITHUB, ASSUME, DEPLOY["prod"], when=job("environment:prod")),
    may_not(GITHUB, ASSUME, PLAN, *DEPLOY.values(), when=job(PULL_REQUEST)),
    may_not(GITHUB, ASSUME, *DEPLOY.values(), when=job(MAIN)),
    may_not(GITHUB, ASSUME, *READERS, DEPLOY["prod"], when=job("environment:dev")),
    may_not(GITHUB, ASSUME, *READERS, DEPLOY["dev"], when=job("environment:prod")),
    *(
        may_not(GITHUB, ASSUME, *ROLES, when=one)
        for context in (PULL_REQUEST, MAIN, "environment:dev", "environment:prod")
        for one in (
            job(context, repository="acme@12/other@678"),
            job(context, repository="mallory@9/orders@345"),
            job(context, repository="acme/orders"),
            job(context, audience="https://github.com/acme"),
            job(context, audience="signin.amazonaws.com"),
        )
    ),
    may_not(GITHUB, ASSUME, *ROLES, when=job("ref:refs/heads/feature")),
    may_not(GITHUB, "sts:AssumeRole", PREVIEW, PLAN, when=job(MAIN)),
    may_not(GITHUB, "sts:AssumeRole", DEPLOY["dev"], when=job("environment:dev")),
    may_not(GITHUB, "sts:AssumeRole", DEPLOY["prod"], when=job("environment:prod")),
    *(
        may_not("another identity provider", ASSUME, *ROLES, when=job(context))
        for context in (MAIN, "environment:dev", "environment:prod")
    ),
    may_not("an administrator", "sts:AssumeRole", *ROLES),
    may_not("an administrator of another account", "sts:AssumeRole", *ROLES),
)
