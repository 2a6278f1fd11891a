// Each list in docs/reading-the-log.md is answered within three pages, on a log of which three pages look at three quarters at most.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FieldNode, getNamedType, isObjectType, Kind, parse, print } from 'graphql';
import { Client } from 'pg';
import { sharedSchema } from '../../../src/server/schema/schema';
import { makeDeliveries } from '../../delivery/lists/made-deliveries';
import { useTestApp } from '../../support/app';
import { listStates } from '../../support/delivery-states';
import { examplesIn } from '../../support/repository/documented-queries';

const ROWS = 40_000;
/** Of a day, as the manual asks for: a year of ten million has 27,000. */
const OF_DAY = 27_000;
const PAGES = 3;

const app = useTestApp({ PROCESSES: 'api' });
let day: string;

beforeAll(async () => {
  const sql = new Client({ connectionString: app.database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, ROWS);
  await sql.query('set session_replication_role = replica');
  await sql.query('update webhook_request_logs set response_status = 200');
  // what is asked for is old
  const oldest = (table: string) => `id in (select id from ${table} order by id limit 3)`;
  await sql.query(
    `update webhook_request_logs set reference_document = 'INV-0042', status = 'FAILED' where ${oldest('webhook_request_logs')}`,
  );
  await sql.query(`update deliveries set reference_document = 'INV-0042' where ${oldest('deliveries')}`);
  await sql.query(
    `insert into request_index (id, outcome, took_ms, words) select id, status, 1, array_to_tsvector(array['word']) from webhook_request_logs`,
  );
  await sql.query('analyze');
  const { rows } = await sql.query<{ day: Date }>(
    `select started_at as day from webhook_request_logs order by id desc offset ${OF_DAY} limit 1`,
  );
  day = rows[0]?.day.toISOString() as string;
  await sql.end();
  await listStates(app.database);
});

const roots = sharedSchema().getQueryType()?.getFields() ?? {};

function isList({ name }: FieldNode): boolean {
  const type = getNamedType(roots[name.value]?.type);
  return isObjectType(type) && 'pageInfo' in type.getFields();
}

function listsIn(example: string): FieldNode[] {
  return parse(example).definitions.flatMap((definition) => {
    const selections = definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
    return selections.filter((each): each is FieldNode => each.kind === Kind.FIELD && isList(each));
  });
}

/** The list with a cursor, and with the size and the end of its page instead of what the manual shows. */
function pageQuery({ name, arguments: given = [] }: FieldNode): string {
  const args = [...given.filter((each) => each.name.value !== 'after').map(print), 'after: $after'].join(', ');
  return `query ($after: String) { list: ${name.value}(${args}) { nodes { __typename } pageInfo { hasNextPage endCursor } } }`;
}

const sizeOf = ({ arguments: given = [] }: FieldNode) =>
  Number(
    given
      .map(print)
      .find((each) => each.startsWith('first:'))
      ?.slice(6) ?? 20,
  );

const manual = readFileSync(join(__dirname, '../../../docs/reading-the-log.md'), 'utf8');
const lists = examplesIn(manual).flatMap(listsIn);

test('the manual has lists', () => expect(lists.length).toBeGreaterThan(10));

test.each(lists.map((list) => [pageQuery(list).slice(26, 150), list] as const))('%s', async (_text, list) => {
  let [pages, rows, after, isAtEnd] = [0, 0, null as string | null, false];
  while (!isAtEnd && rows < sizeOf(list) && pages <= PAGES) {
    const query = pageQuery(list).replaceAll('"2026-03-04T00:00:00Z"', JSON.stringify(day));
    const { data, errors } = await app.ask(query, { after });
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = data.list;
    [pages, rows, after, isAtEnd] = [pages + 1, rows + nodes.length, pageInfo.endCursor, !pageInfo.hasNextPage];
  }
  expect({ pages: pages <= PAGES, isAnswered: isAtEnd || rows >= sizeOf(list) }).toEqual({
    pages: true,
    isAnswered: true,
  });
});
