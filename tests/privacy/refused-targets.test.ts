// What is wrong with the target of previewErasure is an error of the input.
import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';

const app = useTestApi();

const NOBODY = `usr_${'0'.repeat(32)}`;

const named = (name: string, documentType = 'Customer') => ({ businessDocument: { documentType, name } });

test.each([
  ['a name that is too long', named('x'.repeat(201)), ['businessDocument', 'name'], /name .*200/],
  ['a name with a zero byte', named('J\u0000'), ['businessDocument', 'name'], /name .*control/],
  ['a blank type', named('Jane', ' '), ['businessDocument', 'documentType'], /documentType/],
  ['an id of no user', { userId: 'whk_1' }, ['userId'], /no user with this id/],
  ['a filter of nothing', { where: {} }, ['where'], /where/],
  ['a filter by a foreign id', { where: { id: { eq: 'whk_1' } } }, ['where', 'id', 'eq'], /whk_1/],
])('%s', async (_what, target, field, message) => {
  const { preview, userErrors } = await mutate(app, 'previewErasure', { target }, 'preview { rowCount }');
  expect(preview).toBeNull();
  expect(userErrors).toMatchObject([{ message: expect.stringMatching(message), field: ['target', ...field] }]);
});

test('the schema says that exactly one is given', async () => {
  const { data } = await app.ask('{ __type(name: "ContentTarget") { isOneOf } }');
  expect(data.__type).toEqual({ isOneOf: true });
  const literal =
    'mutation { previewErasure(input: { target: { userId: "usr_1", where: {} } }) { preview { rowCount } } }';
  expect((await app.ask(literal)).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

test.each([
  [
    'two targets',
    { ...named('Jane'), userId: NOBODY },
    /takes exactly one of businessDocument, userId, where, not 2 of them/,
  ],
  ['no target', {}, /takes exactly one of businessDocument, userId, where, not 0 of them/],
  ['null', { userId: null }, /Field "userId" must be non-null/],
  ['a document without its name', { businessDocument: { documentType: 'Customer' } }, /Field "name" of required type/],
])('%s, which the schema does not allow', async (_what, target, message) => {
  const { errors } = await askMutation(app, 'previewErasure', { target }, 'preview { rowCount }');
  expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});
