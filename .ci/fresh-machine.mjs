// Sets a machine up by the commands of docs/install.md, copied out of the page, with its folders in a scratch folder: installs and builds the
// program, makes the roles on a PostgreSQL that has none, migrates, starts, asks whether it is ready, and stops.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(join(ROOT, 'package.json'));
const { startEmbeddedPostgres } = require('./dist/src/database/embedded-postgres/embedded-postgres.js');
const { Client } = require('pg');

const SECTIONS = ['The program', 'The database', 'With Node'];
const READY_MS = 120_000;
/** What git does not have. */
const NOT_COPIED = ['node_modules', 'dist', '.git', '.data'];

/** The commands of a section, in order. @returns the language of each block, and its text */
function blocksOf(page, section) {
  const text = page.split(/^## /m).find((each) => each.startsWith(`${section}\n`));
  const blocks = [...(text ?? '').matchAll(/^```(sh|sql)\n(.+?)^```$/gms)];
  if (blocks.length === 0) throw new Error(`docs/install.md has no commands in "${section}"`);
  return blocks.map(([, language, commands]) => ({ language, commands }));
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function asSuperuser(url, statements) {
  const client = new Client({ connectionString: url });
  await client.connect();
  // one by one: a database cannot be made inside of a transaction
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const say = (text) => process.stdout.write(`${text}\n`);
const shell = (commands) => ['-euc', commands];
const options = { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, npm_config_prefer_offline: 'true' } };

async function untilReady(commands, server) {
  for (const end = Date.now() + READY_MS; ; await pause(500)) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    try {
      execFileSync('sh', shell(commands), { ...options, stdio: 'ignore' });
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

async function setUp(scratch, postgres) {
  const page = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
  const port = await freePort();
  const { host } = new URL(postgres.superuserUrl);
  const here = (commands) =>
    commands
      .replaceAll('/opt/hookledger', join(scratch, 'opt'))
      .replaceAll('/etc/hookledger', join(scratch, 'etc'))
      .replaceAll('db.example.com:5432', host)
      .replace(/\b4000\b/g, String(port));
  let server = null;
  for (const { language, commands } of SECTIONS.flatMap((section) => blocksOf(page, section))) {
    say(commands.replace(/^/gm, '  '));
    if (language === 'sql') await asSuperuser(postgres.superuserUrl, commands.split(/;\n/).filter(Boolean));
    else if (/hookledger start$/m.test(commands)) {
      server = spawn('sh', shell(here(commands)), { ...options, detached: true });
    } else if (server) await untilReady(here(commands), server);
    else execFileSync('sh', shell(here(commands)), options);
  }
  const ended = once(server, 'exit');
  process.kill(-server.pid, 'SIGTERM');
  await ended;
  say('The commands of the page have set it up, and it was ready.');
}

const scratch = mkdtempSync(join(tmpdir(), 'hookledger-fresh-'));
const filter = (path) => !(dirname(path) === ROOT && NOT_COPIED.includes(basename(path)));
cpSync(ROOT, join(scratch, 'opt'), { recursive: true, filter });
const postgres = await startEmbeddedPostgres({ dataDir: join(scratch, 'data'), settings: { fsync: 'off' } });
try {
  // those that come with it: the page makes them
  const roles = ['hookledger', 'hookledger_owner', 'hookledger_reader', 'hookledger_retention'];
  await asSuperuser(postgres.superuserUrl, [
    'drop database hookledger',
    ...roles.map((role) => `drop role if exists ${role}`),
  ]);
  await setUp(scratch, postgres);
} finally {
  await postgres.stop();
  for (const folder of [scratch, postgres.dataPath]) rmSync(folder, { recursive: true, force: true });
}
