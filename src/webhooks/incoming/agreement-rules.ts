// Checks the settings for received calls. Each fault has its field and says how to correct it.

import { AppError, quoted, type UserError } from '../../errors/errors';
import { readJsonPath } from '../../json/json-part';
import { isStorable, textFault } from '../../values/text';
import type { Place, Provider, VerificationSettings } from '../../verification/provider';
import {
  DEFAULT_ANSWER_STATUS,
  DEFAULT_TOLERANCE_S,
  isOwnDocumentType,
  MAX_ANSWER_CHARACTERS,
  MAX_FORWARDS,
  MAX_PREFIX_CHARACTERS,
  MAX_SIGNED_CHARACTERS,
  MAX_TOLERANCE_S,
} from '../setting-limits';
import type { CallOutcome } from './incoming-agreement.entity';

/** The response to an accepted call. */
export interface CallAnswer {
  statusCode?: number | null;
  body?: string | null;
  contentType?: string | null;
}

/** null: not given. */
export type GivenVerification = { [Name in keyof VerificationSettings]?: VerificationSettings[Name] | null };

/** The incoming settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface AgreementSettings {
  verification?: GivenVerification | null;
  toleranceSeconds?: number | null;
  eventLocation?: Place | null;
  idLocation?: Place | null;
  referenceLocation?: Place | null;
  becomes?: CallOutcome | null;
  /** UUIDs; null: the given id is not the id of a webhook. */
  forwardTo?: (string | null)[] | null;
  answer?: CallAnswer | null;
}

/** The faults of the given settings. @param after the values after the change */
export function agreementFaults(
  provider: Provider,
  given: AgreementSettings & { documentType?: string | null },
  after: { becomes: CallOutcome; forwardTo: readonly unknown[] },
): UserError[] {
  return [
    ...(given.verification === undefined ? [] : verificationFaults(provider, given.verification ?? {})),
    ...toleranceFaults(given.toleranceSeconds ?? DEFAULT_TOLERANCE_S),
    ...placeFaults('eventLocation', given.eventLocation),
    ...placeFaults('idLocation', given.idLocation),
    ...placeFaults('referenceLocation', given.referenceLocation),
    ...forwardFaults(given.forwardTo ?? [], after),
    ...answerFaults(given.answer ?? {}),
    ...documentTypeFaults(given.documentType ?? null),
  ];
}

const given = (value: unknown) => value !== undefined && value !== null;

