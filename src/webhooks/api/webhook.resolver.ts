import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import { checkInput } from '../../graphql/arguments/check-input';
import { type Context, loaderFor } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { answer, type PayloadField, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rawJson, rowList, rowType, type SqlFields } from '../../read-plan/sql-fields';
import { USER } from '../../users/user.resolver';
import { uuidOf } from '../../values/ids';
import { withCommas } from '../../values/text';
import { createIncomingWebhook } from '../changes/incoming-webhooks';
import { createWebhook, type WebhookRules, webhookToChange } from '../changes/outgoing-webhooks';
import {
  archiveWebhook,
  changeSettings,
  type OpenDeliveries,
  pauseWebhook,
  resumeWebhook,
} from '../changes/webhook-lifecycle';
import { withoutSecrets } from '../credentials/shown-url';
import { type SettingWarning, templateWarnings } from '../request/request-rules';
import { fieldsOf, headersOf } from '../request/request-settings';
import { MAX_BODY_FIELDS, MAX_HEADERS, MAX_WEBHOOKS } from '../setting-limits';
import type { ShownSecrets } from '../signing/signing-secret';
import { refuseOtherVersion } from '../versions/expected-version';
import { WEBHOOKS, type WebhookRow, webhooksById } from '../webhook.store';
import { circuitsById } from '../webhook-circuit.store';
import {
  ArchiveWebhookInput,
  CreateWebhookInput,
  PauseWebhookInput,
  ResumeWebhookInput,
  UpdateWebhookInput,
} from './webhook.inputs';
import {
  BodyFieldType,
  RateLimitType,
  WebhookCircuitType,
  WebhookConnection,
  WebhookHeaderType,
  WebhookType,
  warnings,
} from './webhook.type';
import { WebhookListArgs, WebhookWhere, webhookOrder } from './webhook-where.inputs';

export const webhookSqlFields: readonly SqlFields[] = [
  {
    type: 'Webhook',
    fields: {
      url: {
        ...rawJson(
          (row) => row.column('url'),
          (url) => url && withoutSecrets(url as string),
        ),
        whenNothingMasked: 'PLAIN',
      },
    },
  },
];

export const WEBHOOK = rowType('Webhook', () => WebhookType, WEBHOOKS, webhooksById);

const webhooks = rowList(WEBHOOK, {
  connection: () => WebhookConnection,
  args: () => WebhookListArgs,
  listQuery: (args) => ({
    listing: WEBHOOKS,
    condition: conditionOf(args.where, WebhookWhere.filter),
    order: webhookOrder(args.orderBy),
    args,
  }),
});

export const webhookLinkedFields = [
  rootFields({
    webhook: byId(WEBHOOK, 'The id of the webhook, `whk_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The webhook with this id; null: there is none.',
        '{ webhook(id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { name status requests(first: 10) { nodes { status ' +
          'startedAt } } } }',
      ),
    }),
    webhooks: page(webhooks, {
      access: HasRole(...READERS),
      description: withExample(
        'All webhooks, including archived ones, newest first.',
        '{ webhooks(where: { status: { in: [PAUSED, DISABLED] } }) { nodes { name statusReason owner { name } } } }',
      ),
    }),
  }),
  linkedFields(WEBHOOK, {
    owner: link(USER, 'ownerId', 'The user who is responsible for the webhook.'),
    statusChangedBy: link(
      USER,
      'statusChangedBy',
      'The user who last paused, resumed or archived the webhook; null: no user did, or Hookledger has disabled it since.',
    ),
  }),
  linkedFields(USER, {
    webhooks: pageBelow(webhooks, 'owner_id', {
      description: 'The webhooks that this user owns, newest first by default.',
    }),
  }),
];

declare module '../../graphql/context' {
  interface Services {
    webhookRules: WebhookRules;
    openDeliveries: OpenDeliveries;
    /** PUBLIC_URL, or the address at which the server listens. */
    ownUrl(): string;
    /** The address of an INCOMING webhook with this token. */
    addressOfToken(token: string): string;
  }
}

