import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSourceTree, type SourceFile } from './support/repository/source-tree';

/** The endings of files that a test runner starts. */
const STARTED = ['test', 'browser', 'chaos'];

/** Folders that are not named for a folder of the source, with the reason. */
const OTHER_FOLDERS: Record<string, string> = {
  backup: 'restore a whole installation',
  browser: 'run in a browser',
  chaos: 'break a running installation',
  ci: 'test what the build checks',
  dashboard: 'test the pages, which are in dashboard/src',
  client: 'are a generated client of the whole API',
  roles: 'compare the roles of the whole API',
  support: 'is what all tests use',
};

const { files, importedBy, ringFrom } = readSourceTree(__dirname);

const RULES: [string, (file: SourceFile) => string[]][] = [
  ['no file imports itself by way of others', (file) => (ringFrom(file) ?? []).map(({ path }) => path)],
  [
    'what tests share is in a file without tests',
    (file) => importedBy(file).flatMap(({ kind, path }) => (STARTED.includes(kind) ? [path] : [])),
  ],
  [
    'a folder is named for the folder of the source that it tests',
    ({ path }) => {
      const [folder = '', ...below] = path.split('/');
      const isNamed = below.length === 0 || folder in OTHER_FOLDERS || existsSync(join(__dirname, '../src', folder));
      return isNamed ? [] : [folder];
    },
  ],
];

test.each(RULES)('%s', (_rule, faults) => {
  const found = files.map((file) => ({ path: file.path, faults: faults(file) }));
  expect(found.filter((each) => each.faults.length > 0)).toEqual([]);
});

test('a folder that is named for nothing in the source still exists', () => {
  expect(Object.keys(OTHER_FOLDERS).filter((folder) => !existsSync(join(__dirname, folder)))).toEqual([]);
});
