import { createSender } from '../../../src/delivery/http/send';
import { parseNetworks } from '../../../src/values/networks';
import { closeAll, httpPartner, localSender, type Partner, post } from '../partner';

afterEach(closeAll);

const okPartner = () => httpPartner((request, response) => response.end(request.headers.host));

/** The partner under a name, so that only the lookup says where it is. */
const named = (partner: Partner, host = 'partner.test') => `http://${host}:${partner.port}/`;

test('a name is dialled at the address that the lookup gave, with the name as Host', async () => {
  const partner = await okPartner();
  const result = await post(localSender({ lookup: async () => ['127.0.0.1'] }), named(partner));
  expect(result).toMatchObject({ errorCode: null, remoteAddress: '127.0.0.1' });
  expect(result.responseBody!.toString()).toBe(`partner.test:${partner.port}`);
});

test.each([
  ['10.0.0.5', 'a private address'],
  ['169.254.169.254', 'a link-local address'],
  ['::1', 'a loopback address'],
  ['fd00:ec2::254', 'a private address'],
  ['::ffff:10.0.0.5', 'an IPv4 address mapped to IPv6'],
  ['64:ff9b::a9fe:a9fe', 'an IPv4 address mapped to IPv6 (NAT64)'],
  ['::a00:1', 'not an address of the public internet'],
  ['fe80::1%eth0', 'not an IP address'],
  ['garbage', 'not an IP address'],
])('a name that resolves to %s is blocked', async (ip, kind) => {
  const partner = await okPartner();
  const result = await post(localSender({ lookup: async () => [ip] }), named(partner));
  expect(result).toMatchObject({ errorCode: 'BLOCKED_ADDRESS', responseStatus: null, remoteAddress: null });
  expect(result.error).toContain(`partner.test resolves to ${ip}, which is ${kind}; `);
  expect(partner.sockets.size).toBe(0);
});

test.each([
  [
    'blocked',
    { blockedNetworks: parseNetworks('127.0.0.2') },
    'is inside a network that BLOCKED_TARGET_NETWORKS names',
  ],
  [
    'own',
    { allowedNetworks: [], ownAddresses: () => ['8.8.8.8'] },
    'is an address of the machine that Hookledger runs on',
  ],
])('a name, and a literal, at a %s address is blocked', async (kind, more, sentence) => {
  const partner = await okPartner();
  const ip = kind === 'own' ? '8.8.8.8' : '127.0.0.2';
  const policy = { allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8'), ...more };
  const sender = createSender(policy, { lookup: async () => [ip] });
  for (const host of ['partner.test', ip]) {
    const result = await post(sender, named(partner, host));
    expect(result).toMatchObject({ errorCode: 'BLOCKED_ADDRESS', remoteAddress: null });
    expect(result.error).toContain(sentence);
  }
  expect(partner.sockets.size).toBe(0);
  await sender.stop();
});

test('a port that is not allowed is not called, though the URL was saved', async () => {
  const partner = await okPartner();
  const policy = { allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8'), allowedPorts: new Set([443]) };
  const sender = createSender(policy, { lookup: async () => ['127.0.0.1'] });
  const result = await post(sender, named(partner));
  expect(result).toMatchObject({ errorCode: 'BLOCKED_ADDRESS', remoteAddress: null });
  expect(result.error).toContain(`Port ${partner.port} is not called: ALLOWED_TARGET_PORTS allows 443.`);
  expect(partner.sockets.size).toBe(0);
  await sender.stop();
});

test.each([[['127.0.0.1', '10.0.0.5']], [['10.0.0.5', '127.0.0.1']], [['8.8.8.8', '127.0.0.1', '::1']]])(
  'a name that mixes allowed and refused addresses (%j) is blocked',
  async (answer) => {
    const partner = await okPartner();
    const result = await post(localSender({ lookup: async () => answer }), named(partner));
    expect(result.errorCode).toBe('BLOCKED_ADDRESS');
    expect(partner.sockets.size).toBe(0);
  },
);

test('a name is looked up once per connection: an answer that changes afterwards is never dialled unchecked', async () => {
  let calls = 0;
  const partner = await httpPartner((_request, response) => {
    calls += 1;
    response.writeHead(200, { connection: calls === 2 ? 'close' : 'keep-alive' }).end();
  });
  let asked = 0;
  const sender = localSender({ lookup: async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.5']) });
  expect((await post(sender, named(partner))).errorCode).toBeNull();
  expect((await post(sender, named(partner))).errorCode).toBeNull();
  expect(asked).toBe(1);
  expect((await post(sender, named(partner))).errorCode).toBe('BLOCKED_ADDRESS');
  expect([asked, partner.sockets.size]).toEqual([2, 1]);
});

test('a name whose answer changes between two connections is checked at each, and each connection keeps its own', async () => {
  const partner = await httpPartner((_request, response) => response.writeHead(200, { connection: 'close' }).end());
  let asked = 0;
  const answers = [['127.0.0.1'], ['10.0.0.5'], ['127.0.0.1'], ['127.0.0.1', '::1']];
  const sender = localSender({ lookup: async () => answers[asked++]! });
  const codes = [];
  for (const _ of answers) codes.push((await post(sender, named(partner))).errorCode);
  expect(codes).toEqual([null, 'BLOCKED_ADDRESS', null, 'BLOCKED_ADDRESS']);
  expect(partner.sockets.size).toBe(2);
});

test('the next address is tried when the first refuses', async () => {
  const partner = await okPartner();
  const result = await post(localSender({ lookup: async () => ['127.0.0.2', '127.0.0.1'] }), named(partner));
  expect(result).toMatchObject({ errorCode: null, remoteAddress: '127.0.0.1' });
});

test('when every address refuses it is CONNECT', async () => {
  const partner = await okPartner();
  const result = await post(localSender({ lookup: async () => ['127.0.0.2', '127.0.0.3'] }), named(partner));
  expect(result).toMatchObject({ errorCode: 'CONNECT', remoteAddress: '127.0.0.3' });
  expect(result.error).toBe('partner.test refused the connection: nothing listens on that port (ECONNREFUSED).');
});

test.each([
  ['ENOTFOUND', 'The name partner.test does not exist (ENOTFOUND).'],
  ['EAI_AGAIN', 'The name partner.test could not be resolved (EAI_AGAIN).'],
])('a lookup that fails with %s is DNS', async (code, sentence) => {
  const lookup = async () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code }));
  expect(await post(localSender({ lookup }), 'http://partner.test/')).toMatchObject({
    errorCode: 'DNS',
    error: sentence,
  });
});

/** Looks names up: those for which `isDown` says so are answered by no name server. */
function lookingUp(isDown: (host: string) => boolean) {
  const noAnswer = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }));
  return localSender({ lookup: async (host) => (isDown(host) ? noAnswer() : ['127.0.0.1']) });
}

