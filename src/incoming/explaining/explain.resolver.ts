import { createHash } from 'node:crypto';
import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { CONTENT_READERS, type Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError } from '../../errors/errors';
import { OneOf } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { RequestErrorCodeEnum } from '../../request-log/api/request-log.type';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { uuidOf } from '../../values/ids';
import { refuseWithMessage } from '../../values/refuse-argument';
import type { Explain } from '../../verification/explaining/explain-apart';
import { CHECK_NAMES, type CheckName } from '../../verification/explaining/explain-call';
import { verificationKeysOf } from '../../webhooks/api/agreement.resolver';
import { VerificationKeyType } from '../../webhooks/api/agreement.type';
import { keyIdOf } from '../../webhooks/signing/signing-secret';
import { type Explained, explainVerification, type GivenCall, type GuessLimit } from './explain-verification';

@InputType('CallHeaderInput', { description: 'A header of a call.' })
class CallHeaderInput {
  @Field(() => String, { description: 'The name; case is ignored.' })
  name: string;

  @Field(() => String, { description: 'The complete value.' })
  value: string;
}

@OneOf()
@InputType('GivenBody', { description: 'The exact body of a call, at most 1 MiB.' })
class GivenBody {
  @Field(() => String, { nullable: true, description: 'As text.' })
  text?: string;

  @Field(() => String, {
    nullable: true,
    description: 'In base64 (RFC 4648, section 4), for a body that is not UTF-8.',
  })
  base64?: string;
}

@InputType('GivenCallInput', { description: 'A call that is not in the log.' })
class GivenCallInput {
  @Field(() => [CallHeaderInput], {
    defaultValue: [],
    description: 'The headers, in order, at most 200 with 65,536 characters in total. Default: none.',
  })
  headers: CallHeaderInput[];

  @Field(() => GivenBody, { nullable: true, description: 'The body. Default, null: empty.' })
  rawBody?: GivenBody | null;

  @Field(() => String, {
    nullable: true,
    description: 'The complete URL that was called, for providers that sign it; at most 16,384 characters.',
  })
  url?: string | null;
}

@OneOf()
@InputType('CallToExplain', { description: 'A call of a partner.' })
class CallToExplain {
  @Field(() => ID, { nullable: true, description: 'The id of a call in the log, `req_...`.' })
  requestId?: string;

  @Field(() => GivenCallInput, { nullable: true, description: 'A call that is given.' })
  given?: GivenCallInput;
}

@InputType('ExplainVerificationInput', { description: 'The webhook, and the call to explain.' })
class ExplainVerificationInput {
  @Field(() => ID, { description: 'The id of the INCOMING webhook that was called, `whk_...`.' })
  webhookId: string;

  @Field(() => CallToExplain, { description: 'The call.' })
  call: CallToExplain;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time for which the call is judged. Default: for a call in the log, when it was received; otherwise now.',
  })
  at?: Date | null;
}

const VerificationCheckNameEnum = publishEnum('VerificationCheckName', CHECK_NAMES, 'What a check examines.', {
  WEBHOOK: { description: 'Whether the webhook accepts calls.' },
  KEPT: { description: 'Which parts of the call were not recorded, and why it was refused when it was received.' },
  HEADERS: { description: 'The headers that are needed to verify the call.' },
  TIMESTAMP: { description: 'The signed time and the tolerance.' },
  SIGNATURE: { description: 'The signature and its encoding.' },
  SECRET: { description: 'The secret that was used, live or retired.' },
  BODY: { description: 'The body, and how it was changed on the way.' },
});

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationCheck', { simpleResolvers: true, description: 'The result of one check.' })
export class VerificationCheckType {
  @Field(() => VerificationCheckNameEnum, { description: 'What the check examines.' })
  name: CheckName;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the check passed; null: the message is a remark, or the check could not be decided.',
  })
  passed: boolean | null;

  @Field(() => String, { description: 'The finding and the size of the difference, as a sentence.' })
  message: string;
}

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationReport', {
  simpleResolvers: true,
  description: 'Whether a call passes verification, and if not, which check failed and by how much.',
})
class VerificationReportType {
  @Field(() => Boolean, {
    description:
      'Whether the checks in this report would accept the call. Of a call in the log that needs a part which is not recorded, such ' +
      'as a token: whether it was accepted.',
  })
  accepted: boolean;

  @Field(() => RequestErrorCodeEnum, {
    nullable: true,
    description: 'The error code of the refusal; null: the call would be accepted.',
  })
  errorCode: RequestErrorCode | null;

