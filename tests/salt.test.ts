import { newSalt } from '../src/values/random';

test('salts have 16 bytes, differ, and stay as they are when further ones are made', () => {
  const salts = Array.from({ length: 300 }, newSalt);
  const texts = salts.map((salt) => salt.toString('hex'));
  expect(texts.every((text) => text.length === 32)).toBe(true);
  expect(new Set(texts).size).toBe(300);
  for (let more = 0; more < 300; more += 1) newSalt();
  expect(salts.map((salt) => salt.toString('hex'))).toEqual(texts);
});
