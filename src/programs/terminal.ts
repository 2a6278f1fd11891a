import { createReadStream } from 'node:fs';

/** A command cannot continue; the message says why, and what is expected. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

const MAX_CELL = 60;

/** Text on one line, at most 60 characters. */
export function cell(text: string): string {
  return shortened(visible(text).replaceAll('\n', ' '), MAX_CELL);
}

export function shortened(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 3).toWellFormed()}...` : text;
}

/** Text without escape sequences, which could move a terminal's cursor. */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\uFFFD');
}

/** A text table with headings. */
export function table(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
};

const MIB = 1024 * 1024;

/** The text of a file, without a byte order mark. @throws CommandError if it cannot be read, or has more bytes */
export async function readFileText(path: string, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new CommandError(`${path} has more than ${maxBytes} bytes (${maxBytes / MIB} MiB): split it.`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new CommandError(`${path} ${REASONS[code] ?? `cannot be read (${code})`}.`);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}
