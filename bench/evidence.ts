// npm run bench:evidence -- [--quick | --smoke]: how fast a log is sealed, proven and verified.
import { parseArgs } from 'node:util';
import { measureSealedLog } from './evidence/sealed-log';
import { rounded } from './numbers';
import { machine, milliseconds, perSecond, printTable } from './printed';
import { runProgram } from './program';
import { chooseSize, SIZE_OPTIONS, type Sizes } from './size';

/** Of the log. */
const SIZES = { rows: [2_000, 100_000, 1_000_000] } satisfies Sizes<string>;

runProgram(async (args, stops) => {
  const { values } = parseArgs({ args: [...args], options: SIZE_OPTIONS });
  const { name, size } = chooseSize(SIZES, values);
  const { rows } = size;
  console.log(`bench:evidence, ${name}: ${machine()}`);
  const log = await measureSealedLog(rows, stops);
  console.log('');
  printTable([
    [`sealing ${rows.toLocaleString('en')} waiting leaves`, perSecond(log.sealedPerSecond), '>= 80,000/s'],
    ['proof of one request over the API, p50 / p95 / p99', milliseconds(log.proofMs), 'p95 < 15 ms'],
    [
      'bundle of 1,000 requests: made; verified',
      `${log.bundleMadeSeconds.toFixed(2)} s; ${log.bundleVerifiedSeconds.toFixed(2)} s`,
      '< 5 s; < 1 s',
    ],
    [
      'verifying the whole log, with content',
      `${log.verifyAllSeconds.toFixed(1)} s, memory + ${rounded(log.verifyMemoryMb)} MB`,
      '< 90 s for 1,000,000',
    ],
  ]);
  return {
    keys: {
      rows,
      sealedPerSecond: rounded(log.sealedPerSecond),
      proofP95Ms: rounded(log.proofMs.p95, 1),
      verifyAllSeconds: rounded(log.verifyAllSeconds, 1),
      bundleMadeSeconds: rounded(log.bundleMadeSeconds, 2),
      bundleVerifiedSeconds: rounded(log.bundleVerifiedSeconds, 2),
    },
    isSound: log.findings === 0,
  };
});
