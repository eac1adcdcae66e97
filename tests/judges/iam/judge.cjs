// Decides requests to AWS with iam-simulate. Argument: the folder with node_modules.
// Standard input: {documents, groups}; a request names documents by their index. Prints for each group of requests the
// index of the first one with another decision than the expected one, or null.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const load = createRequire(`${process.argv[2]}/`);
const { runSimulation } = load("@cloud-copilot/iam-simulate");
const { documents, groups } = JSON.parse(readFileSync(0, "utf8"));
const named = (indexes) => indexes.map((index) => ({ name: `${index}`, policy: documents[index] }));

async function isAllowed({ principal, action, resource, account, context, identity, boundary, attached }) {
  const answer = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: named(identity),
      permissionBoundaryPolicies: boundary.length ? named(boundary) : undefined,
      resourcePolicy: attached.length ? documents[attached[0]] : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  const about = `${principal} ${action} ${resource}`;
  if (answer.resultType !== "single") {
    throw new Error(`${about}: ${JSON.stringify(answer.errors ?? answer.resultType)}`);
  }
  // A condition on a key that the simulator ignores never holds, so its answer would be about another request.
  if (answer.result.ignoredContextKeys.length) {
    throw new Error(`${about}: ignores ${answer.result.ignoredContextKeys}`);
  }
  return answer.overallResult === "Allowed";
}

async function firstOther(requests) {
  for (const [index, request] of requests.entries()) {
    if ((await isAllowed(request)) !== request.allowed) {
      return index;
    }
  }
  return null;
}

async function main() {
  const found = [];
  for (const requests of groups) {
    found.push(await firstOther(requests));
  }
  process.stdout.write(JSON.stringify(found));
}

main();
