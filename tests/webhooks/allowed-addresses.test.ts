import { parseNetworks } from '../../src/values/networks';
import { allowsAddress, isPublicAddress } from '../../src/webhooks/request/allowed-addresses';

const PUBLIC = ['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1'];
const PUBLIC_V6 = ['2606:4700:4700::1111', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888', '2620:fe::fe'];

test.each([...PUBLIC, ...PUBLIC_V6])('%s is public', (ip) => {
  expect(isPublicAddress(ip)).toBe(true);
});

const NOT_PUBLIC: [string, string[]][] = [
  ['private', ['10.254.0.0', '192.168.10.65', '172.16.10.65', '172.31.255.255', 'fd7a:115c:a1e0::1', 'fc00::1']],
  ['loopback', ['127.0.0.1', '127.254.254.254', '::1']],
  ['unspecified or this network', ['0.0.0.0', '0.1.2.3', '::']],
  ['link-local', ['169.254.169.254', 'fe80::1', 'febf:ffff::']],
  ['metadata of a cloud', ['fd00:ec2::254', '168.63.129.16', '100.100.100.200', '192.0.0.192']],
  ['CGNAT', ['100.64.0.0', '100.127.255.255']],
  ['benchmarking', ['198.18.0.0', '198.19.255.255', '2001:2::1']],
  ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
  ['multicast, class E or broadcast', ['224.0.0.1', '240.240.240.240', '255.255.255.255', 'ff02::1']],
  ['a relay or sink', ['192.88.99.3', '192.31.196.1', '192.52.193.1', '192.175.48.1', '100::1']],
  ['mapped', ['::ffff:127.0.0.1', '0000:0000:0000:0000:0000:ffff:7f00:0001', '::ffff:8.8.8.8']],
  ['IPv4-compatible', ['::a00:1', '::10.0.0.1', '::8.8.8.8']],
  ['translated (NAT64)', ['64:ff9b::c0a8:0', '64:ff9b::a9fe:a9fe', '64:ff9b::808:808', '64:ff9b:1::1']],
  ['6to4 or Teredo', ['2002:c0a8:1::', '2002:a9fe:a9fe::1', '2001::1', '2001:0:4136:e378::1']],
  ['an ORCHID or DET', ['2001:10::1', '2001:20::1', '2001:30::1']],
  ['outside the global block', ['5f00::1', '4000::1', '8000::1', '::ffff:0:127.0.0.1']],
  ['with a zone', ['fe80::1%eth0', '2606:4700::1%1']],
  [
    'not an address at all',
    ['', 'localhost', '0x7f.1', '0177.0.0.1', '2130706433', '127.1', '[::1]', '1.2.3.4/8', ' 8.8.8.8'],
  ],
];

test.each(NOT_PUBLIC)('an address that is %s is not public', (_kind, ips) => {
  expect(ips.filter(isPublicAddress)).toEqual([]);
});

test('addresses in an allowed network are let through, and only those', () => {
  const policy = { allowedNetworks: parseNetworks('10.0.0.0/8, 192.168.1.7 fd00::/8') };
  for (const ip of ['10.1.2.3', '192.168.1.7', 'fd12::1', '8.8.8.8'])
    expect([ip, allowsAddress(ip, policy)]).toEqual([ip, true]);
  for (const ip of ['172.16.0.1', '192.168.1.8', 'fe80::1', '127.0.0.1'])
    expect([ip, allowsAddress(ip, policy)]).toEqual([ip, false]);
});

test('a blocked network comes before an allowed one, and its addresses are not called though they are public', () => {
  const policy = {
    allowedNetworks: parseNetworks('10.0.0.0/8'),
    blockedNetworks: parseNetworks('10.9.0.0/16, 8.8.8.0/24'),
  };
  for (const ip of ['10.9.0.1', '::ffff:10.9.0.1', '8.8.8.8'])
    expect([ip, allowsAddress(ip, policy)]).toEqual([ip, false]);
  for (const ip of ['10.8.0.1', '8.8.4.4']) expect([ip, allowsAddress(ip, policy)]).toEqual([ip, true]);
});

test('a public address of the machine itself is called only where its network is allowed', () => {
  const ownAddresses = () => ['127.0.0.1', '8.8.8.8', '2606:4700:4700:0:0:0:0:1111'];
  const policy = { allowedNetworks: [], ownAddresses };
  for (const ip of ['8.8.8.8', '2606:4700:4700::1111']) {
    expect([ip, allowsAddress(ip, policy)]).toEqual([ip, false]);
    expect([ip, allowsAddress(ip, { allowedNetworks: parseNetworks(ip), ownAddresses })]).toEqual([ip, true]);
  }
  expect(allowsAddress('8.8.4.4', policy)).toBe(true);
});

test('a mapped literal is allowed where its IPv4 address is', () => {
  const policy = { allowedNetworks: parseNetworks('10.0.0.0/8') };
  expect(allowsAddress('::ffff:10.0.0.5', policy)).toBe(true);
  expect(allowsAddress('::ffff:0a00:0005', policy)).toBe(true);
  expect(allowsAddress('::ffff:127.0.0.1', policy)).toBe(false);
  expect(allowsAddress('::ffff:8.8.8.8', policy)).toBe(false);
  expect(allowsAddress('64:ff9b::a00:5', policy)).toBe(false);
});

test('an address with a zone is not allowed by any network', () => {
  expect(allowsAddress('fe80::1%eth0', { allowedNetworks: parseNetworks('::/0') })).toBe(false);
});

test('an empty list of networks allows nothing', () => {
  expect(parseNetworks('')).toEqual([]);
  expect(parseNetworks(' , ')).toEqual([]);
});

test.each([
  ['10.0.0.0/33', '"10.0.0.0/33" is not a network'],
  ['10.0.0.0/8,internal', '"internal" is not a network'],
  ['10.0.0.0/', '"10.0.0.0/" is not a network'],
  ['10.0.0.0/8/8', '"10.0.0.0/8/8" is not a network'],
  ['10.0.0.0/-1', '"10.0.0.0/-1" is not a network'],
  ['10.0.0/8', '"10.0.0/8" is not a network'],
  ['fd00::/129', '"fd00::/129" is not a network'],
  ['fe80::1%eth0/64', '"fe80::1%eth0/64" is not a network'],
  ['10.0.0.5/8', '"10.0.0.5/8" has bits set outside its prefix: write 10.0.0.0/8, or 10.0.0.5 alone.'],
  ['172.31.0.0/12', 'write 172.16.0.0/12'],
  ['::ffff:10.0.0.0/104', 'write the IPv4 network itself'],
])('the network list "%s" is refused by naming the bad part', (text, message) => {
  expect(() => parseNetworks(text)).toThrow(message);
});