const webhook: Record<string, PayloadField> = { webhook: [() => WebhookType, 'The webhook after the change.'] };
const address: Record<string, PayloadField> = {
  token: [() => String, 'INCOMING: the token at the end of the address, `in_...`. It is shown only here.'],
  address: [
    () => String,
    'INCOMING: the address to give to the partner: PUBLIC_URL, `/in/` and the token. It is shown only here.',
  ],
};
const secrets: Record<keyof ShownSecrets, PayloadField> = {
  secret: [() => String, 'The new secret of V1, `whsec_...` (Standard Webhooks). It is shown only here.'],
  publicKey: [
    () => String,
    'The new public key of V1A, `whpk_...`. It is also published at `/.well-known/webhook-keys`.',
  ],
  frappeSecret: [() => String, 'The new secret of FRAPPE, if it was generated. It is shown only here.'],
};
const CreateWebhookPayload = payloadOf('CreateWebhook', { ...webhook, ...secrets, ...address, ...warnings });
const UpdateWebhookPayload = payloadOf('UpdateWebhook', { ...webhook, ...secrets, ...warnings });
const PauseWebhookPayload = payloadOf('PauseWebhook', webhook);
const ResumeWebhookPayload = payloadOf('ResumeWebhook', webhook);
const ArchiveWebhookPayload = payloadOf('ArchiveWebhook', webhook);

const NOTHING: { webhook: WebhookRow | null; warnings: SettingWarning[] | null } & ShownSecrets = {
  warnings: null,
  webhook: null,
  secret: null,
  publicKey: null,
  frappeSecret: null,
};
const NOTHING_NEW = { ...NOTHING, token: null as string | null, address: null as string | null };

// A mutation on one webhook: `work` in a transaction, its refusal as user errors.
function change(
  context: Context,
  work: (db: Parameters<typeof createWebhook>[0], viewer: Viewer) => Promise<WebhookRow>,
) {
  return answer({ webhook: null as WebhookRow | null }, async () => ({
    webhook: await context.transaction((db) => work(db, context.viewer as Viewer)),
  }));
}

// an absent id stays absent; an id of another type becomes null, which is refused as an unknown owner
function ownerOf(ownerId: string | null | undefined) {
  return typeof ownerId === 'string' ? { ownerId: uuidOf('User', ownerId) } : {};
}

// like `ownerOf`
function targetsOf(forwardTo: string[] | null | undefined) {
  if (forwardTo === undefined) return {};
  return { forwardTo: forwardTo?.map((id) => uuidOf('Webhook', id)) ?? null };
}

@Resolver(() => WebhookType)
export class WebhookResolver {
  @FieldResolver(() => [WebhookHeaderType], {
    description: `The headers that were set for the webhook, at most ${MAX_HEADERS}, without secret headers.`,
  })
  headers(@Root() row: WebhookRow) {
    return headersOf(row).map(([name, template]) => ({ name, template }));
  }

