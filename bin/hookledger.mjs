#!/usr/bin/env node
// The commands of Hookledger, which commands.json lists. In a clone it builds what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMMANDS = readJson('bin/commands.json');
const { version, engines } = readJson('package.json');
/** The oldest version that runs it, such as 23.11. */
const NODE = engines.node.replace('>=', '');
const COMPILER = join(ROOT, 'node_modules/typescript/package.json');
/** What the build reads. */
const SOURCES = ['src', 'migrations', 'dashboard', 'package-lock.json'];

/** @returns the exit code; none if the program of the command has replaced this one */
function main(args) {
  const [first, second] = args;
  if (first === undefined || ['help', '--help', '-h'].includes(first)) return say(helpOnAll());
  if (['--version', '-v'].includes(first)) return say(`hookledger ${version}\n`);
  const name = [`${first} ${second}`, first].find((each) => Object.hasOwn(COMMANDS, each));
  if (name === undefined) {
    const given = first.startsWith('-') ? `option ${first}` : `command ${[first, second].filter(Boolean).join(' ')}`;
    return refuse(`There is no ${given}: hookledger --help lists the commands.`);
  }
  return runCommand(name, COMMANDS[name], args.slice(name.split(' ').length));
}

function runCommand(name, command, args) {
  // one file without packages, also for older versions of Node
  if (command.source) {
    const file = [command.source, command.program].map((each) => join(ROOT, each)).find((each) => existsSync(each));
    return run(process.execPath, [file, ...args]);
  }
  if (command.takesNothing && args.length > 0) {
    if (['--help', '-h'].includes(args[0])) return say(helpOn(name, command));
    return refuse(
      `There is no option ${args[0]}: hookledger ${name} takes none, and reads its settings from the environment.`,
    );
  }
  if (isOldNode()) {
    return refuse(
      `Hookledger needs Node ${NODE} or later, and this is ${process.versions.node}: npx hookledger runs the Node that npm ci installs.`,
    );
  }
  if (command.needsDevelopmentPackages && !existsSync(COMPILER)) {
    return refuse(`hookledger ${name} needs the development packages: run it in a clone, after npm ci.`);
  }
  if (isBuildOld(join(ROOT, command.program))) {
    const code = build(join(ROOT, command.program));
    if (code !== 0) return code;
  }
  const { nodeOptions = [], environment = {}, program } = command;
  // signals and the exit code are then those of the program, also where it is process 1
  return process.execve(
    process.execPath,
    [process.argv0, ...nodeOptions, '--enable-source-maps', join(ROOT, program), ...args],
    { ...environment, ...process.env },
  );
}

function helpOnAll() {
  const lines = Object.entries(COMMANDS).map(([name, { arguments: given, summary }]) => [
    `hookledger ${[name, given].filter(Boolean).join(' ')}`,
    summary,
  ]);
  const width = Math.max(...lines.map(([line]) => line.length));
  const list = lines.map(([line, summary]) => `${line.padEnd(width)}  ${summary}`).join('\n');
  return `${list}\n\nhookledger COMMAND --help says more about a command, hookledger --version which version this is.\n`;
}

function helpOn(name, { help, nodeOptions, environment }) {
  const variables = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  const given = [...variables, 'node', ...nodeOptions].join('\n  ');
  return `hookledger ${name}\n\n${help.join('\n')}\n\nIt replaces itself by the program, which is started with\n\n  ${given}\n`;
}

function isOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = NODE.split('.').map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}

/** A server that has ended by itself starts again with what there is: who installs a new version builds it. */
function build(program) {
  if (process.env.NODE_ENV !== 'production') return run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  if (!existsSync(program)) return refuse(`Nothing is built in ${ROOT}: run npm run build there.`);
  process.stderr.write(`The sources are newer than what was built of them: npm run build in ${ROOT} builds them.\n`);
  return 0;
}

/** A clone whose sources are newer than what was built of them. */
function isBuildOld(program) {
  if (!existsSync(COMPILER)) return false;
  if (!existsSync(program)) return true;
  // the last file of a build, which is written each time: the compiler leaves its own alone if only times have changed
  const built = statSync(join(ROOT, 'dist/src/hookledger.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.some((source) => timesBelow(join(ROOT, source)).some((time) => time > built));
}

function timesBelow(path) {
  const entry = statSync(path);
  // not that of the folder itself, into which a build may write for a moment
  if (!entry.isDirectory()) return [entry.mtimeMs];
  return readdirSync(path, { recursive: true }).map((name) => statSync(join(path, name)).mtimeMs);
}

function readJson(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

function say(text) {
  process.stdout.write(text);
  return 0;
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  return error
    ? refuse(`${program} cannot be run (${error.code}): install it, or add its folder to PATH.`)
    : (status ?? 1);
}

process.exitCode = main(process.argv.slice(2));
