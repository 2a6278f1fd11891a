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
  quick: boolean;
  keep: string | null;
  only: ReadonlySet<Figure>;
}

/** What the list page of a long log is compared with, and the log of a quick run. */
export const SMALL_ROWS = 100_000;
const DEFAULT_ROWS = 1_000_000;
const MAX_ROWS = 100_000_000;

const USAGE = `npm run bench:api -- [--quick | --rows N] [--keep DIR] [--seconds N] [--only ${FIGURES.join(',')}]`;

/** @throws Error that says how it is used */
export function readOptions(args: readonly string[]): Options {
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
  return { rows, quick, keep, only, seconds: seconds ?? (quick ? 0.35 : 3), rounds: quick ? 2 : 3 };
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
