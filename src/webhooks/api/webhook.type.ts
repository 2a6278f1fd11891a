import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import type { PayloadField } from '../../graphql/user-error';
import type { SettingWarning } from '../request/request-rules';
import {
  BODY_FORMATS,
  type BodyFormat,
  DIRECTIONS,
  type Direction,
  METHODS,
  type Method,
  ORDERINGS,
  type Ordering,
  type SignatureScheme,
  WEBHOOK_STATUSES,
  type WebhookStatus,
} from '../webhook.entity';
import { CIRCUIT_STATES, type CircuitState } from '../webhook-circuit.entity';
import { SignatureSchemeEnum } from './signing.type';

export const DirectionEnum = publishEnum('Direction', DIRECTIONS, 'The direction of the calls of a webhook.', {
  OUTGOING: { description: 'Hookledger calls the partner.' },
  INCOMING: { description: 'The partner calls Hookledger.' },
});

export const OrderingEnum = publishEnum(
  'DeliveryOrdering',
  ORDERINGS,
  'What happens to the later deliveries of a document when one is exhausted.',
  {
    HOLD: {
      description: 'The later deliveries wait until the exhausted one is replayed and succeeds, or is cancelled.',
    },
    SKIP: { description: 'The next delivery is sent.' },
  },
);

@HasRole(...READERS)
@ObjectType('RateLimit', {
  simpleResolvers: true,
  description: 'A limit on the number of requests in a sliding time window.',
})
export class RateLimitType {
  @Field(() => Int, { description: 'The maximum number of requests in any window, 1 to 10,000.' })
  maxRequests: number;

  @Field(() => Int, { description: 'The length of the window in seconds, 1 to 3,600.' })
  seconds: number;
}

export const WebhookStatusEnum = publishEnum('WebhookStatus', WEBHOOK_STATUSES, 'Whether a webhook is in operation.', {
  ACTIVE: { description: 'Events become deliveries, which are sent. INCOMING: calls are accepted.' },
  PAUSED: {
    description: 'Paused by a user: deliveries are created and held, and are sent when the webhook is resumed.',
  },
  DISABLED: {
    description:
      'Disabled by Hookledger, after 5 days of failures or an answer 410: open deliveries are held, new events ' +
      'are skipped.',
  },
  ARCHIVED: { description: 'Ended permanently. Its deliveries and requests remain readable.' },
});

export const CircuitStateEnum = publishEnum('CircuitState', CIRCUIT_STATES, 'The state of a circuit breaker.', {
  CLOSED: { description: 'Deliveries are sent. The endpoint is assumed to work.' },
  OPEN: { description: 'Deliveries wait until `openUntil`, because the endpoint asked for a pause or fails.' },
  HALF_OPEN: { description: 'One delivery, the probe, is sent. If it succeeds, the others follow.' },
});

@HasRole(...READERS)
@ObjectType('WebhookCircuit', {
  simpleResolvers: true,
  description: 'The circuit breaker of the endpoint of a webhook.',
})
export class WebhookCircuitType {
  @Field(() => CircuitStateEnum, { description: 'The state of the circuit.' })
  state: CircuitState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'OPEN: until when no delivery is sent. HALF_OPEN: when another probe is sent if this one does not finish. ' +
      'null: CLOSED.',
  })
  openUntil: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the circuit is not closed; null: it is closed.' })
  reason: string | null;

  @Field(() => Int, { description: 'The number of consecutive failed attempts. At 20 the circuit opens.' })
  failures: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When the first of these attempts failed; null: the last attempt succeeded. After 5 days the webhook is ' +
      'disabled.',
  })
  failingSince: Date | null;
}

@HasRole(...READERS)
@ObjectType('Webhook', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An agreement with one external system. OUTGOING: which events are sent to which URL; INCOMING: which ' +
    'calls are accepted, and what they become.',
})
export class WebhookType extends NodeType {
  @Field(() => String, {
    description: 'The name, 1 to 200 characters, such as "CRM of the partner". It need not be unique.',
  })
  name: string;

  @Field(() => DirectionEnum, { description: 'Whether Hookledger calls the partner, or the partner calls Hookledger.' })
  direction: Direction;

  @Field(() => WebhookStatusEnum, {
    description: 'Whether the webhook is in operation. `statusReason` contains the reason if it is not.',
  })
  status: WebhookStatus;

