import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** What a document names as its proof: a file of tests, and, where it is about one of them, its title as the file has it. */
export interface NamedTest {
  file: string;
  title: string | undefined;
}

/** All of "`tests/a.test.ts` "title"" and "`tests/a.test.ts`" in the text. */
export function testsNamedIn(text: string): NamedTest[] {
  return [...text.matchAll(/`(tests\/[\w/.-]+\.test\.ts)`(?: "([^"]+)")?/g)].map(([, file, title]) => ({
    file: file as string,
    title,
  }));
}

/** null: it is there. */
export function faultOf({ file, title }: NamedTest): string | null {
  if (!existsSync(join(ROOT, file))) return `${file} does not exist`;
  if (title === undefined) return null;
  const found = isTitleIn(readFileSync(join(ROOT, file), 'utf8'), title);
  return found ? null : `${file} has no test "${title}"`;
}

/** Whether it stands first in the brackets of test(), describe() or test.each()(), or first in a row of test.each. */
function isTitleIn(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) =>
    source
      .split(`${quote}${title}${quote},`)
      .slice(0, -1)
      .some((before) => /(\b(test|it|describe)\(|\)\(|^\s*\[)\s*$/m.test(before.slice(-200))),
  );
}
