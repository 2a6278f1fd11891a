import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const COMMAND = join(__dirname, '../../bin/hookledger.mjs');

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** `npx hookledger` as a process of its own. @param folder in which it runs; default: this one */
export function runHookledger(args: string[], env: Record<string, string> = {}, folder?: string): Promise<Ended> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const options = { cwd: folder, env: { PATH, NODE_COMPILE_CACHE, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}
