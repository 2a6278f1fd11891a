import { parse } from 'pg-connection-string';
import { parseDatabaseUrl } from '../../src/values/database-url';

const PASSWORD = 'p%40s,s:1';

test.each([
  ['postgres://u@a:1,b:2/db', ['a:1', 'b:2'], null],
  ['postgresql://u@a,b:2/db?target_session_attrs=read-write', ['a:5432', 'b:2'], 'read-write'],
  ['postgres://u@[::1]:1,[::2]/db?target_session_attrs=any', ['::1:1', '::2:5432'], 'any'],
  ['postgres://u@x/db?host=a,b&port=1,2', ['a:1', 'b:2'], null],
  ['postgres://u@x:9/db?host=a,b&port=7&target_session_attrs=standby', ['a:7', 'b:7'], 'standby'],
  ['postgres:///db?host=/var/run/one,/var/run/two', ['/var/run/one:5432', '/var/run/two:5432'], null],
  ['postgres://u@a/db?target_session_attrs=primary', ['a:5432'], 'primary'],
  ['postgres://u@a:1/db', ['a:1'], null],
])('%s', (text, hosts, target) => {
  const url = parseDatabaseUrl(text);
  expect(url.hosts.map(({ host, port }) => `${host}:${port}`)).toEqual(hosts);
  expect(url.target).toBe(target);
});

test('each host has a URL of its own, with the login, the database and the other parameters of the list', () => {
  const url = parseDatabaseUrl(
    `postgres://hook%20led:${PASSWORD}@a:1,[::1]:2/led%20ger?sslmode=disable&target_session_attrs=read-write&connect_timeout=2`,
  );
  expect(url).toMatchObject({ login: 'hook led', database: 'led ger', connectTimeoutMs: 2_000 });
  const read = url.hosts.map((host) => parse(url.urlOf(host)));
  const same = { user: 'hook led', password: 'p@s,s:1', database: 'led ger', sslmode: 'disable', ssl: false };
  expect(read).toEqual([
    { ...same, host: 'a', port: '1' },
    { ...same, host: '::1', port: '2' },
  ]);
});

test('a URL of one host stays as it is written', () => {
  for (const text of ['postgres://u:p@a/db?sslmode=disable', 'postgres://u@localhost/db?host=%2Ftmp']) {
    const url = parseDatabaseUrl(text);
    expect(url.urlOf(url.hosts[0])).toBe(text);
  }
});

test.each([
  ['postgres://u:secret@a,b/db?port=1,2,3', 'names 2 hosts and 3 ports: name one port for all, or one for each.'],
  ['postgres://u:secret@a,,b/db', 'has an empty name in its list of hosts: remove it.'],
  ['postgres://u:secret@a:1,b:x/db', 'is not postgres://user:password@host:port/database.'],
  ['postgres://u:secret@a:1,b:70000/db', 'is not postgres://user:password@host:port/database.'],
  ['postgres://u:secret/db', 'is not postgres://user:password@host:port/database.'],
  ['postgres://u:secret@a,b', 'is not postgres://user:password@host:port/database.'],
  [
    'postgres://u:secret@a,b/db?target_session_attrs=master',
    'target_session_attrs is "master", which is none of any, read-write, read-only, primary, standby, prefer-standby.',
  ],
  ['postgres://u:secret@a/db?connect_timeout=0', 'connect_timeout is "0", which is no number of seconds from 1 to 60.'],
  ['postgres://u%ff:secret@a/db', 'has a % that begins no encoded character: write it as %25.'],
])('%s is refused', (text, message) => {
  expect(() => parseDatabaseUrl(text)).toThrow(message);
});
