/** @jest-environment node */
import { waitFor } from '../../support/wait-for';
import { closeAll, httpPartner, localSender, post } from '../partner';

afterEach(closeAll);

test('connections are watched while they are used, and not while they are kept for later', async () => {
  const begun = jest.spyOn(globalThis, 'setInterval');
  const ended = jest.spyOn(globalThis, 'clearInterval');
  const partner = await httpPartner((_request, response) => void response.end());
  const sender = localSender({ keepAliveMs: 60_000 });
  for (const times of [1, 2]) {
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    expect(begun).toHaveBeenCalledTimes(times);
    const watch = begun.mock.results.at(-1)?.value;
    await waitFor('the end of the watch', () => ended.mock.calls.some(([timer]) => timer === watch));
  }
  expect(partner.sockets.size).toBe(1);
});

test('the answers before on the same connection do not count', async () => {
  const KIB = 1024;
  // longer than the watch rests: it looks at the whole answer
  const partner = await httpPartner((_request, response) => {
    response.write('x'.repeat(300 * KIB));
    setTimeout(() => response.end(), 600);
  });
  const sender = localSender({ responseBytesOnWire: 400 * KIB });
  expect((await post(sender, partner.url)).errorCode).toBeNull();
  expect((await post(sender, partner.url)).errorCode).toBeNull();
  expect(partner.sockets.size).toBe(1);
});
