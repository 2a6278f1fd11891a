import * as PgBoss from 'pg-boss';

test('esm loads', () => {
  expect(PgBoss).toBeDefined();
});
