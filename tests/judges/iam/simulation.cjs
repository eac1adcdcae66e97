// Simulates requests to AWS with iam-simulate. The argument of a script is the folder with node_modules, and its
// standard input has `documents`. A request names the documents that are in force by their index.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const load = createRequire(`${process.argv[2]}/`);
const { runSimulation } = load("@cloud-copilot/iam-simulate");
const input = JSON.parse(readFileSync(0, "utf8"));
const named = (indexes) => indexes.map((index) => ({ name: `${index}`, policy: input.documents[index] }));

function simulated({ principal, action, resource, account, context, identity, boundary, attached }) {
  const [own] = attached; // a resource has at most one policy
  return runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: named(identity),
      permissionBoundaryPolicies: boundary.length ? named(boundary) : undefined,
      resourcePolicy: own === undefined ? undefined : input.documents[own],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
}

function refuse({ principal, action, resource }, why) {
  throw new Error(`${principal} ${action} ${resource}: ${JSON.stringify(why)}`);
}

module.exports = { load, input, simulated, refuse };
