// Explaining is done in a thread: the same is said, and it ends whatever the call is.

import { type AskedExplanation, createExplain } from '../../../src/verification/explaining/explain-apart';
import { explainCall } from '../../../src/verification/explaining/explain-call';
import { agreementOf, type CallParts, callOf, NOW } from '../calls';
import { hmacOf } from '../signers';

const SECRET = 'a secret of GitHub';
const agreement = agreementOf('GITHUB', [SECRET]);
const asked = (call: CallParts, decodedBody: Buffer | null = null): AskedExplanation => ({
  call: callOf(call),
  decodedBody,
  agreement: { ...agreement, provider: 'GITHUB' },
  nowMs: NOW * 1000,
});
const signed = (content: string, body: string): CallParts => ({
  headers: { 'X-Hub-Signature-256': `sha256=${hmacOf('sha256', SECRET, content).toString('hex')}` },
  body,
});

test.each<[string, CallParts, Buffer | null]>([
  ['a call that is right', signed('{"a":1}', '{"a":1}'), null],
  ['one whose body was written again', signed('{"a": 1}', '{"a":1}'), null],
  ['one whose decoded body is right', signed('{"a":1}', 'x'), Buffer.from('{"a":1}')],
  ['one that nothing makes right', signed('{"a":1}', '{"b":1}'), null],
  ['one without a signature', { body: 'x' }, null],
])('of %s the thread says what the process would', async (_what, call, decoded) => {
  const explained = await createExplain()(asked(call, decoded));
  expect(explained).toEqual(explainCall(callOf(call), decoded, agreement, NOW * 1000));
});

test('several at once are explained one after the other, each its own', async () => {
  const explain = createExplain();
  const calls = Array.from({ length: 3 }, (_each, at) => signed(`{"a": ${at}}`, `{"a":${at}}`));
  const explained = await Promise.all(calls.map((call) => explain(asked(call))));
  expect(explained).toEqual(calls.map((call) => explainCall(callOf(call), null, agreement, NOW * 1000)));
});

test('at its deadline it is stopped, and the judgement is said without what would have been right', async () => {
  const body = `[${'{"a":1.0,"b":"é/"},'.repeat(10_000)}0]`;
  const { judgement, checks } = await createExplain(1)(asked(signed('x', body)));
  expect(judgement).toMatchObject({ accepted: false, code: 'BAD_SIGNATURE' });
  expect(checks).toEqual([
    { name: 'SIGNATURE', passed: false, message: expect.stringContaining('does not match the body') },
    { name: 'BODY', passed: null, message: expect.stringContaining('was searched for during 0.001 s') },
  ]);
});

test('when many wait, one more is refused at once, and those that wait are explained', async () => {
  const explain = createExplain(undefined, 3);
  const waiting = Array.from({ length: 3 }, () => explain(asked({ body: 'x' })));
  await expect(explain(asked({ body: 'x' }))).rejects.toThrow('3 calls are being explained');
  expect(await Promise.all(waiting)).toHaveLength(3);
  await expect(explain(asked({ body: 'x' }))).resolves.toMatchObject({ judgement: { code: 'NOT_SIGNED' } });
});

test('a thread that fails fails its call alone', async () => {
  const explain = createExplain();
  const broken = { ...asked({ body: 'x' }), agreement: { ...agreement, provider: 'NOBODY' as 'GITHUB' } };
  await expect(explain(broken)).rejects.toThrow(/undefined/);
  await expect(explain(asked({ body: 'x' }))).resolves.toMatchObject({ judgement: { code: 'NOT_SIGNED' } });
});
