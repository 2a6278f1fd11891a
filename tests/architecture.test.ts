import { join } from 'node:path';
import { parseFile, readSourceTree, type SourceFile } from './support/repository/source-tree';

/**
 * The order of imports, by folder below src/: a folder imports itself and the folders above it in this list.
 * `root` stands for the files in src/ itself, except src/features.ts and src/main.ts.
 */
const FOLDERS = [
  'root',
  'logging',
  'time',
  'errors',
  'values',
  'tracing',
  'limits',
  'access',
  'config',
  'json',
  'sql/wire',
  'sql',
  'sql/sharing',
  'sql/walks',
  'templating',
  'keyring',
  'verification',
  'verification/providers',
  'verification/explaining',
  'masking',
  'graphql',
  'graphql/arguments',
  'graphql/roles',
  'graphql/content',
  'graphql/lists',
  'graphql/limits',
  'read-plan',
  'audit',
  'audit/notes',
  'users',
  'users/api-keys',
  'users/sessions',
  'users/identity',
  'users/approvals',
  'users/api',
  'webhooks',
  'webhooks/request',
  'webhooks/signing',
  'webhooks/credentials',
  'webhooks/incoming',
  'webhooks/versions',
  'webhooks/changes',
  'webhooks/api',
  'webhooks/expiring',
  'webhooks/versions/api',
  'webhooks/settings-file',
  'masking/rules',
  'events/data',
  'events',
  'mail',
  'request-log',
  'request-log/feed',
  'request-log/stats',
  'request-log/search',
  'request-log/api',
  'request-log/export',
  'request-log/watch',
  'delivery',
  'delivery/stats',
  'delivery/health',
  'delivery/queue',
  'delivery/pause',
  'delivery/http',
  'delivery/authentication',
  'delivery/capacity',
  'delivery/engine/skip-reasons',
  'delivery/engine',
  'delivery/commands',
  'delivery/api',
  'delivery/watch',
  'audit/api',
  'incoming/refusals',
  'incoming',
  'incoming/explaining',
  'replay',
  'replay/requests',
  'evidence/formats',
  'evidence',
  'evidence/names',
  'evidence/exporting',
  'evidence/anchors',
  'evidence/verifying/tree',
  'evidence/verifying',
  'evidence/completeness',
  'evidence/api',
  'documents',
  'privacy',
  'privacy/erasing',
  'privacy/dropping',
  'privacy/personal-data',
  'privacy/api',
  'approvals',
  'masking/reveal',
  'system',
  'features',
  'database/embedded-postgres',
  'server/edge',
  'server/schema',
  'server/graphql',
  'server/subscriptions',
  'server/publishing',
  'server/sign-in',
  'server/dashboard',
  'database',
  'server/routes',
  'server',
  'jobs',
  'app',
  'programs',
  'programs/demo',
  'programs/doctor',
  'programs/support-bundle',
  'programs/settings-file',
  'programs/frappe-import/reading',
  'programs/frappe-import/python',
  'programs/frappe-import/jinja',
  'programs/frappe-import/plan',
  'programs/frappe-import',
  'programs/schema',
  'main',
];

/**
 * Inside a folder, likewise. A file without such an ending is `plain`: rules and mechanics. The one feature file of a
 * feature hands its entities, fields and resolvers to src/features.ts.
 */
const KINDS = ['entity', 'store', 'plain', 'type', 'resolver', 'feature'];
const HANDED_OVER = ['entity', 'resolver'];

/** Where GraphQL libraries may be imported by any file. */
const GRAPHQL_FOLDERS = ['graphql', 'read-plan', 'server', 'programs/schema'];
/** Where any file may run SQL. */
const SQL_FOLDERS = ['sql', 'database', 'jobs'];
/** Where any file may import TypeORM, for the types of the connection pools that it is handed. */
const POOL_FOLDERS = [...SQL_FOLDERS, 'server', 'app'];

