// What an HMAC is made over, as an agreement writes it: "{timestamp}.{body}".
import { quoted } from '../errors';
import type { SignedContent } from './proofs';
import type { SettingFault, VerificationSettings } from './provider';

const NAMES = ['body', 'timestamp', 'id', 'url', 'method'] as const;
type Name = (typeof NAMES)[number];

const PLACE = /(\{\w*\})/;
const MOST_CHARACTERS = 200;

/** Which of a call's values are signed. */
export function usesOf(template: string): ReadonlySet<Name> {
  return new Set(NAMES.filter((name) => template.includes(`{${name}}`)));
}

export function contentOf(template: string, values: Readonly<Record<Name, string | Buffer>>): SignedContent {
  return template.split(PLACE).map((piece) => values[nameOf(piece) as Name] ?? piece);
}

function nameOf(piece: string): string {
  return piece.startsWith('{') ? piece.slice(1, -1) : '';
}

export function templateFault(settings: VerificationSettings): SettingFault | null {
  const { signed, timestampHeader, idHeader } = settings;
  const uses = usesOf(signed);
  const unknown = signed
    .split(PLACE)
    .find((piece) => PLACE.test(piece) && !NAMES.some((name) => name === nameOf(piece)));
  if (signed.length > MOST_CHARACTERS) {
    return {
      setting: 'signed',
      message: `signed has ${signed.length} characters; at most ${MOST_CHARACTERS} are taken.`,
    };
  }
  if (unknown !== undefined) {
    const known = NAMES.map((name) => `{${name}}`).join(', ');
    return { setting: 'signed', message: `signed names ${quoted(unknown)}; ${known} are known.` };
  }
  if (!uses.has('body'))
    return { setting: 'signed', message: 'signed must name {body}: else anybody could change it.' };
  return (
    headerFault('timestamp', 'timestampHeader', timestampHeader, uses) ?? headerFault('id', 'idHeader', idHeader, uses)
  );
}

// A time that is not signed must not look as if it were checked.
function headerFault(
  name: Name,
  setting: 'timestampHeader' | 'idHeader',
  header: string | null,
  uses: ReadonlySet<Name>,
): SettingFault | null {
  if (uses.has(name) === (header !== null)) return null;
  const message =
    header === null ? `signed names {${name}}: ${setting} must say` : `${setting} is given, but signed does not name`;
  return { setting, message: header === null ? `${message} where it stands.` : `${message} {${name}}.` };
}
