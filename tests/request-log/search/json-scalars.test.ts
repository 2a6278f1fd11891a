import { leafWord } from '../../../src/request-log/search/json-scalars';

// the same value must have the same word in each version, or searches miss what was indexed before
test.each([
  ['\u0001name', 'INV-0042', 'nfncgb74'],
  ['\u0001grand_total', 561.8, 't3rembh'],
  ['\u0001is_paid', true, 'deqmvaep'],
  ['', null, '17ddvti7'],
  // with a 0 before its last three digits, and with four digits in all
  ['\u0001n', 9, 'e4t8096p'],
  ['\u0001n', 428_265, 'jzuy'],
])('the word of %j with the value %j is %s', (path, leaf, word) => {
  expect(leafWord(path, leaf)).toBe(word);
});
