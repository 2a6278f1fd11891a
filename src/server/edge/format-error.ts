import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, InputError } from '../../errors/errors';
import { brokenLimit } from '../../graphql/limits/document-limits';
import { isDatabaseUnavailable, isStatementTimeout, whyUnavailable } from '../../sql/database-errors';

const MAX_MESSAGE = 300;
/** Characters of a message of a library. */
const MAX_READ = 2_000;

/**
 * The only form in which errors are sent. Messages that were written for the caller pass; every other error is
 * internal, and is sent as its code alone, because messages of libraries name tables, hosts and values.
 * @param seesSchema whether suggestions stay, which reveal other names of the schema
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  seesSchema = false,
): GraphQLFormattedError {
  const cause = unwrapResolverError(error);
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const known = knownError(cause);
  if (known) return { message: known.message, ...place, extensions: extensionsOf(known) };
  if (isAboutTheDocument(cause)) {
    const code = codeOf(cause, formatted);
    if (code !== 'INTERNAL_SERVER_ERROR')
      return { message: withCure(forCaller(withoutValues(cause), seesSchema)), ...place, extensions: { code } };
  }
  return { message: 'An internal error occurred.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

/** Whether the error is meant for the caller; every other error belongs in the log. */
export function isForCaller(error: unknown): boolean {
  const cause = unwrapResolverError(error);
  return knownError(cause) !== null || isAboutTheDocument(cause);
}

// Apollo wraps the errors that graphql-js finds in a document
function isAboutTheDocument(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && (!error.originalError || error.originalError instanceof GraphQLError);
}

// Apollo gives some of its own refusals a status but no code
function codeOf(error: GraphQLError, formatted: GraphQLFormattedError): string {
  const { status = 500 } = (error.extensions.http ?? {}) as { status?: number };
  const code = String(formatted.extensions?.code ?? 'INTERNAL_SERVER_ERROR');
  return code === 'INTERNAL_SERVER_ERROR' && status >= 400 && status < 500 ? 'BAD_REQUEST' : code;
}

/** The error in the form for callers; null for an internal error. */
export function knownError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  // in a mutation these are userErrors; a query has none
  if (error instanceof InputError) {
    return new AppError('BAD_USER_INPUT', error.message, error.errors[0]?.field ?? undefined);
  }
  if (error instanceof GraphQLError) {
    const limit = brokenLimit(error);
    return limit === null ? null : new AppError('LIMIT_EXCEEDED', limit);
  }
  if (isDatabaseUnavailable(error)) {
    const why = whyUnavailable(error);
    return new AppError('UNAVAILABLE', `${why[0]?.toUpperCase()}${why.slice(1)}. Try again.`);
  }
  if (isStatementTimeout(error)) {
    return new AppError(
      'LIMIT_EXCEEDED',
      'The request took too long and was stopped. Request less, or narrow the filter.',
    );
  }
  return null;
}

function extensionsOf(error: AppError): Record<string, unknown> {
  return { code: error.code, ...(error.field && { field: error.field }) };
}

// graphql-js quotes the refused value and the whole input around it, which may contain secrets
function withoutValues({ message, originalError }: GraphQLError): string {
  const [, variable] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (variable === undefined || !originalError) return message.replace(QUOTED_TEXT, '$1.');
  const reason = originalError.message;
  const [at = ''] = / at "[^"]*"$/.exec(message.slice(0, -`; ${reason}`.length)) ?? [];
  return `Variable "$${variable}" got an invalid value${at}; ${reason.replace(QUOTED_TEXT, '$1.')}`;
}

const QUOTED_TEXT = /^(String cannot represent a non string value|Expected value of type "[^"]+")(: |, found )[\s\S]*$/;

/** By messages of libraries that do not say what is right. */
const CURES: readonly [RegExp, string][] = [
  [/DateTime cannot represent /, 'Write a time with its zone, such as "2026-03-04T09:30:00Z".'],
  [/Expected value of type "\w*(?:DateTime|Float)Filter"/, 'A filter is an object, such as { gte: ... }.'],
  [/Expected value of type "(?!JSON)\w+(?<!List)Filter"/, 'A filter is an object, such as { eq: ... }.'],
];

function withCure(message: string): string {
  const [, cure] = CURES.find(([pattern]) => pattern.test(message)) ?? [];
  return cure === undefined ? message : `${message} ${cure}`;
}

// A quoted value may be megabytes long, and the pattern takes quadratic time: so it is applied to the beginning, which may end within
// a suggestion.
function forCaller(message: string, seesSchema: boolean): string {
  const read = message.slice(0, MAX_READ);
  const text = seesSchema ? read : read.replace(/ Did you mean [^?]*(?:\?|$)/g, '');
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 3)}...` : text;
}
