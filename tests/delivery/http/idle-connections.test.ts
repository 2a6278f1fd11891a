// A partner closes idle connections. A request that is written to one that it has closed is lost.
import { closeAll, httpPartner, localSender, post } from '../partner';

afterEach(closeAll);

/** As in a process that is busy: no timer ends meanwhile. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test.each([
  ['the own limit', 100, '', 200, 2],
  ['the limit of the partner, less two seconds', 60_000, 'timeout=3, max=100', 1_200, 2],
  ['neither limit', 100, 'timeout=30', 200, 1],
  ['neither limit, because the partner names none', 60_000, 'max=5', 200, 1],
])(
  'a connection that was idle beyond %s carries no further request, however late the timers are',
  async (_what, keepAliveMs, header, idleMs, connections) => {
    const partner = await httpPartner((_request, response) => {
      response.writeHead(200, { 'keep-alive': header }).end();
    });
    const sender = localSender({ keepAliveMs });
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    block(idleMs);
    expect((await post(sender, partner.url)).errorCode).toBeNull();
    expect(partner.sockets.size).toBe(connections);
  },
);