  @Field(() => String, {
    nullable: true,
    description:
      'Why the webhook was last paused, disabled or resumed, as the user wrote it; null: no reason was given.',
  })
  statusReason: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'OUTGOING: the document type of the events that are sent; null: all types. INCOMING: the document type of the ' +
      'events that it makes.',
  })
  documentType: string | null;

  @Field(() => [String], {
    description: 'The names of the events that are sent, at most 100, such as "on_submit"; empty: all events.',
  })
  events: string[];

  @Field(() => [Int], {
    nullable: true,
    description:
      'The seconds to wait before each of 1 to 20 attempts, including the first, without the jitter of up to 20 %. ' +
      'null: the schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.',
  })
  retrySchedule: number[] | null;

  @Field(() => Int, {
    description: 'The timeout of an attempt in milliseconds, for connecting, headers and body together.',
  })
  timeoutMs: number;

  @Field(() => String, {
    nullable: true,
    description: 'A CEL expression; only events for which it is true are sent. null: all events.',
  })
  condition: string | null;

  @Field(() => WebhookMethodEnum, { description: 'The HTTP method of the requests.' })
  method: Method;

  @Field(() => BodyFormatEnum, { description: 'How the body of the requests is made.' })
  bodyFormat: BodyFormat;

  @Field(() => String, {
    nullable: true,
    description: 'The Liquid template of the body; null: the body is not made from a template.',
  })
  body: string | null;

  @Field(() => [String], {
    description:
      'OUTGOING: the names of the headers of a received call that are forwarded, at most 50, in lower case; "*": ' +
      'all that are allowed.',
  })
  passHeaders: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'The seconds within which an identical event is not sent again; null: it is always sent.',
  })
  dedupeSeconds: number | null;

  @Field(() => Boolean, {
    description:
      'Whether the webhook may receive the entries of the audit trail as events (`audit.<action>`). If true, every mutation that ' +
      'takes the webhook or one of its deliveries is FORBIDDEN for other roles than SYSTEM_MANAGER.',
  })
  receiveAuditEvents: boolean;

  @Field(() => Boolean, {
    description: 'Whether requests carry the header `hookledger-head` with the newest head of the sealed log.',
  })
  sendEvidenceHead: boolean;

  @Field(() => Boolean, {
    description: 'Whether requests carry the header `traceparent` with their place in a trace, if they belong to one.',
  })
  sendTraceparent: boolean;

  @Field(() => Boolean, {
    description: 'Whether SUPPORT may see masked content of its requests with `revealContent`.',
  })
  supportMayReveal: boolean;

  @Field(() => [SignatureSchemeEnum], {
    description: 'The signature schemes of the webhook, 1 to 3. Each one adds a signature to every delivery.',
  })
  signatures: SignatureScheme[];

  @Field(() => Int, {
    nullable: true,
    description:
      'The maximum number of concurrent requests of all processes; null: only the capacity of the workers limits it.',
  })
  maxConcurrency: number | null;

  @Field(() => OrderingEnum, {
    nullable: true,
    description:
      'How the order of the deliveries of a document is kept; null: it is not kept. Later events overtake one that cannot be fanned out, which `deadLetters` lists.',
  })
  ordering: Ordering | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the webhook was last paused, resumed, disabled or archived; null: never.',
  })
  statusChangedAt: Date | null;

  @Field(() => Int, {
    description: 'The version of the settings: 1 for a new webhook. Each change of a setting makes the next one.',
  })
  version: number;

  @Field(() => GraphQLDateTime, { description: 'When the webhook was created. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When the settings or the status last changed.' })
  updatedAt: Date;
}

export const WebhookConnection = connectionOf('Webhook', () => WebhookType);

export const WebhookMethodEnum = publishEnum(
  'WebhookMethod',
  METHODS,
  'The HTTP method of the requests of a webhook.',
  {
    POST: { description: 'The default.' },
    PUT: { description: 'For a URL that identifies the document.' },
    PATCH: { description: 'For a URL that identifies the document, with a body that contains a part of it.' },
    DELETE: { description: 'The request has a body, as with the other methods.' },
  },
);

export const BodyFormatEnum = publishEnum('BodyFormat', BODY_FORMATS, 'How the body of a delivery is made.', {
  STANDARD: { description: 'The body of Standard Webhooks: `{type, timestamp, data}`, where `data` is the document.' },
  JSON: { description: 'JSON, rendered from the template `body`, or an object of the `fields`.' },
  FORM: { description: 'application/x-www-form-urlencoded, made from the `fields`.' },
  ORIGINAL: {
    description:
      'The original data of the event: for a received call its bytes, without content encoding, and its content ' +
      'type; for a published event its JSON text.',
  },
});

@HasRole(...READERS)
@ObjectType('WebhookHeader', { simpleResolvers: true, description: 'A header of every delivery of a webhook.' })
export class WebhookHeaderType {
  @Field(() => String, { description: 'The name as it was set and is sent, such as "X-Tenant".' })
  name: string;

  @Field(() => String, { description: 'The value: a Liquid template or fixed text.' })
  template: string;
}

@HasRole(...READERS)
@ObjectType('BodyField', { simpleResolvers: true, description: 'A value of the document in the body of a delivery.' })
export class BodyFieldType {
  @Field(() => String, { description: 'The key in the body.' })
  key: string;

  @Field(() => String, {
    description: 'The path of the value in the document, such as `customer.name` or `items.0.qty`.',
  })
  fieldname: string;
}

@ObjectType('SettingWarning', {
  simpleResolvers: true,
  description: 'A setting that was saved, or in a dry run would be, and is likely to be a mistake.',
})
class SettingWarningType implements SettingWarning {
  @Field(() => [String], {
    description: 'The path of the setting in the input, as in `userErrors`, 1 to 4 names and indexes.',
  })
  field: string[];

  @Field(() => String, { description: 'A sentence for people: what may happen, and how to avoid it.' })
  message: string;
}

export const warnings: Record<'warnings', PayloadField> = {
  warnings: [
    () => [SettingWarningType],
    'A body template whose output is no JSON for some or all documents, judged by rendering it with a text and with a number for each output. At ' +
      'most 100. Empty: nothing was found, which is no proof. Such deliveries are SKIPPED with TEMPLATE_ERROR; `previewWebhook` shows a real event.',
  ],
};
