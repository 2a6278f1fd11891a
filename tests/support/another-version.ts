import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from './program';

const ROOT = join(__dirname, '../..');
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;

export interface Migrating {
  /** All that it wrote to stdout and stderr. */
  output(): string;
  kill(): void;
  /** @returns its exit code; null: it was killed */
  ended: Promise<number | null>;
}

/** The built program as another version, with further migrations, in a folder of its own. */
export interface AnotherVersion {
  start(env: Record<string, string>): Promise<Program>;
  /** `npm run migrate` of it. */
  migrate(env: Record<string, string>): Migrating;
  stop(): Promise<void>;
}

/** @param migrations by file name, which begins with a number that no migration has */
export async function makeVersion(version: string, migrations: Record<string, string>): Promise<AnotherVersion> {
  const folder = await mkdtemp(join(tmpdir(), `hookledger-${version}-`));
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('/src/compiled'),
  });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, version }));
  for (const [file, sql] of Object.entries(migrations)) await writeFile(join(folder, 'dist/migrations', file), sql);
  return {
    start: (env) => startProgram(env, folder),
    migrate(env) {
      const child = spawn(process.execPath, ['dist/src/programs/migrate-program.js'], {
        cwd: folder,
        env: { PATH, NODE_COMPILE_CACHE, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      const hear = (chunk: Buffer) => {
        output += chunk;
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
      return { output: () => output, kill: () => void child.kill('SIGKILL'), ended };
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
