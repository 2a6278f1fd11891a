// What is wrong with the target of previewErasure is an error of the input.
import { shareTestApi, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

const NOBODY = `usr_${'0'.repeat(32)}`;

test.each([
  ['two targets', { documentType: 'Customer', name: 'Jane', userId: NOBODY }, null, /exactly one of/],
  ['no target', {}, null, /exactly one of/],
  ['a document without its name', { documentType: 'Customer' }, ['name'], /name must be given/],
  ['a name that is too long', { documentType: 'Customer', name: 'x'.repeat(201) }, ['name'], /name .*200/],
  ['a name with a zero byte', { documentType: 'Customer', name: 'J\u0000' }, ['name'], /name .*control/],
  ['a blank type', { documentType: ' ', name: 'Jane' }, ['documentType'], /documentType/],
  ['an id of no user', { userId: 'whk_1' }, ['userId'], /no user with this id/],
])('%s', async (_what, input, field, message) => {
  const { preview, userErrors } = await mutate(app, 'previewErasure', input, 'preview { rowCount }');
  expect(preview).toBeNull();
  expect(userErrors).toMatchObject([{ message: expect.stringMatching(message), field }]);
});
