import { createShapedStatements } from '../../src/sql/shaped-statements';

test('texts that are used only once take no place of those that are used again', () => {
  const shaped = createShapedStatements();
  for (let n = 0; n < 1_000; n += 1) expect(shaped(`select ${n}`)).toBe(`select ${n}`);
  const text = 'select of a dashboard';
  expect(shaped(text)).toBe(text);
  const prepared = shaped(text);
  expect(prepared).toEqual({ text, name: expect.stringMatching(/^[\w-]{24}$/) });
  expect(shaped(text)).toBe(prepared);
});

test('at most 300 texts are prepared', () => {
  const shaped = createShapedStatements();
  const twice = (n: number) => [shaped(`select ${n}`), shaped(`select ${n}`)][1];
  const made = Array.from({ length: 400 }, (_, n) => twice(n));
  expect(made.filter((each) => typeof each === 'object')).toHaveLength(300);
});
