import { isDeepStrictEqual } from 'node:util';
import { parse } from 'graphql';
import type { Context } from '../../../src/graphql/context';
import { createKnownDocuments } from '../../../src/server/graphql/known-documents';
import { useTestApi } from '../../support/app';
import { type RawAnswer, sendRaw } from '../../support/raw-http';
import { JSON_TYPE, postGraphQL } from '../raw-calls';
import { createRandomRequests } from './random-documents';

const app = useTestApi();

const ACCEPTS = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/json;q=0.5, application/graphql-response+json',
];

async function answerTo(body: object, accept: string | undefined): Promise<object> {
  const answer = await postGraphQL(app, JSON.stringify(body), { ...JSON_TYPE, ...(accept && { accept }) });
  return comparable(answer);
}

// without what differs by request
function comparable({ status, headers, text }: RawAnswer): object {
  const { 'x-request-id': requestId, date: _date, 'content-length': _length, ...rest } = headers;
  const body = text.replaceAll(String(requestId), 'REQUEST').replace(/"remaining":\d+/, '"remaining":0');
  return { status, headers: rest, body };
}

const LIST = 'query ($first: Int) { webhooks(first: $first) { nodes { id name } } }';

const EXPENSIVE = `{ ${'abcdefgh'.replaceAll(/./g, '$&: users(first: 100) { nodes { webhooks(first: 100) { nodes { id } } } } ')} }`;

describe('the answer to a text that was answered before is the same, of', () => {
  test.each<[string, object]>([
    ['a query that is one statement', { query: LIST, variables: { first: 3 } }],
    ['a query without variables', { query: '{ viewer { id name } }', variables: null }],
    ['one of two operations', { query: 'query A { viewer { id } } query B { viewer { name } }', operationName: 'B' }],
    ['two operations without a name', { query: 'query C { viewer { id } } query D { viewer { name } }' }],
    ['a variable of a wrong type', { query: LIST, variables: { first: 'three' } }],
    ['an argument that is refused', { query: LIST, variables: { first: 1_000 } }],
    ['a query that costs too much', { query: EXPENSIVE }],
    ['variables that are no object', { query: LIST, variables: [3] }],
    ['an operationName that is no text', { query: LIST, operationName: 3 }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['a subscription', { query: 'subscription { webhookRequestLogChanged { id } }' }],
  ])('%s', async (_, body) => {
    for (const accept of ACCEPTS) {
      const first = await answerTo(body, accept);
      expect(await answerTo(body, accept)).toEqual(first);
      expect(await answerTo(body, accept)).toEqual(first);
    }
  });
});

test('the answer without the pipeline of Apollo is the same, of documents over the whole schema and for each kind of caller', async () => {
  const next = createRandomRequests(20_261_126);
  const callers = [app.adminKey, await app.keyFor('AUDITOR'), await app.keyFor('SUPPORT'), null];
  const statuses = new Set<number>();
  for (let number = 0; number < 80; number += 1) {
    const body = next();
    const key = callers[number % callers.length] as string | null;
    const ask = async (more: object) => {
      const headers = { ...JSON_TYPE, ...(key !== null && { authorization: `Bearer ${key}` }) };
      const answer = await sendRaw(`${app.url}/graphql`, { body: JSON.stringify({ ...body, ...more }), headers });
      statuses.add(answer.status);
      return { body, ...comparable(answer) };
    };
    // a caller without a key finds the documents of others
    if (key === null) await postGraphQL(app, JSON.stringify(body));
    // only Apollo reads extensions
    let slow = await ask({ extensions: {} });
    let quick = await ask({});
    // an entry of the audit trail may have been written in between
    for (let again = 0; again < 3 && !isDeepStrictEqual(quick, slow); again += 1) {
      slow = await ask({ extensions: {} });
      quick = await ask({});
    }
    expect(quick).toEqual(slow);
  }
  expect(statuses).toEqual(new Set([200, 400]));
});

test('a mutation of which a part fails is done once for each request', async () => {
  const query = `mutation ($name: String!) { createUser(input: { name: $name, roles: [] }) {
    user { name webhooks(first: 1000) { nodes { id } } } } }`;
  const answers = [];
  for (const name of ['one@quick', 'two@quick', 'three@quick']) {
    answers.push((await postGraphQL(app, JSON.stringify({ query, variables: { name } }))).json.errors.length);
  }
  expect(answers).toEqual([1, 1, 1]);
  expect(await app.database.query(`select name from users where name like '%@quick' order by id`)).toEqual([
    { name: 'one@quick' },
    { name: 'two@quick' },
    { name: 'three@quick' },
  ]);
});

describe('Apollo answers', () => {
  const query = '{ viewer { id } }';
  const cost = { requested: 1, limit: 10 };
  const gate = { introspects: () => false, checkOperation: () => cost };
  const contextOf = () => ({}) as Context;
  const answering = (executed: object) => createKnownDocuments(gate as never, async () => executed);

  test('what is new to it, and not the same again', async () => {
    const quick = answering({ data: { viewer: null } });
    expect(await quick.answer({ query }, 'a/b', contextOf())).toBeNull();
    quick.learnDocument(query, parse(query));
    expect(await quick.answer({ query }, 'a/b', contextOf())).toBeNull();
    quick.learnMediaType('a/b', 'a/b; charset=utf-8');
    const answer = {
      mediaType: 'a/b; charset=utf-8',
      text: JSON.stringify({ data: { viewer: null }, extensions: { cost } }),
    };
    expect(await quick.answer({ query }, 'a/b', contextOf())).toEqual(answer);
    expect(await quick.answer({ query }, 'c/d', contextOf())).toBeNull();
    expect(await quick.answer({ query: `${query} ` }, 'a/b', contextOf())).toBeNull();
  });

  test('with the result of what was executed, if it has errors', async () => {
    const result = { data: { viewer: null }, errors: [new Error('refused')] };
    const quick = answering(result);
    quick.learnDocument(query, parse(query));
    quick.learnMediaType(undefined, 'a/b');
    const context = contextOf();
    expect(await quick.answer({ query }, undefined, context)).toBeNull();
    expect([context.executed?.cost, await context.executed?.result]).toEqual([cost, result]);
  });
});
