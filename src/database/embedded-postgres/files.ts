import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** The code of an error of Node, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}

/** Writes a file that only its owner can read; after a power cut it contains either the old text or the new one. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const sizeLimit = 8 * 1024 * 1024;

/** We open it, PostgreSQL inherits the descriptor: so the folder need not be writable for its user. */
export async function openLog(path: string): Promise<FileHandle> {
  const log = await open(path, 'a', 0o600);
  if ((await log.stat()).size < sizeLimit) return log;
  await log.close();
  await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

/** The text after `offset` bytes. */
export async function readLog(path: string, offset: number): Promise<string> {
  await delay(20); // the last lines of a process that has just ended
  const log = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await log.read({ position: offset, buffer: Buffer.alloc(64 * 1024) });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await log.close();
  }
}

export const lastLines = (text: string, count = 15) => text.trimEnd().split('\n').slice(-count).join('\n');
