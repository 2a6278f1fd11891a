// Texts for a person outside: what may be a secret, a name, an address or a part of a document is taken out of them.

const LEFT_OUT = '[...]';

/** An id of a row tells nothing without the database, and says which row is meant. */
const ID = /^[a-z]{3}_[0-9a-f]{32}$/;
/** A name of a setting, a table, also of a month, or a column. An API key has digits among the letters. */
const NAME = /^([A-Z]+(_[A-Z]+)+|[a-z]+(_[a-z]+)+(_\d{4}_\d{2})?)$/;
/** The shortest that is taken for a key or a token. */
const TOKEN_LENGTH = 16;

/** What is left of a sentence that may quote anything. */
export function withoutContent(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*):\/\/[^\s/?#]*@/gi, '$1://')
    .replace(/\b(https?:\/\/[^\s/?#"']+)[^\s"']*/gi, '$1')
    .replace(/[^\s"'<>()=:,;]+@[^\s"'<>()=:,;]+/g, LEFT_OUT)
    .replace(/"[^"]*"|'[^']*'|«[^»]*»|`[^`]*`/g, (quoted) => (isName(quoted.slice(1, -1)) ? quoted : LEFT_OUT))
    .replace(/\([^()]*\)=\([^()]*\)/g, LEFT_OUT)
    .replace(/[A-Za-z0-9+/_=-]+/g, (word) => (isToken(word) ? LEFT_OUT : word));
}

function isName(word: string): boolean {
  return NAME.test(word) || ID.test(word);
}

function isToken(word: string): boolean {
  if (word.length < TOKEN_LENGTH || isName(word)) return false;
  return /\d/.test(word) && /[A-Za-z]/.test(word);
}
