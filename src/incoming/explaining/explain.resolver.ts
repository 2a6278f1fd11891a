import { createHash } from 'node:crypto';
import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { uuidOf } from '../../ids';
import { refuseWithMessage } from '../../refuse-argument';
import type { Explain } from '../../verification/explaining/explain-apart';
import { CONTENT_READERS, type Viewer } from '../../viewer';
import { keyIdOf } from '../../webhooks/signing/signing-secret';
import { ExplainVerificationInput } from './explain.inputs';
import { VerificationReportType } from './explain.type';
import { type Explained, explainVerification, type GivenCall } from './explain-verification';
import type { GuessLimit } from './secret-guessing-limit';

declare module '../../graphql/context' {
  interface Services {
    explaining: {
      explain: Explain;
      guesses: GuessLimit;
    };
  }
}

const MAX_HEADERS = 200;
/** The limits for all headers together and for a URL. HTTP servers accept less. */
const MAX_HEADER_CHARACTERS = 65_536;
const MAX_URL_CHARACTERS = 16_384;

@Resolver()
export class ExplainVerificationResolver {
  @HasRole(...CONTENT_READERS)
  @Query(() => VerificationReportType, {
    description: withExample(
      'Explains why a call of a partner is accepted or refused. Changes nothing; records user and call in the audit ' +
        'trail.',
      '{ explainVerification(input: { webhookId: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", requestId: ' +
        '"req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { accepted summary checks { name passed message } } }',
    ),
  })
  async explainVerification(
    @Ctx() context: Context,
    @Arg('input', () => ExplainVerificationInput, { description: 'The webhook and the call.' })
    input: ExplainVerificationInput,
  ): Promise<VerificationReportType> {
    const { webhookRules, explaining } = context.services;
    const viewer = context.viewer as Viewer;
    const parts = { db: context.db, keyring: webhookRules.keyring, explain: explaining.explain };
    const webhookId = uuidOf('Webhook', input.webhookId);
    const call = callOf(input);
    if ('requestId' in call)
      refuseMasked(masksOf(context), 'ExplainVerificationInput.requestId', ['input', 'requestId']);
    // a call of the log needs no limit: it was answered when it was received, so its explanation reveals no more about
    // a guess
    if (!('requestId' in call)) explaining.guesses(viewer.userId);
    try {
      const explained = await explainVerification(parts, webhookId, call, input.at ?? null);
      const details = { ...namesOf(call), accepted: explained.judgement.accepted };
      const act = { action: 'webhook.verification_explained', subjectType: 'Webhook', details };
      await context.transaction((db) => recordAct(db, viewer, { ...act, subjectId: webhookId as string }));
      return reportOf(explained);
    } catch (error) {
      // a query has no userErrors, so the fault becomes a GraphQL error
      const fault = error instanceof InputError ? error.errors[0] : undefined;
      if (!fault) throw error;
      throw new AppError(fault.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'BAD_USER_INPUT', fault.message, fault.field ?? []);
    }
  }
}

/** The details of a call for the audit trail. They must not contain secrets. */
function namesOf(call: { requestId: string | null } | GivenCall): Record<string, unknown> {
  return 'requestId' in call
    ? { requestId: call.requestId }
    : { bytes: call.body.length, sha256: createHash('sha256').update(call.body).digest('hex') };
}

function reportOf({ judgement, checks, at }: Explained): VerificationReportType {
  const failed = checks.find(({ passed }) => passed === false);
  if (!judgement.accepted) {
    const { code, message } = judgement;
    return { accepted: false, errorCode: code, summary: message, keyId: null, at, checks: [...checks] };
  }
  const keyId = judgement.secretId && keyIdOf(judgement.secretId);
  const summary = failed ? failed.message : 'The call passes verification.';
  const code = failed?.name === 'WEBHOOK' ? 'NOT_ACTIVE' : 'MALFORMED';
  return { accepted: !failed, errorCode: failed ? code : null, summary, keyId, at, checks: [...checks] };
}

function callOf({
  requestId,
  headers,
  body,
  bodyBase64,
  url,
}: ExplainVerificationInput): { requestId: string | null } | GivenCall {
  const isGiven = Boolean(headers || body || bodyBase64);
  if (requestId) {
    if (isGiven) refuseWithMessage('Give either requestId, or headers and body, not both.', ['requestId']);
    return { requestId: uuidOf('WebhookRequestLog', requestId) };
  }
  if (!isGiven) refuseWithMessage('Give requestId, or the headers and body of a call.', ['headers']);
  if (body && bodyBase64) refuseWithMessage('Give either body or bodyBase64, not both.', ['bodyBase64']);
  if ((headers?.length ?? 0) > MAX_HEADERS) {
    refuseWithMessage(`headers has ${headers?.length} entries; at most ${MAX_HEADERS} are allowed.`, ['headers']);
  }
  const characters = (headers ?? []).reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (characters > MAX_HEADER_CHARACTERS) {
    refuseWithMessage(`headers have ${characters} characters; at most ${MAX_HEADER_CHARACTERS} are allowed.`, [
      'headers',
    ]);
  }
  if ((url?.length ?? 0) > MAX_URL_CHARACTERS) {
    refuseWithMessage(`url has ${url?.length} characters; at most ${MAX_URL_CHARACTERS} are allowed.`, ['url']);
  }
  return { headers: headers ?? [], body: bodyBase64 ? bytesOf(bodyBase64) : Buffer.from(body ?? ''), url: url ?? null };
}

// Buffer.from ignores invalid characters, and then another body would be explained
function bytesOf(base64: string): Buffer {
  const clean = base64.replace(/\s+/g, '');
  const bytes = Buffer.from(clean, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== clean.replace(/=+$/, '')) {
    refuseWithMessage('bodyBase64 is not base64 (RFC 4648, section 4).', ['bodyBase64']);
  }
  return bytes;
}
