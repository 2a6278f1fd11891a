import { createReadStream } from 'node:fs';
import { CommandError } from './command-error';

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