function verificationFaults(provider: Provider, verification: GivenVerification): UserError[] {
  const { required, optional } = provider.settings ?? { required: [], optional: [] };
  const names = Object.keys(verification) as (keyof VerificationSettings)[];
  const unknown = names.filter((name) => given(verification[name]) && ![...required, ...optional].includes(name));
  const missing = required.filter((name) => !given(verification[name]));
  const takes = [...required, ...optional].join(', ') || 'none of these';
  return [
    ...unknown.map((name) => invalid(['verification', name], `${provider.title} has no ${name}: it has ${takes}.`)),
    ...missing.map((name): UserError => {
      const message = `${provider.title} needs verification.${name}.`;
      return { field: ['verification', name], code: 'REQUIRED', message };
    }),
    ...names.flatMap((name) => settingFaults(name, verification)),
    ...togetherFaults(provider, verification),
  ];
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

function settingFaults(name: keyof VerificationSettings, verification: GivenVerification): UserError[] {
  const value = verification[name];
  const field = ['verification', name];
  if (typeof value !== 'string') return [];
  if (['header', 'timestampHeader', 'idHeader'].includes(name)) return headerNameFaults(field, value);
  if (name === 'signed') return signedFaults(field, value);
  if (name === 'prefix') {
    const isPrefix = /^[\x20-\x7e]+$/.test(value) && value.length <= MAX_PREFIX_CHARACTERS;
    return isPrefix ? [] : [invalid(field, `prefix has 1 to ${MAX_PREFIX_CHARACTERS} characters of ASCII.`)];
  }
  const fault = textFault(value, field, name === 'username' ? 200 : 100);
  if (fault) return [fault];
  // RFC 7617, section 2: the first colon ends the user name
  const isCut = name === 'username' && value.includes(':');
  return isCut
    ? [invalid(field, 'username cannot contain a colon, which ends the user name in Basic authentication.')]
    : [];
}

function headerNameFaults(field: string[], value: string): UserError[] {
  return HEADER_NAME.test(value) ? [] : [invalid(field, `${field.join('.')} ${quoted(value)} is not a header name.`)];
}

const PLACEHOLDERS = ['{body}', '{timestamp}', '{id}', '{url}', '{method}'];

function signedFaults(field: string[], signed: string): UserError[] {
  if (signed.length > MAX_SIGNED_CHARACTERS) {
    const message = `signed has ${signed.length} characters; at most ${MAX_SIGNED_CHARACTERS} are allowed.`;
    return [{ field, code: 'TOO_LARGE', message }];
  }
  const unknown = signed.match(/\{[^{}]*\}/g)?.find((name) => !PLACEHOLDERS.includes(name));
  if (unknown) return [invalid(field, `signed has ${quoted(unknown)}; allowed are ${PLACEHOLDERS.join(' ')}.`)];
  if (/[\p{Cc}\p{Cs}]/u.test(signed.replaceAll('\n', ''))) {
    return [invalid(field, 'signed holds a control character other than a line break.')];
  }
  if (signed.includes('{body}')) return [];
  return [invalid(field, 'signed lacks {body}: anyone who knows one signature could send any body with it.')];
}

function togetherFaults({ title, settings }: Provider, verification: GivenVerification): UserError[] {
  const { signed = null, timestampHeader = null, idHeader = null, header = null, query = null } = verification;
  const faults: UserError[] = [];
  const needs = (placeholder: string, name: 'timestampHeader' | 'idHeader', value: string | null) => {
    if (signed?.includes(placeholder) && value === null) {
      const message = `signed has ${placeholder}: give ${name}, the name of its header.`;
      faults.push({ field: ['verification', name], code: 'REQUIRED', message });
    }
  };
  needs('{timestamp}', 'timestampHeader', timestampHeader);
  needs('{id}', 'idHeader', idHeader);
  if (timestampHeader !== null && !signed?.includes('{timestamp}')) {
    const message =
      'timestampHeader is given, but signed has no {timestamp}: a time that is not signed proves nothing.';
    faults.push(invalid(['verification', 'timestampHeader'], message));
  }
  if (!settings?.optional.includes('query')) return faults;
  if (header !== null && query !== null) {
    const message = `${title} has its token in a header or in the query, not in both: clear one with null.`;
    faults.push({ field: ['verification', 'query'], code: 'CONFLICT', message });
  }
  if (header === null && query === null) {
    const message = `${title} needs verification.header or verification.query: where the token is.`;
    faults.push({ field: ['verification', 'header'], code: 'REQUIRED', message });
  }
  return faults;
}

function toleranceFaults(seconds: number): UserError[] {
  if (seconds >= 1 && seconds <= MAX_TOLERANCE_S) return [];
  const message = `toleranceSeconds is ${seconds}; it must be 1 to ${MAX_TOLERANCE_S} (7 days).`;
  return [invalid(['toleranceSeconds'], message)];
}

function placeFaults(name: string, place: Place | null | undefined): UserError[] {
  if (!place) return [];
  const field = [name, 'name'];
  if (place.from === 'HEADER') return headerNameFaults(field, place.name);
  if (place.from === 'QUERY') {
    const fault = textFault(place.name, field);
    return fault ? [fault] : [];
  }
  if (!place.name.startsWith('$')) {
    return [invalid(field, `${field.join('.')} ${quoted(place.name)} is not a path: write it like $.data.object.id.`)];
  }
  try {
    const isOne = !readJsonPath([place.name], field).includes('any');
    return isOne ? [] : [invalid(field, `${field.join('.')} must name one value: [*] names every member of a list.`)];
  } catch (error) {
    if (error instanceof AppError) return [invalid(field, error.message)];
    throw error;
  }
}

function forwardFaults(
  given: readonly (string | null)[],
  after: { becomes: CallOutcome; forwardTo: readonly unknown[] },
): UserError[] {
  if (given.length > MAX_FORWARDS) {
    const message = `forwardTo has ${given.length} webhooks; at most ${MAX_FORWARDS} are allowed.`;
    return [{ field: ['forwardTo'], code: 'TOO_LARGE', message }];
  }
  // unknown ids have faults of their own
  if (after.becomes === 'FORWARD' && after.forwardTo.length === 0 && given.length === 0) {
    const message = 'becomes is FORWARD: forwardTo must name the OUTGOING webhooks to which calls are forwarded.';
    return [{ field: ['forwardTo'], code: 'REQUIRED', message }];
  }
  if (after.becomes === 'FORWARD' || after.forwardTo.length === 0) return [];
  const message = `forwardTo belongs to becomes: FORWARD; it is ${after.becomes}: set that or clear it with null.`;
  return [invalid(['forwardTo'], message)];
}

/** RFC 9110, sections 15.3.5 and 15.3.6: these have no content. */
export function isEmptyStatus(status: number): boolean {
  return status === 204 || status === 205;
}

/**
 * Types that a browser shows as text or saves as a file. Twilio reads its instructions as XML, and a browser could run
 * scripts in it: the sandbox in which answers are sent keeps it from that. Without a comma, behind which a browser
 * would read another type.
 */
const PASSIVE_TYPE =
  /^(application\/(json|[a-z0-9.-]+\+json|xml|x-www-form-urlencoded|octet-stream)|text\/(plain|csv|xml))[ \t]*(;[\x20-\x2b\x2d-\x7e]{0,150})?$/i;

function answerFaults({ statusCode, body, contentType }: CallAnswer): UserError[] {
  const faults: UserError[] = [];
  if (given(statusCode) && ((statusCode as number) < 200 || (statusCode as number) > 299)) {
    faults.push(invalid(['answer', 'statusCode'], `answer.statusCode is ${statusCode}; it must be 200 to 299.`));
  }
  if (isEmptyStatus(statusCode ?? DEFAULT_ANSWER_STATUS) && body) {
    const message = `answer.body cannot go with statusCode ${statusCode}, which allows no body.`;
    faults.push(invalid(['answer', 'body'], message));
  }
  if (body && body.length > MAX_ANSWER_CHARACTERS) {
    const message = `answer.body has ${body.length} characters; at most ${MAX_ANSWER_CHARACTERS} are allowed.`;
    faults.push({ field: ['answer', 'body'], code: 'TOO_LARGE', message });
  }
  if (body && !isStorable(body)) {
    faults.push(invalid(['answer', 'body'], 'answer.body holds NUL or half of a surrogate pair.'));
  }
  if (contentType && (contentType.length > 200 || !PASSIVE_TYPE.test(contentType))) {
    const types =
      'application/json, any +json, text/plain, text/csv, text/xml, application/xml, a form or octet-stream';
    const message = `answer.contentType ${quoted(contentType)} is not allowed; allowed are ${types}.`;
    faults.push(invalid(['answer', 'contentType'], message));
  }
  return faults;
}

function documentTypeFaults(documentType: string | null): UserError[] {
  if (documentType === null || !isOwnDocumentType(documentType)) return [];
  return [
    invalid(['documentType'], `documentType ${quoted(documentType)} is reserved for events of Hookledger itself.`),
  ];
}

function invalid(field: string[], message: string): UserError {
  return { field, code: 'INVALID', message };
}
