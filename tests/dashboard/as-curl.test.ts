import { execFileSync } from 'node:child_process';
import { asCurl } from '../../dashboard/src/request/as-curl';
import { lineDiff } from '../../dashboard/src/request/line-diff';

const REQUEST = {
  method: 'POST',
  url: "https://partner.example.com/it's?a=$HOME&b=`id`",
  headers: [
    { name: 'content-type', value: 'application/json' },
    { name: 'authorization', value: '***' },
    { name: 'host', value: 'partner.example.com' },
    { name: 'x-note', value: 'a "quoted" \\ $(id)' },
  ],
  body: '{"name":"O\'Hara"}\n',
};

test('a shell runs it as one command with these arguments, and nothing in it', () => {
  const command = asCurl(REQUEST).replace(/^curl /, `printf '%s\\0' `);
  const args = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\0').slice(0, -1);
  expect(args).toEqual([
    '-X',
    'POST',
    REQUEST.url,
    '-H',
    'content-type: application/json',
    '-H',
    'x-note: a "quoted" \\ $(id)',
    '--data-binary',
    REQUEST.body,
  ]);
});

test('a request without a body that is text has none', () => {
  expect(asCurl({ ...REQUEST, headers: [], body: null })).not.toContain('--data');
});

test('the lines that only one of two texts has', () => {
  const lines = lineDiff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
  expect(lines.filter(({ side }) => side !== 'both')).toEqual([
    { side: 'left', text: 'b' },
    { side: 'right', text: 'x' },
    { side: 'right', text: 'e' },
  ]);
  expect(lineDiff(['a'], ['a'])).toEqual([{ side: 'both', text: 'a' }]);
});
