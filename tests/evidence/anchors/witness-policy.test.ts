// The policy that names the witnesses which the server asks.
import { readPolicy } from '../../../src/evidence/anchors/witness';
import { makeWitnessKey } from './witness-and-authority';

const key = makeWitnessKey('witness.example.com/w1');

test.each([
  { line: `witness w1 ${key.vkey.replace('w1+', 'w2+')} https://w.example.com`, why: 'line 1 has no verifier key' },
  { line: `witness w1 ${key.vkey} ftp://w.example.com`, why: 'line 1 has no HTTP address' },
  { line: `witness w0 ${key.vkey}\nwitness w1 ${key.vkey} https://w.example.com`, why: 'line 2 has the key' },
  { line: `wittness w1 ${key.vkey}`, why: 'line 1 begins with "wittness"' },
])('a policy is refused, because $why', ({ line, why }) => {
  expect(() => readPolicy(`${line}\nquorum none\n`)).toThrow(why);
  expect(readPolicy(`log x+1+y\n\nwitness w1 ${key.vkey}\nquorum w1\n`)).toMatchObject({
    keys: [{ name: key.vkey.split('+')[0] }],
    witnesses: [],
  });
});
