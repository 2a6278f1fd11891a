// schema/CHANGELOG.md: `## Unreleased`, then a section for each release, named by its version and day. Unreleased has a line for
// each change: "- `Type.field`: a sentence", under Added, Changed, Deprecated or Removed. A line may name several
// changes and have any text; other text and sections are left unchanged.
import { type Change, SECTIONS, type Section } from './schema-changes';

const UNRELEASED = '## Unreleased';
const WIDTH = 120;

export interface ChangelogFaults {
  /** Changes that Unreleased does not name. */
  missing: Change[];
  /** Entries of Unreleased that are no change. */
  stale: { section: Section; coordinate: string }[];
}

/** The missing and the stale entries of Unreleased. */
export function changelogFaults(changelog: string, changes: readonly Change[]): ChangelogFaults {
  const named = SECTIONS.flatMap((section) =>
    bulletsOf(unreleasedOf(changelog), section).flatMap(({ names }) =>
      names.map((coordinate) => ({ section, coordinate })),
    ),
  );
  return { missing: changes.filter(isNotAmong(named)), stale: named.filter(isNotAmong(changes)) };
}

type Named = Pick<Change, 'section' | 'coordinate'>;

function isNotAmong(others: readonly Named[]): (one: Named) => boolean {
  const known = new Set(others.map(({ section, coordinate }) => `${section} ${coordinate}`));
  return ({ section, coordinate }) => !known.has(`${section} ${coordinate}`);
}

/** Adds missing entries to Unreleased and removes stale ones; existing lines keep their text. */
export function completeChangelog(changelog: string, changes: readonly Change[]): string {
  const unreleased = unreleasedOf(changelog);
  const completed = SECTIONS.reduce((text, section) => completeSection(text, section, changes), unreleased);
  return `${changelog.replace(unreleased, () => completed).trimEnd()}\n`;
}

/** Before the first release. */
const NOTHING_YET = /^Nothing was released yet(?:.|\n(?!\n))*/;

/** Turns Unreleased into a section with this name, in any changelog of this form. */
export function releaseChangelog(changelog: string, name: string): string {
  const unreleased = unreleasedOf(changelog);
  const text =
    unreleased.slice(UNRELEASED.length).trim().replace(NOTHING_YET, 'The first release.') || 'Nothing has changed.';
  return changelog.replace(unreleased, () => `${UNRELEASED}\n\n## ${name}\n\n${text}\n\n`).replace(/\s*$/, '\n');
}

/** Whether a changelog has nothing to release. */
export function isEmpty(changelog: string): boolean {
  return unreleasedOf(changelog).trim() === UNRELEASED;
}

/** Whether a changelog has the section of this version. */
export function isReleased(changelog: string, version: string): boolean {
  return changelog.includes(`\n## ${version} (`);
}

/** "- `Type.field`: a sentence", wrapped. */
export function changelogLine({ coordinate, text }: Pick<Change, 'coordinate' | 'text'>): string {
  return lineOf({ names: [coordinate], rest: text && `: ${text}` });
}

function unreleasedOf(changelog: string): string {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new Error(`The changelog has no section "${UNRELEASED}".`);
  const end = changelog.indexOf('\n## ', start);
  return changelog.slice(start, end < 0 ? undefined : end + 1);
}

interface Bullet {
  names: string[];
  /** The text after the names, unchanged. */
  rest: string;
}

const BULLET = /^- (`[^`]+`(?:,\s+`[^`]+`)*)((?:.*)(?:\n {2}.*)*)\n?/gm;

function bulletsOf(unreleased: string, section: Section): Bullet[] {
  const [, text = ''] = sectionPattern(section).exec(unreleased) ?? [];
  return [...text.matchAll(BULLET)].map(([, names = '', rest = '']) => ({
    names: names.slice(1, -1).split(/`,\s+`/),
    rest,
  }));
}

// lines that were wrapped by hand stay unchanged
function lineOf({ names, rest }: Bullet): string {
  const head = `- ${names.map((name) => `\`${name}\``).join(', ')}`;
  return rest.includes('\n') ? `${wrapped(head)}${rest}` : wrapped(`${head}${rest}`);
}

function wrapped(text: string): string {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(' ');
  let line = first;
  for (const word of words) {
    if (line.length + word.length < WIDTH) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

function sectionPattern(section: Section): RegExp {
  return new RegExp(`^### ${section}\\n\\n?((?:(?!#).*\\n?)*)`, 'm');
}

function completeSection(unreleased: string, section: Section, changes: readonly Change[]): string {
  const wanted = changes.filter((change) => change.section === section);
  const names = new Set(wanted.map(({ coordinate }) => coordinate));
  const bullets = bulletsOf(unreleased, section)
    .map((bullet) => ({ ...bullet, names: bullet.names.filter((name) => names.has(name)) }))
    .filter((bullet) => bullet.names.length > 0);
  const known = new Set(bullets.flatMap((bullet) => bullet.names));
  for (const change of wanted) if (!known.has(change.coordinate)) addTo(bullets, change);
  bullets.sort(({ names: [one = ''] }, { names: [other = ''] }) => (one < other ? -1 : 1));
  return putSection(unreleased, section, bullets.map(lineOf));
}

// entries with the same text share a line
function addTo(bullets: Bullet[], { coordinate, text }: Change): void {
  const rest = text && `: ${text}`;
  const same = text && bullets.find((bullet) => bullet.rest.replaceAll(/\s+/g, ' ') === rest);
  if (!same) {
    bullets.push({ names: [coordinate], rest });
  } else {
    same.names = [...same.names, coordinate].sort();
    same.rest = rest;
  }
}

function putSection(unreleased: string, section: Section, lines: readonly string[]): string {
  const [whole, text = ''] = sectionPattern(section).exec(unreleased) ?? [];
  const prose = text.replace(BULLET, '').trim();
  const body = [prose, lines.join('\n')].filter((part) => part !== '').join('\n\n');
  const written = body && `### ${section}\n\n${body}\n\n`;
  if (whole !== undefined) return unreleased.replace(whole, () => written);
  return written ? `${unreleased.trimEnd()}\n\n${written}` : unreleased;
}
