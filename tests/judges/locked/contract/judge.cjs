// Judges the contract with AsyncAPI's parser and with Ajv, a validator of JSON Schema.
// Arguments: the folder with node_modules. Standard input: {asyncapi, order, event, texts}. Prints what they found.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const load = createRequire(`${process.argv[2]}/`);
const { Parser } = load("@asyncapi/parser");
const Ajv = load("ajv/dist/2020").default;

// Strict about unknown keywords and formats. The schemas leave types to the rules around them.
const compiled = (schema) => new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

async function main() {
  const { asyncapi, order, event, texts } = JSON.parse(readFileSync(0, "utf8"));
  const { document, diagnostics } = await new Parser().parse(asyncapi);
  const isOrder = compiled(order);
  const isEvent = compiled(event);
  const found = {
    operations: document ? document.operations().all().map((one) => `${one.action()} ${one.channels().all()[0].id()}`) : [],
    diagnostics: diagnostics.map(({ severity, code, message }) => ({ severity, code, message })),
    examples: [...order.examples.map((one) => isOrder(one)), ...event.examples.map((one) => isEvent(one))],
    accepted: texts.map((text) => isOrder(JSON.parse(text))),
  };
  process.stdout.write(JSON.stringify(found));
}

main();