  @FieldResolver(() => [BodyFieldType], {
    nullable: true,
    description: `The fields from which the body is made, at most ${MAX_BODY_FIELDS}; null: the body is made in another way.`,
  })
  fields(@Root() row: WebhookRow) {
    return fieldsOf(row)?.map(([key, fieldname]) => ({ key, fieldname })) ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'OUTGOING: the URL that is called; its path and query may be Liquid templates. Parts that look like a token ' +
      'are replaced by `...` for viewers from whom masking rules hide content. null for INCOMING.',
  })
  url(@Root() { url }: WebhookRow, @Ctx() context: Context) {
    return url === null || masksOf(context).seesAll ? url : withoutSecrets(url);
  }

  @FieldResolver(() => RateLimitType, {
    nullable: true,
    description:
      'The rate limit. OUTGOING: deliveries above it wait; INCOMING: calls above it are refused. null: no limit.',
  })
  rateLimit(@Root() { rateLimit, rateLimitSeconds }: WebhookRow) {
    return rateLimit === null ? null : { maxRequests: rateLimit, seconds: rateLimitSeconds };
  }

  @FieldResolver(() => WebhookCircuitType, {
    nullable: true,
    description: 'OUTGOING: the circuit of the endpoint; null for INCOMING.',
  })
  circuit(@Root() row: WebhookRow, @Ctx() context: Context) {
    return loaderFor(context, 'WebhookCircuit', (ids) => circuitsById(context.db, ids)).load(row.id);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => CreateWebhookPayload, {
    description: withExample(
      'Creates a webhook, which is active at once. Only this response contains its secret. TOO_LARGE: ' +
        `${withCommas(MAX_WEBHOOKS)} webhooks exist that are not archived.`,
      'mutation {\n  createWebhook(input: { name: "CRM", url: "https://partner.example.com/hook", documentType: "Sales Invoice" }) {\n' +
        '    webhook { id } secret userErrors { field message }\n  }\n}',
    ),
  })
  createWebhook(
    @Ctx() context: Context,
    @Arg('input', () => CreateWebhookInput, { description: 'The new webhook.' }) input: CreateWebhookInput,
  ) {
    const { viewer, services } = context;
    return answer(NOTHING_NEW, async () => {
      checkInput(input);
      const { ownerId, forwardTo, direction, ...rest } = input;
      const settings = { ...rest, ...ownerOf(ownerId), ...targetsOf(forwardTo) };
      const created = await context.transaction(async (db) => {
        const rules = services.webhookRules;
        if (direction === 'OUTGOING') {
          return { ...NOTHING_NEW, ...(await createWebhook(db, viewer as Viewer, rules, settings)) };
        }
        const incoming = await createIncomingWebhook(db, viewer as Viewer, rules, settings);
        return { ...NOTHING_NEW, ...incoming, address: services.addressOfToken(incoming.token) };
      });
      return { ...created, warnings: templateWarnings(created.webhook) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => UpdateWebhookPayload, {
    description: withExample(
      'Changes a webhook. The change takes effect at once; existing deliveries keep their URL and body.',
      'mutation { updateWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", timeoutMs: 5000 }) { webhook { ' +
        'timeoutMs } userErrors { field message } } }',
    ),
  })
  updateWebhook(
    @Ctx() context: Context,
    @Arg('input', () => UpdateWebhookInput, { description: 'The webhook and the changes.' })
    input: UpdateWebhookInput,
  ) {
    const { viewer, services } = context;
    return answer(NOTHING, async () => {
      checkInput(input);
      const { id, expectedVersion, ownerId, forwardTo, name, ...rest } = input;
      const own = { ...ownerOf(ownerId), ...targetsOf(forwardTo), ...(typeof name === 'string' && { name }) };
      const settings = { ...rest, ...own };
      const changed = await context.transaction(async (db) => {
        const before = await webhookToChange(db, viewer as Viewer, uuidOf('Webhook', id));
        refuseOtherVersion(before, expectedVersion);
        return changeSettings(db, viewer as Viewer, services, before, settings);
      });
      return { ...NOTHING, ...changed, warnings: templateWarnings(changed.webhook) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PauseWebhookPayload, {
    description: withExample(
      'Pauses a webhook. Its deliveries are held until it is resumed. A webhook that is PAUSED stays as it is. CONFLICT: it is ' +
        'DISABLED or ARCHIVED.',
      'mutation { pauseWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "they are moving" }) { ' +
        'webhook { status } userErrors { message } } }',
    ),
  })
  pauseWebhook(
    @Ctx() context: Context,
    @Arg('input', () => PauseWebhookInput, { description: 'The webhook to pause, and the reason.' })
    input: PauseWebhookInput,
  ) {
    return change(context, (db, viewer) => {
      checkInput(input);
      return pauseWebhook(db, viewer, uuidOf('Webhook', input.id), input.reason ?? null);
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ResumeWebhookPayload, {
    description: withExample(
      'Resumes a webhook that is PAUSED or DISABLED. Its held deliveries are sent. A webhook that is ACTIVE stays as it is. ' +
        'CONFLICT: it is ARCHIVED.',
      'mutation { resumeWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { webhook { status } ' +
        'userErrors { message } } }',
    ),
  })
  resumeWebhook(
    @Ctx() context: Context,
    @Arg('input', () => ResumeWebhookInput, { description: 'The webhook to resume.' }) input: ResumeWebhookInput,
  ) {
    const deliveries = context.services.openDeliveries;
    return change(context, (db, viewer) => {
      checkInput(input);
      return resumeWebhook(db, viewer, deliveries, uuidOf('Webhook', input.id), input.reason ?? null);
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ArchiveWebhookPayload, {
    description: withExample(
      'Archives a webhook permanently. Its open deliveries are cancelled. CONFLICT: it is ARCHIVED already.',
      'mutation { archiveWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { webhook { status } ' +
        'userErrors { message } } }',
    ),
  })
  archiveWebhook(
    @Ctx() context: Context,
    @Arg('input', () => ArchiveWebhookInput, { description: 'The webhook to archive.' }) input: ArchiveWebhookInput,
  ) {
    const deliveries = context.services.openDeliveries;
    return change(context, (db, viewer) => archiveWebhook(db, viewer, deliveries, uuidOf('Webhook', input.id)));
  }
}
