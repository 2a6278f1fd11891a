#!/usr/bin/env node
// The commands of Hookledger. In a clone it builds what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** By command, the programs that are compiled. */
const PROGRAMS = {
  'evidence restart': 'dist/src/programs/evidence-restart-program.js',
  'admin-key': 'dist/src/programs/admin-key-program.js',
  'export-webhooks': 'dist/src/programs/settings-file/export-program.js',
  'import-webhooks': 'dist/src/programs/settings-file/import-program.js',
};
const COMPILER = join(ROOT, 'node_modules/typescript/package.json');

const HELP = `hookledger verify FILE --key VKEY      checks evidence offline; hookledger verify --help says more
hookledger evidence restart --because REASON
                                       goes on with sealing after a backup was restored
hookledger admin-key --because REASON  makes a key of a SYSTEM_MANAGER when the administrator's is lost
hookledger export-webhooks [FILE]      writes the settings of webhooks as a file; hookledger export-webhooks --help says more
hookledger import-webhooks FILE [--dry-run]
                                       creates and updates webhooks as the file says; hookledger import-webhooks --help says more
`;

function main(args) {
  const [command, subcommand] = args;
  if (command === 'verify') {
    const verifier = [join(ROOT, 'src'), join(ROOT, 'dist/src')].map((folder) =>
      join(folder, 'evidence/verify-evidence.mjs'),
    );
    return run(process.execPath, [verifier.find((file) => existsSync(file)), ...args.slice(1)]);
  }
  const isPair = `${command} ${subcommand}` in PROGRAMS;
  const program = PROGRAMS[isPair ? `${command} ${subcommand}` : command];
  if (program) {
    const built = join(ROOT, program);
    if (mustBuild(built)) {
      const code = run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
      if (code !== 0) return code;
    }
    return run(process.execPath, ['--enable-source-maps', built, ...args.slice(isPair ? 2 : 1)]);
  }
  const isHelp = command === undefined || ['help', '--help', '-h'].includes(command);
  (isHelp ? process.stdout : process.stderr).write(
    isHelp ? HELP : `There is no command ${[command, subcommand].filter(Boolean).join(' ')}.\n\n${HELP}`,
  );
  return isHelp ? 0 : 2;
}

/** A clone whose sources are newer than what was built of them. */
function mustBuild(program) {
  if (!existsSync(COMPILER)) return false;
  if (!existsSync(program)) return true;
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
