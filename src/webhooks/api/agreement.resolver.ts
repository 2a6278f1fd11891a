import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { checkInput } from '../../graphql/arguments/check-input';
import { type Context, loaderFor } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { currentTime } from '../../time/clock';
import { uuidOf } from '../../values/ids';
import type { Place } from '../../verification/provider';
import { rotateIncomingToken } from '../changes/rotation';
import { type AgreementRow, agreementsById, liveTokens, type TokenRow } from '../incoming/incoming-agreement.store';
import { type VerificationSecretRow, verificationSecrets } from '../incoming/verification-secret.store';
import { keyIdOf } from '../signing/signing-secret';
import type { WebhookRow } from '../webhook.store';
import { RotateWebhookTokenInput } from './agreement.inputs';
import { IncomingAddressType, IncomingAgreementType, VerificationKeyType } from './agreement.type';
import { WEBHOOK } from './webhook.resolver';
import { WebhookType } from './webhook.type';

const RotateWebhookTokenPayload = payloadOf('RotateWebhookToken', {
  webhook: [() => WebhookType, 'The webhook after the change.'],
  token: [() => String, 'The token at the end of the new address, `in_...`. It is shown only here.'],
  address: [
    () => String,
    'The new address to give to the partner: PUBLIC_URL, `/in/` and the token. It is shown only here.',
  ],
});

function loadAgreement(context: Context, webhookId: string): Promise<AgreementRow | null> {
  return loaderFor(context, 'IncomingAgreement', (ids) => agreementsById(context.db, ids)).load(webhookId);
}

function loadKeys(context: Context, webhookId: string): Promise<VerificationSecretRow[] | null> {
  const load = async (ids: readonly string[]) =>
    Map.groupBy(await verificationSecrets(context.db, ids, currentTime()), (row) => row.webhookId);
  return loaderFor(context, 'VerificationKey', load).load(webhookId);
}

export async function verificationKeysOf(context: Context, webhookId: string): Promise<VerificationKeyType[]> {
  const now = currentTime();
  return ((await loadKeys(context, webhookId)) ?? []).map(({ id, kind, createdAt, expiresAt }) => {
    return { id: keyIdOf(id), kind, createdAt, expiresAt, live: expiresAt === null || expiresAt > now };
  });
}

function loadAddresses(context: Context, webhookId: string): Promise<TokenRow[] | null> {
  const load = async (ids: readonly string[]) =>
    Map.groupBy(await liveTokens(context.db, ids, currentTime()), (row) => row.webhookId);
  return loaderFor(context, 'IncomingAddress', load).load(webhookId);
}

@Resolver(() => WebhookType)
export class WebhookAgreementResolver {
  @FieldResolver(() => IncomingAgreementType, {
    nullable: true,
    description: 'INCOMING: the settings for received calls; null for OUTGOING.',
  })
  incoming(@Root() row: WebhookRow, @Ctx() context: Context) {
    return loadAgreement(context, row.id);
  }
}

@Resolver(() => IncomingAgreementType)
export class IncomingAgreementResolver {
  @FieldResolver()
  verification(@Root() row: AgreementRow) {
    const given = JSON.parse(row.settings) as object;
    return Object.keys(given).length > 0 ? given : null;
  }

  @FieldResolver()
  eventLocation(@Root() row: AgreementRow) {
    return placeOf(row.eventLocation);
  }

  @FieldResolver()
  idLocation(@Root() row: AgreementRow) {
    return placeOf(row.idLocation);
  }

  @FieldResolver()
  referenceLocation(@Root() row: AgreementRow) {
    return placeOf(row.referenceLocation);
  }

  @FieldResolver()
  answer(@Root() row: AgreementRow) {
    return { statusCode: row.answerStatus, body: row.answerBody, contentType: row.answerType };
  }

  @FieldResolver(() => [WebhookType], {
    description: 'FORWARD: the webhooks to which accepted calls are forwarded, at most 20; otherwise empty.',
  })
  async forwardTo(@Root() row: AgreementRow, @Ctx() context: Context) {
    const webhooks = await Promise.all(row.forwardTo.map((id) => WEBHOOK.load(context, id)));
    return webhooks.filter((webhook) => webhook !== null);
  }

  @FieldResolver(() => [VerificationKeyType], {
    description: 'The secrets that verify calls, and the latest 10 retired ones, newest first.',
  })
  verificationKeys(@Root() row: AgreementRow, @Ctx() context: Context) {
    return verificationKeysOf(context, row.webhookId);
  }

  @FieldResolver(() => [IncomingAddressType], {
    description: 'The addresses at which calls are received now, newest first, at most 10.',
  })
  async addresses(@Root() row: AgreementRow, @Ctx() context: Context) {
    return (await loadAddresses(context, row.webhookId)) ?? [];
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RotateWebhookTokenPayload, {
    description: withExample(
      'Creates a new address for an INCOMING webhook. It works at once; earlier addresses work until the overlap ends.',
      'mutation { rotateWebhookToken(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", overlapSeconds: 3600 }) { ' +
        'address userErrors { message } } }',
    ),
  })
  rotateWebhookToken(
    @Ctx() context: Context,
    @Arg('input', () => RotateWebhookTokenInput, {
      description: 'The webhook, and how long earlier addresses still work.',
    })
    input: RotateWebhookTokenInput,
  ) {
    const nothing = {
      webhook: null as WebhookRow | null,
      token: null as string | null,
      address: null as string | null,
    };
    return answer(nothing, async () => {
      checkInput(input);
      const id = uuidOf('Webhook', input.id);
      const rotated = await context.transaction((db) =>
        rotateIncomingToken(db, context.viewer as Viewer, id, input.overlapSeconds),
      );
      return { ...rotated, address: context.services.addressOfToken(rotated.token) };
    });
  }
}

function placeOf(text: string | null): Place | null {
  if (text === null) return null;
  const [from, name] = JSON.parse(text) as [Place['from'], string];
  return { from, name };
}
