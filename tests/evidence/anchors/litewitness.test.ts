// A proof whose head was cosigned by litewitness of filippo.io/torchwood 0.9.0: a witness that is not ours.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from '../sealing';

const fileOf = (name: string) => readFile(join(__dirname, 'litewitness', name), 'utf8');

test('its cosignature meets the policy, and with a changed time, key or signature it does not', async () => {
  const [proof, policy] = await Promise.all([fileOf('proof.txt'), fileOf('policy.txt')]);
  const verdict = (text: string) => verify(text, ['--policy', 'policy.txt'], { 'policy.txt': policy });
  expect(await verdict(proof)).toMatchObject({
    code: 0,
    output: expect.stringContaining('the head was cosigned by w1 at 2026-11-26T08:57:53.000Z'),
  });
  const line = /— witness\.example\/hookledger-test (\S+)\n$/;
  const encoded = line.exec(proof)?.[1] as string;
  for (const at of [0, 11, 40]) {
    const bytes = Buffer.from(encoded, 'base64');
    bytes[at] = (bytes[at] as number) ^ 1;
    expect(await verdict(proof.replace(encoded, bytes.toString('base64')))).toMatchObject({
      code: 2,
      output: expect.stringContaining('the head lacks the quorum w1 of the policy; cosigned by: none'),
    });
  }
  expect(await verdict(proof.replace(line, ''))).toMatchObject({ code: 2 });
});
