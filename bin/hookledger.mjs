#!/usr/bin/env node
// The commands of Hookledger. In a clone it builds what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const BUILT = join(ROOT, 'dist/src/programs/evidence-restart-program.js');
const COMPILER = join(ROOT, 'node_modules/typescript/package.json');

const HELP = `hookledger verify FILE --key VKEY      checks evidence offline; hookledger verify --help says more
hookledger evidence restart --because REASON
                                       goes on with sealing after a backup was restored
`;

function main([command, subcommand, ...rest]) {
  if (command === 'verify') {
    const verifier = [join(ROOT, 'src'), join(ROOT, 'dist/src')].map((folder) =>
      join(folder, 'evidence/verify-evidence.mjs'),
    );
    return run(process.execPath, [verifier.find((file) => existsSync(file)), ...process.argv.slice(3)]);
  }
  if (command === 'evidence' && subcommand === 'restart') {
    if (mustBuild()) {
      const code = run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
      if (code !== 0) return code;
    }
    return run(process.execPath, ['--enable-source-maps', BUILT, ...rest]);
  }
  const isHelp = command === undefined || ['help', '--help', '-h'].includes(command);
  (isHelp ? process.stdout : process.stderr).write(
    isHelp ? HELP : `There is no command ${[command, subcommand].filter(Boolean).join(' ')}.\n\n${HELP}`,
  );
  return isHelp ? 0 : 2;
}

/** A clone whose sources are newer than what was built of them. */
function mustBuild() {
  if (!existsSync(COMPILER)) return false;
  if (!existsSync(BUILT)) return true;
  const built = statSync(join(ROOT, 'dist/.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return ['src', 'migrations'].some((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).some(
      (file) => statSync(join(ROOT, folder, file)).mtimeMs > built,
    ),
  );
}

function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  return status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
