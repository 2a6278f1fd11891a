import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgres } from '../../../src/database/embedded-postgres/embedded-postgres';

export interface Word {
  postgres?: EmbeddedPostgres;
  error?: string;
  message?: string;
  drained?: number;
}

export interface Program {
  child: ChildProcess;
  nextWord(): Promise<Word>;
  ended: Promise<unknown>;
}

/** Leads a process group, as a program does that a terminal starts. */
export function startProgram(dataDir: string, whatNext: 'stay' | 'leave' = 'stay'): Program {
  const child = spawn(process.execPath, [join(__dirname, 'serving-program.mjs'), dataDir, whatNext], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  return {
    child,
    nextWord: async () => JSON.parse((await lines.next()).value as string) as Word,
    ended: once(child, 'exit'),
  };
}
