// EVIDENCE_HEAD_FILE: the newest signed head, kept outside of the database, so that a restored backup is noticed.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A head has a few lines of signatures. */
const MAX_BYTES = 64 * 1024;

export interface HeadFile {
  readonly path: string;
  /** @returns null if there is no file @throws Error if it cannot be read */
  read(): Promise<string | null>;
  /** Returns when it is on the disk. @throws Error if it cannot be written */
  write(checkpoint: string): Promise<void>;
}

export function headFileAt(path: string): HeadFile {
  return {
    path,
    read: () => readWhole(path).catch(noFile),
    async write(checkpoint) {
      // a machine that loses power keeps either the old head or the new one
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        await writeDurably(temporary, checkpoint);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
      await syncFolder(dirname(path));
    },
  };
}

async function readWhole(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES / 1024} KiB`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function noFile(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
