export const FIGURES = [
  'dashboard',
  'list',
  'resolved',
  'stats',
  'search',
  'deliveries',
  'counts',
  'links',
  'pairs',
  'tail',
  'export',
  'masking',
] as const;
export type Figure = (typeof FIGURES)[number];

export interface Options {
  rows: number;
  /** Seconds of each side in each round of the dashboard set. */
  seconds: number;
  rounds: number;
  /** How long changes are followed live. */
  tailSeconds: number;
  keep: string | null;
  only: ReadonlySet<Figure>;
  /** Of the log with which the list page of a long log is compared. */
  smallRows: number;
}

/** Also the log of a quick run. */
const SMALL_ROWS = 100_000;
/** Whether it runs: no figure of it says anything. Left out is what takes long, and the dashboard, whose peers are installed. */
const SMOKE: Options = {
  rows: 12_000,
  smallRows: 12_000,
  seconds: 0.1,
  rounds: 1,
  tailSeconds: 1,
  keep: null,
  only: new Set(['list', 'stats', 'search', 'deliveries', 'export', 'tail']),
};
const DEFAULT_ROWS = 1_000_000;
const MAX_ROWS = 100_000_000;

const USAGE = `npm run bench:api -- [--quick | --smoke | --rows N] [--keep DIR] [--seconds N] [--only ${FIGURES.join(',')}]`;

/** @throws Error that says how it is used */
export function readOptions(args: readonly string[]): Options {
  if (args.join() === '--smoke') return SMOKE;
  let rows = DEFAULT_ROWS;
  let quick = false;
  let keep: string | null = null;
  let seconds: number | null = null;
  let only: Options['only'] = new Set(FIGURES);
  for (let index = 0; index < args.length; index += 1) {
    const [name, attached] = (args[index] as string).split('=', 2);
    const value = () => attached ?? args[++index] ?? fail(`${name} needs a value`);
    if (name === '--quick') quick = true;
    else if (name === '--rows') rows = readRows(value());
    else if (name === '--keep') keep = value();
    else if (name === '--seconds') seconds = readSeconds(value());
    else if (name === '--only') only = readFigures(value());
    else fail(`${name} is not known`);
  }
  if (quick) rows = SMALL_ROWS;
  const effort = quick ? { seconds: 0.35, rounds: 2, tailSeconds: 3 } : { seconds: 3, rounds: 3, tailSeconds: 15 };
  return { rows, smallRows: SMALL_ROWS, keep, only, ...effort, seconds: seconds ?? effort.seconds };
}

function readRows(text: string): number {
  const rows = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(rows) || rows < SMALL_ROWS || rows > MAX_ROWS) {
    fail(`--rows is a whole number from ${SMALL_ROWS} to ${MAX_ROWS}, not ${text}`);
  }
  return rows;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 60)) fail(`--seconds is a number from 0.1 to 60, not ${text}`);
  return seconds;
}

function readFigures(text: string): Set<Figure> {
  const names = text.split(',');
  const unknown = names.find((name) => !(FIGURES as readonly string[]).includes(name));
  if (unknown !== undefined) fail(`${unknown} is none of ${FIGURES.join(', ')}`);
  return new Set(names as Figure[]);
}

function fail(what: string): never {
  throw new Error(`${what}. Use: ${USAGE}`);
}
