import { type IncomingCall, inBody, queryValues } from '../call';
import { type Claim, isRefusal, malformed, notSigned, type Refusal } from '../claim';
import { shownProof } from '../compare-secrets';
import type { Provider, VerificationSettings } from '../provider';
import { onlyHeader } from '../read-signature';
import { CHOSEN_TOKEN } from '../secret-forms';

/** A token in a header (as in RFC 6750, section 2.1) or in the query. Nothing is signed. */
export const token: Provider = {
  title: 'Token',
  secret: CHOSEN_TOKEN,
  settings: { required: [], optional: ['header', 'query', 'prefix'] },
  secretHeaders: ({ header }) => (header === null ? [] : [header.toLowerCase()]),
  read,
  unrecorded: () => 'The token',
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};

function read(call: IncomingCall, settings: VerificationSettings): Claim | Refusal {
  const { header, query } = settings;
  const where = header === null ? `the parameter ${query} of the query` : `the header ${header}`;
  const value = header === null ? onlyParameter(call, query ?? '') : onlyHeader(call, header);
  if (isRefusal(value)) return value;
  const shown = withoutPrefix(value, settings.prefix ?? '', where);
  if (isRefusal(shown)) return shown;
  const message = `The token in ${where} is not a live secret.`;
  return { proofs: [shownProof('TEXT', Buffer.from(shown), { code: 'UNKNOWN_KEY', message })] };
}

function onlyParameter(call: IncomingCall, name: string): string | Refusal {
  const values = queryValues(call, name);
  const [value] = values;
  if (value === undefined) return notSigned(`The parameter ${name} is missing in the query.`);
  if (values.length > 1)
    return malformed(`The parameter ${name} occurs ${values.length} times in the query; it must occur once.`);
  return value === '' ? malformed(`The parameter ${name} in the query is empty.`) : value;
}

// RFC 9110, section 11.1: a scheme such as "Bearer" is compared without case.
function withoutPrefix(value: string, prefix: string, where: string): string | Refusal {
  const start = value.slice(0, prefix.length);
  if (start.toLowerCase() === prefix.toLowerCase() && value.length > prefix.length) return value.slice(prefix.length);
  return malformed(`The value of ${where} is not ${JSON.stringify(prefix)} and a token.`);
}
