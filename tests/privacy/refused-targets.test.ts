// previewErasure is a query: what is wrong with its target is an error of the caller, and no fault of the server.
import { shareTestApi, type TestApp } from '../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

const NOBODY = `usr_${'0'.repeat(32)}`;

test.each([
  ['two targets', { documentType: 'Customer', name: 'Jane', userId: NOBODY }, ['target'], /exactly one of/],
  ['no target', {}, ['target'], /exactly one of/],
  ['a document without its name', { documentType: 'Customer' }, ['target', 'name'], /name must be given/],
  ['a name that is too long', { documentType: 'Customer', name: 'x'.repeat(201) }, ['target', 'name'], /name .*200/],
  ['a name with a zero byte', { documentType: 'Customer', name: 'J\u0000' }, ['target', 'name'], /name .*control/],
  ['a blank type', { documentType: ' ', name: 'Jane' }, ['target', 'documentType'], /documentType/],
  ['an id of no user', { userId: 'whk_1' }, ['target', 'userId'], /no user with this id/],
])('%s', async (_what, target, field, message) => {
  const { errors } = await app.ask(
    'query ($target: ErasureTargetInput!) { previewErasure(target: $target) { rows } }',
    {
      target,
    },
  );
  expect(errors).toMatchObject([
    { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT', field } },
  ]);
});
