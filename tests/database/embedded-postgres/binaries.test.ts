import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeSymlinks, copyBinaries } from '../../../src/database/embedded-postgres/binaries';

let folder: string;
let source: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookledger-binaries-'));
  source = join(folder, 'package', 'native');
  for (const name of ['bin', 'lib']) mkdirSync(join(source, name), { recursive: true, mode: 0o700 });
  writeFileSync(join(source, 'bin', 'postgres'), 'a program', { mode: 0o600 });
  writeFileSync(join(source, 'lib', 'libpq.so.5.18'), 'a library', { mode: 0o600 });
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  writeFileSync(join(source, 'pg-symlinks.json'), JSON.stringify(links));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('symlinks that no install script made are made, once, also by two starters at the same moment', async () => {
  expect(await Promise.all([completeSymlinks(source), completeSymlinks(source)])).toEqual([true, true]);
  expect(readFileSync(join(source, 'lib', 'libpq.so.5'), 'utf8')).toBe('a library');
  expect(await completeSymlinks(source)).toBe(true);
});

test('a copy is whole, open to the user that runs it, and made once by several starters', async () => {
  const copies = await Promise.all([1, 2, 3].map(() => copyBinaries(source, folder, 'postgres-18')));
  expect(new Set(copies)).toEqual(new Set([join(folder, 'postgres-18')]));
  expect(readFileSync(join(folder, 'postgres-18', 'lib', 'libpq.so.5'), 'utf8')).toBe('a library');
  const modes = ['', 'bin', 'bin/postgres', 'lib/libpq.so.5.18', 'pg-symlinks.json'].map((name) =>
    (statSync(join(folder, 'postgres-18', name)).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(['755', '755', '755', '755', '644']);
  expect(readdirSync(folder).sort()).toEqual(['package', 'postgres-18']);
});

test('half a copy of a starter that was killed an hour ago is removed; one in the making is left alone', async () => {
  const [old, young] = ['unfinished-postgres-18-old', 'unfinished-postgres-18-young'];
  for (const name of [old, young]) mkdirSync(join(folder, name, 'bin'), { recursive: true });
  const anHourAgo = Date.now() / 1_000 - 3_600;
  utimesSync(join(folder, old), anHourAgo, anHourAgo);
  await copyBinaries(source, folder, 'postgres-18');
  expect(readdirSync(folder).sort()).toEqual(['package', 'postgres-18', young]);
});
