import { createCompileCache } from '../../src/templating/compile-cache';

test('what is used is kept, what was used longest ago goes', () => {
  const compiled: string[] = [];
  const compile = createCompileCache(300, (text) => {
    compiled.push(text);
    return { text };
  });
  expect(compile('a')).toBe(compile('a'));
  compile('b');
  compile('c');
  compile('a');
  compile('d');
  expect(compiled).toEqual(['a', 'b', 'c', 'd']);
  compile('a');
  compile('b');
  expect(compiled).toEqual(['a', 'b', 'c', 'd', 'b']);
});

test('one text that is longer than the whole is compiled, and not kept', () => {
  let times = 0;
  const compile = createCompileCache(300, () => ({ times: ++times }));
  const long = 'x'.repeat(1_000);
  expect([compile(long), compile(long)]).toEqual([{ times: 1 }, { times: 2 }]);
});
