// Times ONNX Runtime on one thread: node run.js MODEL MILLISECONDS NAME=1x2x3:float32 ...
// Prints {"min_us", "p50_us", "samples"} of processor time a run (of the process: other programs do not
// count), JavaScript's own part included: the caller subtracts what a model of one Identity takes.
const ort = require('onnxruntime-node');

function tensorOf(spec) {
  const [sizes, type] = spec.split(':');
  const dims = sizes === '' ? [] : sizes.split('x').map(Number);
  const count = dims.reduce((a, b) => a * b, 1);
  if (type === 'int64') return new ort.Tensor(type, new BigInt64Array(count).fill(1n), dims);
  const values = Float32Array.from({length: count}, (_, i) => ((i * 7919) % 1000) / 1000);
  return new ort.Tensor('float32', values, dims);
}

async function main() {
  const [file, milliseconds, ...inputs] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3});
  const feeds = {};
  for (const input of inputs) {
    const at = input.lastIndexOf('=');
    feeds[input.slice(0, at)] = tensorOf(input.slice(at + 1));
  }
  const timeOf = async runs => {
    const start = process.cpuUsage();
    for (let i = 0; i < runs; ++i) await session.run(feeds);
    const used = process.cpuUsage(start);
    return (used.user + used.system) / runs;
  };
  for (let i = 0; i < 3; ++i) await timeOf(10);
  // Ten milliseconds a sample: the clock has steps of a microsecond, the scheduler's are longer.
  const runs = Math.max(1, Math.ceil(10000 / Math.max(await timeOf(10), 1)));
  const samples = [];
  const end = Date.now() + Number(milliseconds);
  while (Date.now() < end || samples.length < 5) samples.push(await timeOf(runs));
  samples.sort((a, b) => a - b);
  console.log(JSON.stringify(
      {min_us: samples[0], p50_us: samples[samples.length >> 1], samples: samples.length}));
}

main();
