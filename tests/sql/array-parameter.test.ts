// Parameters as the server reads them, in the first run of a statement in a session and in the next ones, which are sent otherwise.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { DELIVER } from '../../src/database/pools';
import { rowOf, statement } from '../../src/sql/db';
import { pipelinedTransactions, type Transaction } from '../../src/sql/transactions';
import { ArrayParameter } from '../../src/sql/wire/array-parameter';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let source: DataSource;
let transaction: Transaction;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.servingUrl, { ...DELIVER, poolSize: 1 }).initialize();
  transaction = pipelinedTransactions(source);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

// escaped as JSON does, or not, as it would write a line break as two characters
const ESCAPED = ['"Größe" \u007f\u2028', '"line\n\tbreak"', '"🧾\\'];
const TEXTS = [
  '',
  'plain',
  'NULL',
  ' a, {b} ',
  'say "x" \\ and \\"',
  "it's",
  'line\nbreak',
  'Größe €',
  '🧾',
  ...ESCAPED,
  null,
];
const BYTES = Buffer.from([0, 1, 92, 34, 255]);

const CASES: [type: string, value: unknown][] = [
  ['text', 'a "quoted" \\ text €'],
  ['text', ''],
  ['text', null],
  ['text', undefined],
  ['boolean', false],
  ['integer', -7],
  ['float8', 1.5e300],
  ['bigint', 2n ** 62n],
  ['bytea', BYTES],
  ['bytea', Buffer.alloc(0)],
  ['bytea', Buffer.alloc(300_000, 7)],
  ['timestamptz', new Date('2026-02-28T23:59:59.987Z')],
  ['timestamptz', new Date('1969-12-31T23:59:59.999Z')],
  ['timestamptz', new Date('0001-06-01T00:00:00Z')],
  ['timestamptz', new Date(253_402_300_800_000)],
  ['jsonb', { list: [1, 'two'] }],
  ['text[]', []],
  ['text[]', TEXTS],
  ['text[]', [null]],
  ['text[]', ['x'.repeat(400_000), '€'.repeat(100_000)]],
  ['text[]', [TEXTS, TEXTS]],
  ['integer[]', [1, null, -3]],
  ['boolean[]', [true, false]],
  ['uuid[]', ['0199aaaa-0000-7000-8000-000000000001']],
  ['timestamptz[]', [new Date('2026-01-31T12:00:00Z'), null, new Date('1969-12-31T23:59:59.999Z')]],
  ['bytea[]', []],
  ['bytea[]', [null, BYTES]],
  ['bytea[]', [BYTES, null, Buffer.alloc(0), Buffer.alloc(200_000, 7)]],
  ['jsonb[]', [{ a: 1 }, '"text"']],
];

const IDS = ['0199aaaa-0000-7000-8000-0123456789ab', null, '0199AAAA-FFFF-7fff-8fff-0123456789AB'];

/** Those of binary elements, and of what is written as text because one of them is of another kind. */
const ELEMENTS: [type: string, elements: unknown[]][] = [
  ['uuid', IDS],
  ['uuid', []],
  ['uuid', [undefined, null]],
  ['uuid', [IDS[0], '{0199aaaa00007000-80000123456789ab}']],
  ['uuid', ['0199aaaa000070008000-0123456789ab']],
  ['integer', [0, -1, 2_147_483_647, -2_147_483_648, null]],
  ['integer', [7, '8']],
  ['boolean', [true, null, false]],
  ['boolean', [true, 'off']],
  ['text', TEXTS],
  ['text', []],
  ['text', ['x'.repeat(400_000), '€'.repeat(100_000), '\ud800']],
  ['text', ['a', 1]],
  ['timestamptz', [new Date('2026-02-28T23:59:59.987Z'), null, new Date('1999-12-31T23:59:59.999Z'), new Date(0)]],
  ['timestamptz', [new Date('0001-06-01T00:00:00Z'), new Date('2200-01-01T00:00:00.001Z')]],
  ['timestamptz', [new Date(0), new Date('9999-12-31T23:59:59.999Z')]],
  ['timestamptz', [new Date(0), '2026-02-28T23:59:59.987Z']],
  ['bytea', [BYTES, null]],
  ['bytea', []],
  ['smallint', [1, -2]],
];
for (const [type, elements] of ELEMENTS) CASES.push([`${type}[]`, new ArrayParameter(type, elements)]);

test.each(CASES.map(([type, value], index) => ({ type, value, index })))(
  'a parameter of type $type is the same each time (case $index)',
  async ({ type, value, index }) => {
    // other names, so that each case has a first run
    const echo = statement(`select to_jsonb($1::${type}) as value, $2::integer as next, ${index} as index`);
    const run = () => transaction((db) => rowOf(db, echo, [value, 42]));
    const first = await run();
    expect(first).toMatchObject({ next: 42, index });
    expect(await run()).toEqual(first);
  },
);
