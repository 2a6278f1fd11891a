// The end of a log: of each line what its author wrote, and not what it was about.
import { open } from 'node:fs/promises';
import { withoutContent } from './without-content';

const LAST_BYTES = 2 * 1024 * 1024;
const LAST_LINES = 500;
/** What is measured or counted. */
const NUMBERS = new Set(
  'pid port status ms seconds failures attempts count lines unwritten rows repeated differenceMs needed accepted others'.split(
    ' ',
  ),
);
const FRAME = /^\s+at [^\s].*:\d+:\d+\)?$/;

export interface LogLines {
  lines: object[];
  /** Of these bytes: lines that are not those of the log, such as of another program. */
  others: number;
}

export async function lastLogLines(path: string): Promise<LogLines> {
  const texts = (await endOf(path)).split('\n').filter((text) => text.trim() !== '');
  const lines = texts.map(readLine);
  const own = lines.filter((line) => line !== null);
  return { lines: own.slice(-LAST_LINES), others: lines.length - own.length };
}

/** From the first whole line on. */
async function endOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - LAST_BYTES);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

type Fields = Record<string, unknown>;

function readLine(text: string): object | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof line !== 'object' || line === null) return null;
  const { level, time, msg, loop, err, ...others } = line as Fields;
  if (typeof level !== 'number' || typeof time !== 'string' || Number.isNaN(Date.parse(time))) return null;
  const measured = Object.entries(others).filter(([name, value]) => NUMBERS.has(name) && typeof value === 'number');
  return {
    level,
    time,
    ...(typeof loop === 'string' && { loop: withoutContent(loop) }),
    ...Object.fromEntries(measured),
    ...(typeof err === 'object' && err !== null && { err: readError(err as Fields) }),
    msg: withoutContent(String(msg ?? '')),
  };
}

/** Its message may have values of a row. Its class, code and the places in the program say what it is. */
function readError({ type, code, table, constraint, stack }: Fields): object {
  const names = Object.entries({ type, code, table, constraint }).filter(
    ([, value]) => typeof value === 'string' && /^\w{1,63}$/.test(value),
  );
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => FRAME.test(line)) : [];
  return { ...Object.fromEntries(names), stack: frames.map((line) => line.trim()) };
}
