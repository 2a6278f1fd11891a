// npm run bench:api -- [--quick | --smoke | --rows N] [--keep DIR] [--seconds N] [--only dashboard,filters]: how fast the log is
// read: the queries of a dashboard beside PostGraphile, and every filter.
import { parseArgs } from 'node:util';
import { chosen } from '../chosen';
import { machine } from '../printed';
import { runProgram, sayer } from '../program';
import { chooseSize, SIZE_OPTIONS, type Sizes } from '../size';
import { measureDashboard } from './dashboard/dashboard';
import { openDatabase } from './database';
import { EFFORT, SMOKE_EFFORT, type WalkedList, walkFilters } from './every-filter';
import { keysOf, printDashboard, printWalked } from './report';

const FIGURES = ['dashboard', 'filters'] as const;
const SIZES = {
  rows: [12_000, 100_000, 1_000_000],
  seconds: [0.1, 0.35, 3],
  rounds: [1, 2, 3],
} satisfies Sizes<string>;

runProgram(async (args, stops) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...SIZE_OPTIONS,
      rows: { type: 'string' },
      keep: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const only = chosen('--only', values.only, FIGURES);
  const { size } = chooseSize(SIZES, values);
  const rows = numberOf('--rows', values.rows, size.rows);
  const seconds = numberOf('--seconds', values.seconds, size.seconds);
  const say = sayer();
  console.log(`bench:api, about ${rows.toLocaleString('en')} rows: ${machine()}`);
  const database = await openDatabase(
    { rows, keep: values.keep ?? null, caughtUp: only.includes('filters') },
    stops,
    say,
  );
  const dashboard = only.includes('dashboard')
    ? await measureDashboard(database, { seconds, rounds: size.rounds }, say)
    : null;
  let walked: WalkedList[] = [];
  if (only.includes('filters')) {
    say('every filter');
    walked = await walkFilters(database, values.smoke ? SMOKE_EFFORT : EFFORT);
  }
  console.log('');
  if (dashboard) printDashboard(dashboard);
  printWalked(walked);
  // on a machine that runs other programs meanwhile, a page that comes late says nothing
  const faults = walked.flatMap((list) => (values.smoke ? list.failed : [...list.failed, ...list.late]));
  return { keys: keysOf(database.rows, dashboard, walked), isSound: faults.length === 0 };
});

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text.replaceAll('_', ''));
  if (!(value > 0)) throw new Error(`${name} is a number above 0, not ${text}`);
  return value;
}