test('a name that the resolver of this machine does not answer, nor a name that was found before, is NOT_SENT', async () => {
  const partner = await okPartner();
  let isDown = false;
  const sender = lookingUp(() => isDown);
  expect(await post(sender, named(partner))).toMatchObject({ errorCode: null });
  isDown = true;
  expect(await post(sender, 'http://hook.other.example/')).toMatchObject({
    errorCode: 'NOT_SENT',
    error:
      'The name hook.other.example could not be resolved, nor could a name that was found before, so the resolver of this machine does not answer (EAI_AGAIN).',
  });
});

test('it is DNS while other names are found, or while only names of the same domain were found before', async () => {
  const partner = await okPartner();
  const one = lookingUp((host) => host === 'hook.other.example');
  expect(await post(one, named(partner))).toMatchObject({ errorCode: null });
  expect(await post(one, 'http://hook.other.example/')).toMatchObject({ errorCode: 'DNS' });
  let isDown = false;
  const same = lookingUp(() => isDown);
  const { port } = new URL(named(partner));
  expect(await post(same, `http://a.other.example:${port}/`)).toMatchObject({ errorCode: null });
  isDown = true;
  expect(await post(same, 'http://b.other.example/')).toMatchObject({ errorCode: 'DNS' });
});

test('a lookup that finds nothing is DNS', async () => {
  const result = await post(localSender({ lookup: async () => [] }), 'http://partner.test/');
  expect(result).toMatchObject({ errorCode: 'DNS', error: 'The name partner.test has no address.' });
});

test('a lookup that hangs ends at the deadline, asked once for all that wait, and slows no other name', async () => {
  const partner = await okPartner();
  let asked = 0;
  const lookup = (host: string) =>
    host === 'dead.test' ? new Promise<never>(() => void asked++) : Promise.resolve(['127.0.0.1']);
  const sender = localSender({ lookup });
  let ended = 0;
  const stuck = Promise.all(
    Array.from({ length: 100 }, () =>
      post(sender, 'http://dead.test/', { timeoutMs: 4_000 }).finally(() => {
        ended += 1;
      }),
    ),
  );
  expect((await post(sender, named(partner))).errorCode).toBeNull();
  expect(ended).toBe(0);
  const results = await stuck;
  expect(results.every((result) => result.errorCode === 'TIMEOUT')).toBe(true);
  expect(results[0]!.error).toBe('dead.test could not be reached within 4 s.');
  expect(asked).toBe(1);
});

test('the real resolver is asked where no other is given', async () => {
  const partner = await okPartner();
  const sender = createSender({ allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8,::1') });
  expect((await post(sender, named(partner, 'localhost'))).errorCode).toBeNull();
  expect((await post(sender, `http://${'x'.repeat(64)}.test/`)).errorCode).toBe('DNS');
  await sender.stop();
});

test.each([
  'http://127.0.0.1',
  'http://[::1]',
  'http://0.0.0.0',
  'http://2130706433',
  'http://[::ffff:127.0.0.1]',
  'http://localhost',
  'http://127.1',
  'http://0177.0.0.1',
  'http://0x7f.0.0.1',
  'http://127.0.0.1.',
  'http://[::7f00:1]',
  'http://[::ffff:7f00:1]',
  'http://[0:0:0:0:0:ffff:127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[64:ff9b:1::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://[2001:0:7f00:1::]',
  'http://[fe80::1]',
  'http://[fc00::1]',
  'http://[fec0::1]',
  'http://[ff02::1]',
  'http://[::]',
  'http://[5f00::1]',
])('the literal %s is blocked though the URL was saved', async (origin) => {
  const partner = await okPartner();
  const sender = createSender({ allowHttp: true, allowedNetworks: [] });
  expect((await post(sender, `${origin}:${partner.port}/`)).errorCode).toBe('BLOCKED_ADDRESS');
  expect(partner.sockets.size).toBe(0);
  await sender.stop();
});

test('http is refused at send where it is not allowed', async () => {
  const partner = await okPartner();
  const sender = createSender({ allowHttp: false, allowedNetworks: parseNetworks('127.0.0.0/8') });
  const result = await post(sender, partner.url);
  expect(result).toMatchObject({ errorCode: 'BLOCKED_ADDRESS', responseStatus: null });
  expect(result.error).toContain('must start with https://');
  expect(partner.sockets.size).toBe(0);
  await sender.stop();
});
