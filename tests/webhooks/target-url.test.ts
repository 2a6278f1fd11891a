import { parseNetworks } from '../../src/values/networks';
import { checkTarget, checkTargetUrl, readTargetUrl } from '../../src/webhooks/request/target-url';

const STRICT = { allowHttp: false, allowedNetworks: [] };
const DEVELOPMENT = { allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8') };

test.each([
  'https://hooks.example.com',
  'https://hooks.example.com/a/b?c=d&e=%20%0A',
  'HTTPS://Hooks.Example.COM:8443/Path',
  'https://93.184.216.34/hook',
  'https://[2606:4700:4700::1111]:8443/hook',
  'https://[2606:4700:4700:0:0:0:0:1111]/hook',
  'https://xn--mnchen-3ya.example/hook',
  'https://xn--r8jz45g.xn--zckzah/hook',
  'https://a_b.example/@user?x=@',
  'https://notlocalhost/',
])('%s is a URL that webhooks are sent to', (url) => {
  expect(checkTargetUrl(url, STRICT)).toBeNull();
});

test('a URL of 2,048 characters is not too long', () => {
  expect(checkTargetUrl(`https://example.com/${'a'.repeat(2048 - 20)}`, STRICT)).toBeNull();
});

test.each([
  ['a Cyrillic letter that looks like a Latin one', 'https://\u0430pple.example/hook', 'xn--pple-43d.example'],
  ['an umlaut', 'https://münchen.example:8443/hook', 'xn--mnchen-3ya.example'],
  ['another script', 'https://例え.テスト/{{ doc.name }}', 'xn--r8jz45g.xn--zckzah'],
])('a host with %s is to be written in ASCII, which is what people see', (_what, url, ascii) => {
  expect(checkTarget(url, STRICT)).toMatch(`write it in ASCII, as ${ascii}.`);
});

const REFUSED: [string, RegExp, string[]][] = [
  [
    'is not a URL',
    /not a URL/,
    ['', 'hooks', 'hooks.example.com/x', '//example.com', 'https:example.com', 'user:secret@example.com'],
  ],
  ['names no host', /names no host/, ['https://', 'https:///path', 'https://:443/', 'https://::1/', 'https://?x=1']],
  [
    'has a host or port that cannot be',
    /host or port/,
    [
      'https://a:99999/',
      'https://a:b/',
      'https://[127.0.0.1]/',
      'https://[::1',
      'https://[::1%25lo]/',
      'https://1.2.3.4.5/',
      'https://256.1.1.1/',
      'https://a<b/',
    ],
  ],
  [
    'has another scheme',
    /only sent over HTTP/,
    ['file:///etc/passwd', 'ftp://example.com', 'ws://example.com', 'gopher://127.0.0.1:25'],
  ],
  [
    'is not encrypted',
    /must start with https:\/\/, unless ALLOW_HTTP_TARGETS is on/,
    ['http://example.com/', 'HTTP://example.com/'],
  ],
  [
    'carries credentials',
    /credentials/,
    [
      'https://user:pw@example.com/',
      'https://user@example.com',
      'https://@[::1]:9876',
      'https://1:2@[::1]:9876',
      'https://a%40b:c@example.com',
      'https://good.example@127.0.0.1/',
    ],
  ],
  [
    'has a private address',
    /private|mapped to IPv6|not an address of the public/,
    [
      'https://10.0.0.1',
      'https://192.168.1.1:8443',
      'https://172.16.0.1',
      'https://[fd00::1]',
      'https://10.64.0.1',
      'https://198.18.0.1',
    ],
  ],
  ['has a loopback address', /loopback/, ['https://127.0.0.1', 'https://127.1.2.3/', 'https://[::1]/']],
  ['has a link-local address', /link-local/, ['https://169.254.169.254/latest/meta-data', 'https://[fe80::1]/']],
  ['has a CGNAT address', /CGNAT/, ['https://100.64.0.1/']],
  [
    'has IPv4 mapped to IPv6',
    /IPv4 address mapped to IPv6|not an address of the public/,
    [
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:8.8.8.8]/',
      'https://[64:ff9b::a9fe:a9fe]/',
      'https://[64:ff9b:1::1]/',
      'https://[::10.0.0.1]/',
      'https://[2002:a00:1::]/',
    ],
  ],
  [
    'hides a private IPv4 address',
    /unusual way: write (127\.0\.0\.1|10\.0\.0\.1|169\.254\.169\.254)\./,
    [
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0177.0.0.1/',
      'https://127.1/',
      'https://0x7f.0.0.1/',
      'https://127.0.0.1./',
      'https://１２７.0.0.1/',
      'https://127。0。0。1/',
      'https://①⓪.0.0.1/',
      'https://%31%30.0.0.1/',
      'https://0251.254.169.254/',
    ],
  ],
  [
    'hides a public IPv4 address',
    /unusual way: write 8\.8\.8\.8\./,
    ['https://134744072/', 'https://8.8.2056/', 'https://010.8.8.8/', 'https://８.8.8.8/'],
  ],
  [
    'hides a name',
    /unusual way: write example\.com\./,
    ['https://ｅxample.com/', 'https://ex%61mple.com/', 'https://example．com/'],
  ],
  ['ends in a dot', /ends in a dot/, ['https://example.com./', 'https://localhost./', 'https://example.com。/']],
  ['has an empty part', /an empty part between two dots/, ['https://a..b/', 'https://.example.com/']],
  [
    'is this machine',
    /the machine that Hookledger runs on/,
    ['https://localhost', 'https://LocaLhOsT:8443/x', 'https://api.localhost/', 'https://A.LOCALHOST'],
  ],
  ['is too long', /2049 characters long/, [`https://example.com/${'a'.repeat(2049 - 20)}`]],
  [
    'has white space or invisible characters',
    /white space/,
    [
      ' https://example.com',
      'https://example.com ',
      'https://example.com/a b',
      'https://exa\tmple.com',
      'https://example.com/\r\nX-Evil: 1',
      'https://example.com/\u0000',
      'https://exam\u00adple.com',
      'https://exam\u200bple.com/',
      'https://example.com/\u202e',
      'https://example.com/\ud800',
      '\ufeffhttps://example.com',
    ],
  ],
  [
    'has a backslash',
    /backslash/,
    ['https:\\\\example.com', 'https://example.com\\@127.0.0.1/', 'https://example.com/a\\b'],
  ],
  [
    'has a fragment',
    /fragment/,
    ['https://example.com/#x', 'https://example.com/#', 'https://example.com#@127.0.0.1/'],
  ],
  ['has port 0', /Port 0/, ['https://example.com:0/', 'https://example.com:000']],
];

