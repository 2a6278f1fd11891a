import { getDirective } from '@graphql-tools/utils';
import { type GraphQLInputObjectType, getNamedType, isEnumType, isInputObjectType, isNonNullType } from 'graphql';
import { READERS, ROLES, type Role } from '../src/access/viewer';
import { recordEntryOf } from './roles/history-rows';
import { askAs, withOwnSession } from './roles/own-session';
import { type Ids, objectTypes, pathsOf, rootPathsOf, schema, typeNamed } from './roles/paths';
import { withKnownApprovals } from './roles/privacy-rows';
import { keyWith, mutationArgs, seed, switchDeliveries } from './roles/rows';
import {
  type Allowed,
  everything,
  hollow,
  inQueries,
  isRow,
  type Pick,
  pick,
  printSelection,
  refusals,
  type Selection,
} from './roles/selection';
import { isAllowed, isForAllReaders, type Roles, TABLE, words } from './roles/table';
import { type GraphQLAnswer, startTestApp, type TestApp } from './support/app';
import { counts } from './support/changes-recorded';
import { type Receiver, startReceiver } from './support/receiver';

interface Asking {
  title: string;
  /** What they have in the end. */
  roles: Roles;
  key(): Promise<string | null>;
  paths: typeof pathsOf;
}

/** Who asks. Every path is asked with each of the roles; those who only come by the same roles in another way ask few. */
const VIEWERS: Asking[] = [
  ...ROLES.map((role) => ({ title: role, roles: [role], key: () => app.keyFor(role), paths: pathsOf })),
  {
    title: 'SUPPORT and PUBLISHER',
    roles: ['SUPPORT', 'PUBLISHER'],
    key: () => app.keyFor('SUPPORT', 'PUBLISHER'),
    paths: rootPathsOf,
  },
  { title: 'somebody without a key', roles: null, key: async () => null, paths: pathsOf },
  { title: 'a user without roles', roles: [], key: () => app.keyFor(), paths: pathsOf },
  {
    title: 'a user with a role that nobody knows',
    roles: [],
    key: () => keyWith(app, ['EMPEROR'], null),
    paths: rootPathsOf,
  },
  {
    title: "a SYSTEM_MANAGER's key that carries SUPPORT alone",
    roles: ['SUPPORT'],
    key: () => keyWith(app, ['SYSTEM_MANAGER', 'SUPPORT'], ['SUPPORT']),
    paths: rootPathsOf,
  },
  {
    title: 'a key with a role that its user has lost',
    roles: ['AUDITOR'],
    key: () => keyWith(app, ['AUDITOR'], ['SYSTEM_MANAGER', 'AUDITOR']),
    paths: rootPathsOf,
  },
];

/** The mail of an address that is to be verified waits: nothing listens there. */
const WITH_MAIL = {
  SMTP_URL: 'smtp://127.0.0.1:9',
  SMTP_FROM: 'hookledger@example.com',
  PUBLIC_URL: 'http://127.0.0.1:9',
};

let app: TestApp;
let partner: Receiver;
let ids: Ids;
/** Inputs that work, of mutations that are refused: by the name of the mutation. */
const unused = new Map<string, string>();

