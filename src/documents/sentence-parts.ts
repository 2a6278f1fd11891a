// The parts of which verdicts and timelines are made.

// made at the first use: it loads names of months, a tenth of the program's start
let format: Intl.DateTimeFormat | undefined;

const FORMAT = {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

/** Such as "3 March 2026 at 14:05:09 UTC". */
export function timeText(at: Date): string {
  format ??= new Intl.DateTimeFormat('en-GB', FORMAT);
  return `${format.format(at)} UTC`;
}

/** Such as "3 attempts". */
export function numberText(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The text with a full stop, unless it ends with punctuation. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}
