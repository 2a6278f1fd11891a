// The messages of libraries about a value say what is wrong; ours add what is right.
import { type GraphQLFormattedError, getVariableValues, type OperationDefinitionNode, parse, validate } from 'graphql';
import { formatError } from '../../../src/server/edge/format-error';
import { sharedSchema } from '../../../src/server/schema/schema';

const FORMATTED: GraphQLFormattedError = { message: '', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
const schema = sharedSchema();

/** The message about a `where`, in the document and as a variable. */
function messagesFor(where: string, value: unknown): string[] {
  const inDocument = validate(schema, parse(`{ webhookRequestLogs(where: ${where}) { nodes { id } } }`));
  const [operation] = parse(
    'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { id } } }',
  ).definitions as OperationDefinitionNode[];
  const { errors = [] } = getVariableValues(schema, operation?.variableDefinitions ?? [], { where: value });
  return [...inDocument, ...errors].map((error) => formatError(FORMATTED, error).message);
}

test('a day in place of a time', () => {
  const cure =
    'DateTime cannot represent an invalid date-time-string 2026-03-04. Write a time with its zone, such as "2026-03-04T09:30:00Z".';
  expect(messagesFor('{ startedAt: { gte: "2026-03-04" } }', { startedAt: { gte: '2026-03-04' } })).toEqual([
    cure,
    `Variable "$where" got an invalid value at "where.startedAt.gte"; ${cure}`,
  ]);
});

test('a value in place of a filter', () => {
  const cure = 'Expected value of type "StringFilter". A filter is an object, such as { eq: ... }.';
  const messages = messagesFor('{ referenceDocument: "INV-0042" }', { referenceDocument: 'INV-0042' });
  expect(messages[0]).toBe(cure);
  expect(messages).toHaveLength(2);
});

test('a time in place of a filter', () => {
  expect(messagesFor('{ startedAt: "2026-03-04T09:30:00Z" }', {})[0]).toBe(
    'Expected value of type "DateTimeFilter". A filter is an object, such as { gte: ... }.',
  );
});

test('a filter without eq gets no such advice', () => {
  expect(messagesFor('{ data: "INV-0042" }', { data: {} })[0]).toBe('Expected value of type "JSONFilter".');
});
