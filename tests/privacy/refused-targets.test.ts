// previewErasure is a query: what is wrong with its target is an error of the caller, and no fault of the server.
import { shareTestApi, type TestApp } from '../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

const NOBODY = `usr_${'0'.repeat(32)}`;

test.each([
  ['two targets', { documentType: 'Customer', name: 'Jane', userId: NOBODY }, ['input'], /exactly one of/],
  ['no target', {}, ['input'], /exactly one of/],
  ['a document without its name', { documentType: 'Customer' }, ['input', 'name'], /name must be given/],
  ['a name that is too long', { documentType: 'Customer', name: 'x'.repeat(201) }, ['input', 'name'], /name .*200/],
  ['a name with a zero byte', { documentType: 'Customer', name: 'J\u0000' }, ['input', 'name'], /name .*control/],
  ['a blank type', { documentType: ' ', name: 'Jane' }, ['input', 'documentType'], /documentType/],
  ['an id of no user', { userId: 'whk_1' }, ['input', 'userId'], /no user with this id/],
])('%s', async (_what, input, field, message) => {
  const { errors } = await app.ask(
    'query ($input: PreviewErasureInput!) { previewErasure(input: $input) { rowCount } }',
    {
      input,
    },
  );
  expect(errors).toMatchObject([
    { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT', field } },
  ]);
});
