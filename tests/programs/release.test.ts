// `npm run release`, and what `npm run check` says of migrations afterwards.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultsOfMigrations, release } from '../../src/programs/schema/release';

const ROOT = join(__dirname, '../..');
const SDL = 'type Query {\n  one: Int\n}\n';
const DAY = '2026-12-02';

let folder: string;

/** What is here, as if nothing had been released yet. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-release-'));
  for (const path of ['package.json', 'package-lock.json', 'migrations']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  await rm(join(folder, 'migrations/RELEASED'), { force: true });
  await mkdir(join(folder, 'schema'));
  await writeFile(join(folder, 'schema/released.graphql'), '\n');
  const yet = 'Nothing was released yet: all of it\nmay still change.';
  await write('CHANGELOG.md', `# Changelog\n\n## Unreleased\n\n${yet}\n\n### Added\n\n- Webhooks.\n`);
  await write('schema/CHANGELOG.md', `# What changed in the API\n\n## Unreleased\n\n${yet}\n`);
  await setVersion('0.1.0');
});
afterEach(() => rm(folder, { recursive: true }));

const read = (path: string) => readFile(join(folder, path), 'utf8');
const write = (path: string, text: string) => writeFile(join(folder, path), text);
const migration = (name: string) => join('migrations', name);

async function setVersion(version: string, files = ['package.json', 'package-lock.json']): Promise<void> {
  for (const file of files) await write(file, JSON.stringify({ ...JSON.parse(await read(file)), version }));
}

async function firstRelease(): Promise<void> {
  expect(await release(folder, SDL, DAY)).toEqual([]);
}

test('before the first release a migration may be edited; two with the same number are refused', async () => {
  await write(migration('2-webhooks.sql'), 'select 1;');
  expect(await faultsOfMigrations(folder)).toEqual([]);
  await write(migration('2-others.sql'), 'select 1;');
  expect(await faultsOfMigrations(folder)).toEqual([
    'migrations: 2-others.sql and 2-webhooks.sql have the same number: give one of them the next.',
  ]);
});

test('freezes API, migrations and changelogs under the version', async () => {
  await firstRelease();
  expect(await read('CHANGELOG.md')).toBe(
    `# Changelog\n\n## Unreleased\n\n## 0.1.0 (${DAY})\n\nThe first release.\n\n### Added\n\n- Webhooks.\n`,
  );
  expect(await read('schema/CHANGELOG.md')).toBe(
    `# What changed in the API\n\n## Unreleased\n\n## 0.1.0 (${DAY})\n\nThe first release.\n`,
  );
  expect(await read('schema/released.graphql')).toBe(SDL);
  const checked = execFileSync('sha256sum', ['-c', 'RELEASED'], { cwd: join(folder, 'migrations'), encoding: 'utf8' });
  const files = (await readdir(join(folder, 'migrations'))).filter((file) => file.endsWith('.sql'));
  expect(checked.trim().split('\n').sort()).toEqual(files.map((file) => `${file}: OK`).sort());
  expect(await faultsOfMigrations(folder)).toEqual([]);
});

test('then a migration that is edited or gone is refused, with what to do', async () => {
  await firstRelease();
  await write(migration('2-webhooks.sql'), `${await read(migration('2-webhooks.sql'))}\n-- a comment`);
  await rm(join(folder, migration('6-receiving.sql')));
  const cure = 'Restore it from the release, and add a new migration: docs/upgrade.md#writing-a-migration';
  expect(await faultsOfMigrations(folder)).toEqual([
    `migrations/2-webhooks.sql was released, and has been edited. ${cure}`,
    `migrations/6-receiving.sql was released, and is gone. ${cure}`,
  ]);
  expect(await release(folder, SDL, DAY)).toHaveLength(4);
});

test.each([
  ['-- runs beside: 0.1\nselect 1;', '900-new.sql', []],
  ['-- runs beside: 0.1.0\nselect 1;', '900-new.sql', []],
  [
    'select 1;',
    '900-new.sql',
    [/^migrations\/900-new\.sql is new, and does not say how far back it works: a line such as "-- runs/],
  ],
  ['-- runs beside: 0.2\nselect 1;', '900-new.sql', [/runs beside 0\.2, which does not exist yet: this is 0\.1\.0/]],
  [
    '-- runs beside: 0.1\nselect 1;',
    '0-new.sql',
    [/^migrations\/0-new\.sql is new: give it a number above \d+, the last/],
  ],
])('then a new migration (%j as %s) has these faults: %j', async (sql, file, faults) => {
  await firstRelease();
  await write(migration(file), sql);
  expect(await faultsOfMigrations(folder)).toEqual(faults.map((fault) => expect.stringMatching(fault)));
});

test('the next release needs another version and something to say, and freezes what was added', async () => {
  await firstRelease();
  await write(migration('900-new.sql'), '-- runs beside: 0.1\nselect 1;');
  await setVersion('0.1.0');
  const before = await read('migrations/RELEASED');
  expect(await release(folder, SDL, DAY)).toEqual([
    'CHANGELOG.md has 0.1.0 already: npm version --no-git-tag-version with the version to release',
    'CHANGELOG.md has nothing under Unreleased: say what users of this version get',
  ]);
  await setVersion('0.2.0', ['package.json']);
  expect(await release(folder, SDL, DAY)).toContain(
    'package-lock.json has version 0.1.0, and package.json 0.2.0: npm install',
  );
  expect(await read('migrations/RELEASED')).toBe(before);
  await setVersion('0.2.0');
  await write('CHANGELOG.md', (await read('CHANGELOG.md')).replace('## Unreleased\n', '## Unreleased\n\n- Notes.\n'));
  expect(await release(folder, SDL, DAY)).toEqual([]);
  expect(await read('migrations/RELEASED')).toMatch(new RegExp(`^${before}\\w{64}  900-new\\.sql\\n$`));
  expect(await read('CHANGELOG.md')).toContain(`## Unreleased\n\n## 0.2.0 (${DAY})\n\n- Notes.\n\n## 0.1.0 (${DAY})\n`);
  expect(await read('schema/CHANGELOG.md')).toContain(
    `## 0.2.0 (${DAY})\n\nNothing has changed.\n\n## 0.1.0 (${DAY})\n`,
  );
});