beforeAll(async () => {
  // every field by every path is more than anybody asks in a minute
  [app, partner] = await Promise.all([
    startTestApp({ RATE_LIMIT_COST_PER_MINUTE: '100000000', ...WITH_MAIL }),
    startReceiver(),
  ]);
  ids = await seed(app, partner.url);
  const asAdministrator = await withOwnSession(app, ids, null);
  for (const name of Object.keys(typeNamed('Mutation').getFields())) {
    unused.set(name, await mutationArgs(app, asAdministrator, name));
  }
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

test('every field of the schema has its place in the table, and nothing else has', () => {
  const inTable = Object.entries(TABLE).flatMap(([type, groups]) =>
    Object.values(groups).flatMap((fields) => words(fields).map((field) => `${type}.${field}`)),
  );
  const inSchema = objectTypes().flatMap((type) =>
    Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
  expect(inTable.sort()).toEqual(inSchema.sort());
});

describe.each(VIEWERS)('$title', ({ roles, key, paths }) => {
  const type = typeNamed('Mutation');
  const allowed = allowedTo(roles);
  let token: string | null;
  let own: Ids;

  beforeAll(async () => {
    token = await key();
    if (token !== null) await recordEntryOf(app, token);
    own = withKnownApprovals(roles, await withOwnSession(app, ids, token));
  });

  test('reads what the table says, and nothing else', async () => {
    await switchDeliveries(app, 'pause');
    const queries = inQueries(typeNamed('Query'), paths(roles, own), allowed);
    for (const query of queries) await expectAsInTable(roles, token, query);
  });

  test('changes what the table says, and nothing else', async () => {
    const fields = Object.values(type.getFields());
    for (const field of fields.filter(({ name }) => allowed(type.name, name))) {
      const args = await mutationArgs(app, own, field.name);
      const before = await counts(app);
      await expectAsInTable(roles, token, { type, picks: [pick(field, 1, args)] });
      expect(await counts(app)).not.toEqual(before);
    }
    const before = await counts(app);
    // one by one, since a refusal ends the request
    for (const field of fields.filter(({ name }) => !allowed(type.name, name))) {
      await expectAsInTable(roles, token, { type, picks: [pick(field, 1, unused.get(field.name))] });
    }
    expect(await counts(app)).toEqual(before);
  });
});

test('viewerRoles are those of the key, where viewer.roles are those of its user', async () => {
  const roles = ['SYSTEM_MANAGER', 'SUPPORT', 'AUDITOR'];
  const { data } = await app.ask(
    `mutation { createUser(input: { name: "three-roles", roles: [${roles}] }) { user { id } } }`,
  );
  const created = await app.ask(
    `mutation { createApiKey(input: { userId: "${data.createUser.user.id}", label: "less", roles: [AUDITOR, SUPPORT] }) { token } }`,
  );
  const less = await app.ask('{ viewerRoles viewer { roles } }', undefined, created.data.createApiKey.token);
  expect(less.data).toEqual({ viewerRoles: ['SUPPORT', 'AUDITOR'], viewer: { roles } });
  const publisher = await app.ask('{ viewerRoles }', undefined, await app.keyFor('PUBLISHER'));
  expect(publisher).toMatchObject({ data: { viewerRoles: ['PUBLISHER'] } });
  expect(await app.ask('{ viewerRoles }', undefined, null)).toMatchObject({ data: { viewerRoles: [] } });
});

test('viewer is null without a key', async () => {
  expect(await app.ask('{ viewer { id } }', undefined, null)).toMatchObject({ status: 200, data: { viewer: null } });
});

test('what is masked from SUPPORT keeps its form, and the rest of the row is there', async () => {
  const query = `{ webhookRequestLog(id: "${ids.WebhookRequestLog}") {
    ${printSelection(everything(typeNamed('WebhookRequestLog')))} } }`;
  const full = (await app.ask(query)).data.webhookRequestLog;
  const answer = await app.ask(query, undefined, await app.keyFor('SUPPORT'));
  const hidden = '***';
  const headers = (each: object) => Object.fromEntries(Object.keys(each).map((name) => [name, hidden]));
  const list = (each: { name: string }[]) => each.map(({ name }) => ({ name, value: hidden }));
  const body = (each: object) => ({ ...each, masked: true, text: null, base64: null, bytes: null, sha256: null });
  expect(answer.data.webhookRequestLog).toEqual({
    ...full,
    remoteAddress: '127.0.0.0/24',
    data: { number: hidden },
    dataBody: body(full.dataBody),
    headers: headers(full.headers),
    headerList: list(full.headerList),
    response: { ok: hidden },
    responseBody: body(full.responseBody),
    responseHeaders: headers(full.responseHeaders),
    responseHeaderList: list(full.responseHeaderList),
  });
});

test('what only some readers of a row may read can be null, so that the others get the row', () => {
  const partly = objectTypes()
    .filter((type) => isRow(type) && isForAllReaders(type.name, 'id'))
    .flatMap((type) => Object.values(type.getFields()).filter((field) => !isForAllReaders(type.name, field.name)));
  expect(partly.map((field) => field.name)).toContain('settings');
  expect(partly.filter((field) => isNonNullType(field.type)).map((field) => field.name)).toEqual([]);
});

test('a user with a role that this version does not know can be listed, and has the others', async () => {
  await app.database.query(`update users set roles = '{SUPPORT,EMPEROR}' where name = 'amina'`);
  const answer = await app.ask('{ users(where: { name: { eq: "amina" } }) { nodes { roles } } }');
  expect(answer.data).toEqual({ users: { nodes: [{ roles: ['SUPPORT'] }] } });
});

describe('what some reader may not read', () => {
  const types = Object.values(schema.getTypeMap());
  const filters = types.filter(isInputObjectType).filter(({ name }) => name.endsWith('Where'));
  const orders = types.filter(isEnumType).filter(({ name }) => name.endsWith('OrderField'));

  test('can not be filtered by', () => {
    expect(filters.map(({ name }) => name)).toContain('WebhookRequestLogWhere');
    const faults = filters.flatMap((filter) => {
      const type = typeNamed(filter.name.replace(/Where$/, ''));
      return Object.values(filter.getFields())
        .filter(({ name }) => !['and', 'or', 'not'].includes(name))
        .filter(({ name, type: test }) => {
          const filtered = getNamedType(type.getFields()[name]?.type);
          // looks only into what the caller may read: request-log/search/search.test.ts
          if (name === 'search') return false;
          const isOwnWhere = !isRow(filtered) || getNamedType(test).name === `${filtered.name}Where`;
          return !isFilteredByReadersAlone(filter.name, name, type.name) || !isOwnWhere;
        })
        .map(({ name }) => `${filter.name}.${name}`);
    });
    expect(faults).toEqual([]);
  });

  test('can not be ordered by', () => {
    expect(orders.length).toBeGreaterThan(0);
    const faults = orders.flatMap((order) => {
      const type = order.name.replace(/OrderField$/, '');
      const fields = order.getValues().map(({ name }) => (name === 'DURATION' ? 'durationMs' : camelCase(name)));
      return fields
        .filter((field) => !readersOf(type).every((role) => isAllowed([role], type, field)))
        .map((field) => `${type} by ${field}`);
    });
    expect(faults).toEqual([]);
  });

  test('has no other way into an argument of a list', () => {
    const known = ['first', 'after', 'last', 'before'];
    const faults = objectTypes().flatMap((type) =>
      Object.values(type.getFields()).flatMap(({ name, type: list, args }) => {
        const rows = /^(\w+)Connection!?$/.exec(String(list))?.[1];
        const allowed = [...known, `where: ${rows}Where`, `orderBy: ${rows}Order`, 'orderBy: TimeOrder'];
        return rows
          ? args
              .filter((arg) => !known.includes(arg.name) && !allowed.includes(`${arg.name}: ${arg.type}`))
              .map((arg) => `${type.name}.${name}(${arg.name})`)
          : [];
      }),
    );
    expect(faults).toEqual([]);
  });
});

// keys are listed below users alone, to those who read keys
function readersOf(type: string): readonly Role[] {
  const { id } = typeNamed(type).getFields();
  return id ? READERS.filter((role) => isAllowed([role], type, 'id')) : READERS;
}

// who may filter by it may read it: all readers, or those whom the filter names
function isFilteredByReadersAlone(filter: string, field: string, type: string): boolean {
  const roles = onlyFor(filter, field) ?? readersOf(type);
  return roles.every((role) => isAllowed([role], type, field));
}

function onlyFor(filter: string, field: string): Role[] | undefined {
  const input = schema.getType(filter) as GraphQLInputObjectType;
  const found = input.getFields()[field];
  return found && (getDirective(schema, found, 'onlyFor')?.[0]?.roles as Role[] | undefined);
}

function allowedTo(roles: Roles): Allowed {
  return (type, field) => isAllowed(roles, type, field);
}

async function expectAsInTable(roles: Roles, token: string | null, selection: Selection): Promise<void> {
  const { type, picks } = selection;
  const allowed = allowedTo(roles);
  const query = `${type.name.toLowerCase()} { ${printSelection(selection)} }`;
  const code = roles === null ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  const expected = refusals(selection, allowed).map((at) => `${at} ${code}`);
  const isOpen = picks.every(({ field }) => allowed(type.name, field.name));
  const answer = await (isOpen ? askAs(app, token, query) : app.ask(query, undefined, token));
  expect({ query, refused: refusedIn(answer) }).toEqual({ query, refused: new Set(expected) });
  // a way that was allowed must have led somewhere
  const open = picks.filter((path) => allowed(type.name, path.field.name) && !isCutShort(path, allowed));
  const empty = hollow(answer.data, { type, picks: open }, allowed).filter(
    (at) =>
      !/(userErrors|warnings|faults|findings|verificationKey|stops|holes|recipients|standby|evidenceAnchors\d*\.(edges|nodes)|(legalHold|erasure)\.\w+)$/.test(
        at,
      ),
  );
  if (open.length > 0) expect({ query, empty }).toEqual({ query, empty: [] });
}

// the refusal of a field that is never null takes the row with it
function isCutShort({ below }: Pick, allowed: (type: string, field: string) => boolean): boolean {
  return below?.picks.every(({ field }) => !allowed(below.type.name, field.name)) ?? false;
}

function refusedIn({ errors = [] }: GraphQLAnswer): Set<string> {
  return new Set(
    errors.map(({ path = [], extensions, message }) => {
      const at = path.filter((step) => typeof step === 'string').join('.');
      return `${at || message} ${extensions.code}`;
    }),
  );
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
