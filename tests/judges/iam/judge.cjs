// Prints for each group of requests the index of the first one with another decision than the expected one, or null.
const { input, simulated, refuse } = require("./simulation.cjs");

async function isAllowed(request) {
  const answer = await simulated(request);
  if (answer.resultType !== "single") {
    refuse(request, answer.errors ?? answer.resultType);
  }
  // A condition on a key that the simulator ignores never holds, so its answer would be about another request.
  if (answer.result.ignoredContextKeys.length) {
    refuse(request, { ignores: answer.result.ignoredContextKeys });
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
  for (const requests of input.groups) {
    found.push(await firstOther(requests));
  }
  process.stdout.write(JSON.stringify(found));
}

main();