test.each(REFUSED)('a URL that %s is refused', (_why, sentence, urls) => {
  for (const url of urls) expect([url, checkTargetUrl(url, STRICT)]).toEqual([url, expect.stringMatching(sentence)]);
});

test('what is wrong is said without repeating credentials or tokens', () => {
  const urls = [
    'https://user:hunter2@example.com/',
    'https://example.com:0/hunter2',
    'hunter2:x@example.com',
    'http://example.com/?token=hunter2',
    'https://hunter2:hunter2@[::1]:x/',
  ];
  for (const url of urls) expect(checkTargetUrl(url, STRICT)).not.toContain('hunter2');
});

test('http and allowed networks are let through where the operator says so', () => {
  for (const url of [
    'http://127.0.0.1:4000/x',
    'https://127.0.0.1',
    'http://localhost:4000',
    'http://example.com',
    'http://[::ffff:127.0.0.1]:80/',
  ]) {
    expect([url, checkTargetUrl(url, DEVELOPMENT)]).toEqual([url, null]);
  }
  expect(checkTargetUrl('http://10.0.0.1/', DEVELOPMENT)).toContain('ALLOWED_TARGET_NETWORKS');
  expect(checkTargetUrl('http://2130706433/', DEVELOPMENT)).toContain('unusual');
  expect(checkTargetUrl('ftp://127.0.0.1/', DEVELOPMENT)).toContain('https:// or http://');
});

test.each([
  ['https://example.com/', null],
  ['https://example.com:8443/', null],
  ['https://example.com:22/', 'Port 22 is not called: ALLOWED_TARGET_PORTS allows 443, 8443.'],
  ['http://example.com/', 'Port 80 is not called: ALLOWED_TARGET_PORTS allows 443, 8443.'],
])('of ports, %s is held to those that the operator allows', (url, fault) => {
  const policy = { ...STRICT, allowHttp: true, allowedPorts: new Set([443, 8443]) };
  expect(checkTargetUrl(url, policy)).toBe(fault);
});

test('an address in a blocked network is refused when it is written, and the sentence says by what', () => {
  const policy = { ...STRICT, blockedNetworks: parseNetworks('93.184.216.0/24') };
  expect(checkTargetUrl('https://93.184.216.34/', policy)).toBe(
    '93.184.216.34 is inside a network that BLOCKED_TARGET_NETWORKS names: no webhook is sent there.',
  );
});

test('a good URL is read once for both the check and the sending', () => {
  expect(readTargetUrl('https://Example.com:443/a?b', STRICT)).toEqual(new URL('https://example.com/a?b'));
});
