// npm run bench:evidence -- [--quick | --smoke] [--only cost,log]: what the sealed log costs beside deliveries, and how fast it is
// sealed, proven and verified.
import { parseArgs } from 'node:util';
import { measureSealedLog } from './evidence/sealed-log';
import { type CostSize, measureCost } from './evidence/sealing-cost';
import { rounded } from './numbers';
import { machine, milliseconds, perSecond, printTable } from './printed';
import { runProgram } from './program';

interface Size extends CostSize {
  name: string;
  /** Of the log that is sealed, proven and verified. */
  rows: number;
}

const NORMAL: Size = {
  name: 'normal',
  rows: 1_000_000,
  events: 20_000,
  warmUp: 1_500,
  steadySeconds: 20,
  pairs: 5,
  maxTries: 4,
};
const QUICK: Size = { ...NORMAL, name: 'quick', rows: 100_000, events: 8_000, steadySeconds: 10 };
/** Whether it runs: no figure of it says anything. */
const SMOKE: Size = { name: 'smoke', rows: 2_000, events: 100, warmUp: 50, steadySeconds: 1, pairs: 1, maxTries: 1 };

runProgram(async (args, stops) => {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, smoke: { type: 'boolean' }, only: { type: 'string' } },
  });
  const size = values.smoke ? SMOKE : values.quick ? QUICK : NORMAL;
  const parts = values.only?.split(',') ?? ['cost', 'log'];
  console.log(`bench:evidence, ${size.name}: ${machine()}`);
  const cost = parts.includes('cost') ? await measureCost(size, stops) : null;
  const log = parts.includes('log') ? await measureSealedLog(size.rows, stops) : null;
  console.log('');
  printTable([
    [
      `end to end, with sealing / without, median of ${size.pairs} pairs`,
      cost ? `${perSecond(cost.withPerSecond)} / ${perSecond(cost.withoutPerSecond)} = ${cost.ratio.toFixed(3)}` : '-',
      '>= 0.92',
    ],
    [
      'CPU for each leaf',
      cost ? `${rounded(cost.cpuUsPerRow, 1)} µs, ${cost.leavesPerEvent.toFixed(2)} leaves an event` : '-',
      '<= 40 µs',
    ],
    ['closed to sealed at 1,000/s, p50 / p95 / p99', cost ? milliseconds(cost.closeToSealedMs) : '-', 'p95 < 2,000 ms'],
    [
      `sealing ${size.rows.toLocaleString('en')} waiting leaves`,
      log ? perSecond(log.sealedPerSecond) : '-',
      '>= 80,000/s',
    ],
    ['proof of one request over the API, p50 / p95 / p99', log ? milliseconds(log.proofMs) : '-', 'p95 < 15 ms'],
    [
      'bundle of 1,000 requests: made; verified',
      log ? `${log.bundleMadeSeconds.toFixed(2)} s; ${log.bundleVerifiedSeconds.toFixed(2)} s` : '-',
      '< 5 s; < 1 s',
    ],
    [
      'verifying the whole log, with content',
      log ? `${log.verifyAllSeconds.toFixed(1)} s, memory + ${rounded(log.verifyMemoryMb)} MB` : '-',
      '< 90 s for 1,000,000',
    ],
  ]);
  return {
    keys: {
      withSealingRatio: cost && rounded(cost.ratio, 3),
      cpuUsPerRow: cost && rounded(cost.cpuUsPerRow, 1),
      sealedPerSecond: log && rounded(log.sealedPerSecond),
      closeToSealedP95Ms: cost && rounded(cost.closeToSealedMs.p95),
      proofP95Ms: log && rounded(log.proofMs.p95, 1),
      verifyAllSeconds: log && rounded(log.verifyAllSeconds, 1),
      bundleMadeSeconds: log && rounded(log.bundleMadeSeconds, 2),
      bundleVerifiedSeconds: log && rounded(log.bundleVerifiedSeconds, 2),
      ...(size !== NORMAL && { rows: size.rows }),
    },
    isSound: log === null || log.findings === 0,
  };
});
