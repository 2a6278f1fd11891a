// Limits of wrong keys and of sign-ins.
import { createRateLimits } from '../../../src/server/edge/rate-limits';

test('a key that was right before is not locked out by wrong ones, and 20,000 such keys are known', () => {
  const rates = createRateLimits({ costPerMinute: 0, requestsPerSecond: 0, wrongKeysPerMinute: 1 });
  const address = '192.0.2.1';
  for (let n = 0; n <= 20_000; n += 1) rates.rightKey(`token ${n}`);
  rates.wrongKey(address);
  expect(() => rates.refuseGuessing(address, 'token 20000')).not.toThrow();
  expect(() => rates.refuseGuessing(address, 'token 1')).not.toThrow();
  expect(() => rates.refuseGuessing(address, 'token 0')).toThrow('Too many wrong API keys');
  expect(() => rates.refuseGuessing(address, 'another')).toThrow('Too many wrong API keys');
});

test('an address may start as many sign-ins in a minute as it may try wrong keys, and another address its own', () => {
  const rates = createRateLimits({ costPerMinute: 0, requestsPerSecond: 0, wrongKeysPerMinute: 2 });
  rates.countSignIn('192.0.2.1');
  rates.countSignIn('192.0.2.1');
  expect(() => rates.countSignIn('192.0.2.1')).toThrow('Too many sign-ins were started from this address.');
  expect(() => rates.countSignIn('192.0.2.2')).not.toThrow();
  expect(() => rates.refuseGuessing('192.0.2.1', 'a token')).not.toThrow();
});