  @Field(() => String, { description: 'The result as a sentence.' })
  summary: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id in `verificationKeys` of the key that verifies the call; null: none.',
  })
  keyId: string | null;

  @Field(() => GraphQLDateTime, { description: 'The time for which the call was judged.' })
  at: Date;

  @Field(() => [VerificationCheckType], { description: 'The checks in the order in which they were made, at most 50.' })
  checks: VerificationCheckType[];
}

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

type ReportOfWebhook = VerificationReportType & { webhookId: string };

@Resolver(() => VerificationReportType)
export class ExplainVerificationResolver {
  @HasRole(...CONTENT_READERS)
  @Query(() => VerificationReportType, {
    description: withExample(
      'Explains why a call of a partner is accepted or refused. Changes nothing; records user and call in the audit ' +
        'trail.',
      '{ explainVerification(input: { webhookId: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", call: { requestId: ' +
        '"req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" } }) { accepted summary checks { name passed message } } }',
    ),
  })
  async explainVerification(
    @Ctx() context: Context,
    @Arg('input', () => ExplainVerificationInput, { description: 'The webhook and the call.' })
    input: ExplainVerificationInput,
  ): Promise<ReportOfWebhook> {
    const { webhookRules, explaining } = context.services;
    const viewer = context.viewer as Viewer;
    const parts = { db: context.db, keyring: webhookRules.keyring, explain: explaining.explain };
    const webhookId = uuidOf('Webhook', input.webhookId);
    const call = callOf(input.call);
    if ('requestId' in call) refuseMasked(masksOf(context), 'CallToExplain.requestId', ['input', 'call', 'requestId']);
    // a call of the log needs no limit: it was answered when it was received, so its explanation reveals no more about
    // a guess
    if (!('requestId' in call)) explaining.guesses(viewer.userId);
    try {
      const explained = await explainVerification(parts, webhookId, call, input.at ?? null);
      const details = { ...namesOf(call), accepted: explained.judgement.accepted };
      const act = { action: 'webhook.verification_explained', subjectType: 'Webhook', details };
      await context.transaction((db) => recordAct(db, viewer, { ...act, subjectId: webhookId as string }));
      return { ...reportOf(explained), webhookId: webhookId as string };
    } catch (error) {
      // a query has no userErrors, so the fault becomes a GraphQL error
      const fault = error instanceof InputError ? error.errors[0] : undefined;
      if (!fault) throw error;
      throw new AppError(fault.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'BAD_USER_INPUT', fault.message, fault.field ?? []);
    }
  }

  @FieldResolver(() => VerificationKeyType, {
    nullable: true,
    description: 'The key that verifies the call; null: none.',
  })
  async verificationKey(@Root() { webhookId, keyId }: ReportOfWebhook, @Ctx() context: Context) {
    if (keyId === null) return null;
    return (await verificationKeysOf(context, webhookId)).find(({ id }) => id === keyId) ?? null;
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

function callOf({ requestId, given }: CallToExplain): { requestId: string | null } | GivenCall {
  if (!given) return { requestId: uuidOf('WebhookRequestLog', requestId ?? '') };
  const { headers, url = null } = given;
  const refuse = (message: string, ...field: string[]) => refuseWithMessage(message, ['call', 'given', ...field]);
  if (headers.length > MAX_HEADERS) {
    refuse(`headers has ${headers.length} entries; at most ${MAX_HEADERS} are allowed.`, 'headers');
  }
  const characters = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (characters > MAX_HEADER_CHARACTERS) {
    refuse(`headers have ${characters} characters; at most ${MAX_HEADER_CHARACTERS} are allowed.`, 'headers');
  }
  if ((url?.length ?? 0) > MAX_URL_CHARACTERS) {
    refuse(`url has ${url?.length} characters; at most ${MAX_URL_CHARACTERS} are allowed.`, 'url');
  }
  const { text = '', base64 } = given.rawBody ?? {};
  return { headers, body: base64 === undefined ? Buffer.from(text) : bytesOf(base64), url };
}

// Buffer.from ignores invalid characters, and then another body would be explained
function bytesOf(base64: string): Buffer {
  const clean = base64.replace(/\s+/g, '');
  const bytes = Buffer.from(clean, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== clean.replace(/=+$/, '')) {
    refuseWithMessage('The body is not base64 (RFC 4648, section 4).', ['call', 'given', 'rawBody', 'base64']);
  }
  return bytes;
}