const GRAPHQL = /^(graphql|type-graphql|graphql-scalars|@apollo\/.+|@graphql-.+|@as-integrations\/.+)(\/|$)/;
// statements as text, and what TypeORM's EntityManager writes statements for; `changedBy` is a field of the API too
const SQL =
  /\.query[(<]|\b(rowsOf|rowOf|changedBy)[(<](?!@Root)|\b(rowsOf|rowOf)\b|\b(db|manager)\.(insert|update|upsert|save|delete|exists|find|count)\w*\(/;
const BANNED = ['utils', 'helpers', 'common', 'lib', 'shared', 'manager', 'handler', 'base', 'misc', 'types'];

interface Rule {
  rule: string;
  /** What a file does against the rule; empty when nothing. */
  faults(file: SourceFile): string[];
  /** By path below src/, with the reason. */
  exceptions?: Record<string, string>;
}

const RULES: Rule[] = [
  {
    rule: 'a folder stands in the order, and imports itself and what stands to its left; a feature file, its sub-folders too',
    faults: (file) =>
      FOLDERS.includes(file.folder)
        ? importedBy(file)
            .filter((target) => rank(FOLDERS, target.folder, file.folder) > 0)
            .filter((target) => !(file.kind === 'feature' && isWithin([file.folder], target)))
            .map(pathOf)
        : [`${file.folder}/ has no place in FOLDERS`],
  },
  {
    rule: 'inside a folder: entities < stores < plain rules < types and inputs < resolvers < feature',
    faults: (file) =>
      importedBy(file)
        .filter((target) => target.folder === file.folder && rank(KINDS, target.kind, file.kind) > 0)
        .map(pathOf),
    exceptions: { 'server/schema/schema.ts': 'puts the whole API together, the resolver of this folder too' },
  },
  {
    rule: `each ${HANDED_OVER.join(', ')} is handed over by the feature file of its folder, and by no other`,
    faults: (file) => {
      if (file.kind !== 'feature' && !HANDED_OVER.includes(file.kind)) return [];
      const [folder = ''] = file.path.split('/');
      const own = file.kind === 'feature' ? 'features.ts' : `${folder}/${folder}.feature.ts`;
      const takers = FEATURE_FILES.filter((each) => importedBy(each).includes(file)).map(pathOf);
      return takers.length === 1 && takers[0] === own ? [] : [`taken by ${takers.join(', ') || 'no file'}`];
    },
    exceptions: {
      'server/schema/node.resolver.ts': 'reads objects of all features, and server/schema/schema.ts takes it',
    },
  },
  {
    rule: `only types, inputs, resolvers and ${GRAPHQL_FOLDERS.join(', ')} import GraphQL libraries`,
    faults: (file) =>
      ['type', 'resolver'].includes(file.kind) || isWithin(GRAPHQL_FOLDERS, file)
        ? []
        : file.imports.filter((name) => GRAPHQL.test(name)),
  },
  {
    rule: `only entities, stores and ${SQL_FOLDERS.join(', ')} run SQL`,
    faults: (file) => (mayRunSql(file) ? [] : [...file.text.matchAll(new RegExp(SQL, 'g'))].map(([call]) => call)),
    exceptions: {},
  },
  {
    rule: `only entities, stores and ${POOL_FOLDERS.join(', ')} import typeorm`,
    faults: (file) =>
      mayRunSql(file) || isWithin(POOL_FOLDERS, file)
        ? []
        : file.imports.filter((name) => /^(typeorm|pg)(\/|$)/.test(name)),
  },
  {
    rule: 'no file imports itself by way of others',
    faults: (file) => (ringFrom(file) ?? []).map(pathOf),
  },
  {
    rule: 'a file is named in kebab-case, for what it is',
    faults: ({ path }) =>
      path.split('/').flatMap((name) => {
        const [stem = '', ...rest] = name.replace(/\.ts$/, '').split('.');
        const words = stem.split('-').filter((word) => BANNED.includes(word));
        const isWellFormed =
          /^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) && rest.every((ending) => [...KINDS, 'inputs'].includes(ending));
        return [...words, ...(isWellFormed ? [] : [name])];
      }),
  },
  {
    rule: 'the environment is read in config.ts and main.ts',
    faults: ({ path, code }) => (/(^|\/)(config|main)\.ts$/.test(path) ? [] : (code.match(/process\.env\b/g) ?? [])),
    exceptions: { 'programs/bundle-program.ts': 'names what packages read, and reads nothing' },
  },
  {
    rule: 'the time is asked of clock.ts, which knows how far the clock of this process is wrong',
    faults: ({ path, code }) =>
      path === 'time/clock.ts' ? [] : (code.match(/new Date\(\)|\bDate\.now\b|\bDate\(\)/g) ?? []),
    exceptions: {
      'database/embedded-postgres/binaries.ts': 'compares it with times of files, which come from the same clock',
      'programs/schema/generate.ts': 'a day, for the reader of a changelog',
      'programs/demo/partner.ts': 'signs as a partner does, by its own clock',
      'programs/demo/main.ts': 'as a client',
      'programs/demo/story.ts': 'as a client',
    },
  },
];

const { files, importedBy, targetOf, ringFrom } = readSourceTree(join(__dirname, '../src'));
const FEATURE_FILES = files.filter(({ kind, path }) => kind === 'feature' || path === 'features.ts');

test.each(RULES.map((rule) => [rule.rule, rule] as const))('%s', (_title, { faults, exceptions = {} }) => {
  const found = files
    .map((file) => ({ path: file.path, faults: faults(file) }))
    .filter((each) => each.faults.length > 0);
  expect(found.filter(({ path }) => !(path in exceptions))).toEqual([]);
  // an exception that is no longer one must go
  expect(Object.keys(exceptions).filter((path) => !found.some((each) => each.path === path))).toEqual([]);
});

test('every import of our own is found', () => {
  const lost = files.flatMap((file) => file.imports.filter((name) => name.startsWith('.') && !targetOf(file, name)));
  expect(lost).toEqual([]);
  expect(parseFile('a/b.ts', SAMPLE).imports).toEqual(['./c', '../d/e', 'f', './g', './h.js', '../i', './j']);
});

const SAMPLE = `
import './c';
import type { D } from '../d/e';
import f, {
  type F,
} from 'f';
export * from './g';
const h = await import('./h.js');
export { type I, i } from '../i';
import * as j from './j';
const text = "copied from 'k'";
`;

function rank(order: readonly string[], one: string, other: string): number {
  return order.indexOf(one) - order.indexOf(other);
}

function mayRunSql(file: SourceFile): boolean {
  return file.kind === 'entity' || file.kind === 'store' || isWithin(SQL_FOLDERS, file);
}

/** Sub-folders count. */
function isWithin(folders: readonly string[], { folder }: SourceFile): boolean {
  return folders.some((each) => folder === each || folder.startsWith(`${each}/`));
}

function pathOf(file: SourceFile): string {
  return file.path;
}
