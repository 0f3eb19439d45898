// Emits spans and a metric with the SDK for Node, as the environment says, and ends.
const { metrics, trace } = require("@opentelemetry/api");
const { NodeSDK } = require("@opentelemetry/sdk-node");

async function main() {
  const sdk = new NodeSDK();
  sdk.start();
  const tracer = trace.getTracer("emit");
  for (let number = 0; number < Number(process.argv[2]); number++) {
    tracer.startSpan("operation", { attributes: { number, text: "a" } }).end();
  }
  metrics.getMeter("emit").createUpDownCounter("process.memory.usage", { unit: "By" }).add(1 << 20);
  await sdk.shutdown();
}

main();
