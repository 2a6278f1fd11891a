#!/usr/bin/env node
// The commands of Hookledger. In a clone it builds what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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
/** The oldest version that runs it, such as 23.10. */
const NODE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines.node.replace('>=', '');
const COMPILER = join(ROOT, 'node_modules/typescript/package.json');

const HELP = `hookledger verify FILE --key VKEY      checks evidence offline
hookledger evidence restart --because REASON
                                       continues sealing after a backup was restored
hookledger admin-key --because REASON  makes an API key of a SYSTEM_MANAGER when that of the administrator is lost
hookledger export-webhooks [FILE]      writes the settings of webhooks to a file
hookledger import-webhooks FILE        creates and updates webhooks as the file says

hookledger COMMAND --help says more about a command.
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
    if (isOldNode()) {
      process.stderr.write(
        `Hookledger needs Node ${NODE} or later, and this is ${process.versions.node}: npx hookledger runs the Node that npm ci installs.\n`,
      );
      return 2;
    }
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

function isOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = NODE.split('.').map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}

/** A clone whose sources are newer than what was built of them. */
function mustBuild(program) {
  if (!existsSync(COMPILER)) return false;
  if (!existsSync(program)) return true;
  // the last file of a build, which is written each time: the compiler leaves its own alone if only times have changed
  const built = statSync(join(ROOT, 'dist/src/hookledger.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
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
