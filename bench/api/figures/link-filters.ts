// Filters through links to many rows, to few, to none and to nearly all.
import type { Database } from '../database';
import { EMPTY_WEBHOOK, RARE_WEBHOOK } from '../generate/lookup';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';
import { atLeast, sampleWebhooks } from './samples';

type Page = { list: { nodes: object[] } };

export async function measureLinkFilters(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const { busiest } = await sampleWebhooks(database);
  const byName = '{ webhook: { name: { eq: $v } } }';
  const questions: Question[] = [
    listOf('webhook by name, busiest', byName, [busiest.name], 25),
    listOf('webhook by name, rare', byName, [RARE_WEBHOOK], 25),
    listOf('webhook by name, empty', byName, [EMPTY_WEBHOOK], 0, 0),
    listOf('owner of the webhook by name', '{ webhook: { owner: { name: { eq: $v } } } }', [busiest.owner], 25),
    listOf('user by name, rare', '{ user: { name: { eq: $v } } }', ['user200@example.com', 'user199@example.com'], 1),
    listOf('rare webhook and failed', '{ webhook: { name: { eq: $v } }, status: { eq: FAILED } }', [RARE_WEBHOOK], 0),
    listOf(
      'delivery by status, huge',
      '{ delivery: { status: { eq: DELIVERED }, documentType: { eq: $v } } }',
      ['Sales Invoice'],
      25,
    ),
    listOf(
      'delivery by status, many',
      '{ delivery: { status: { eq: EXHAUSTED }, documentType: { eq: $v } } }',
      ['Sales Invoice'],
      1,
    ),
    listOf(
      'delivery by status, empty',
      '{ delivery: { status: { eq: CANCELLED }, documentType: { eq: $v } } }',
      ['Sales Invoice'],
      0,
      0,
    ),
    listOf('event by its type, huge', '{ businessEvent: { documentType: { eq: $v } } }', ['Sales Invoice'], 25),
    listOf(
      'event of a user by name, rare',
      '{ businessEvent: { user: { name: { eq: $v } } } }',
      ['user200@example.com'],
      1,
    ),
    listOf('deliveries, webhook by name, rare', byName, [RARE_WEBHOOK], 25, 25, 'deliveries'),
    listOf(
      'deliveries, user by name, rare',
      '{ user: { name: { eq: $v } } }',
      ['user200@example.com'],
      1,
      25,
      'deliveries',
    ),
  ];
  return measureLatencies(target, questions, seconds);
}

/** @param least so many rows at least, of the first page of 25 */
function listOf(
  name: string,
  where: string,
  values: readonly string[],
  least: number,
  most = 25,
  list = 'webhookRequestLogs',
): Question {
  const nodes =
    'nodes { id status documentType referenceDocument webhook { id name } } pageInfo { hasNextPage endCursor }';
  return {
    name,
    query: `query ($v: String!) { list: ${list}(first: 25, where: ${where}) { ${nodes} } }`,
    variables: values.map((v) => ({ v })),
    check: ({ list: { nodes: rows } }: Page) => {
      atLeast(least, rows.length);
      if (rows.length > most) throw new Error(`${rows.length} rows instead of at most ${most}`);
    },
  };
}
