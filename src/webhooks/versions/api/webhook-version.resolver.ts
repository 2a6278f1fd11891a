import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../../../graphql/arguments/check-input';
import type { Context } from '../../../graphql/context';
import { withExample } from '../../../graphql/example';
import { payloadOf } from '../../../graphql/mutation-payload';
import { HasRole } from '../../../graphql/roles/has-role';
import { answer } from '../../../graphql/user-error';
import { toNodeId, uuidOf } from '../../../ids';
import { refuse } from '../../../refuse-argument';
import { CONTENT_READERS, type Viewer } from '../../../viewer';
import { WebhookType } from '../../api/webhook.type';
import type { WebhookRow } from '../../webhook.store';
import { differencesOf } from '../recorded-settings';
import { findWebhookVersion, type WebhookVersionRow } from '../webhook-version.store';
import { restoreVersion } from './restore-version';
import { changeFor, settingsFor } from './shown-settings';
import { RestoreWebhookVersionInput } from './webhook-version.inputs';
import { SettingChangeType, WebhookVersionType } from './webhook-version.type';

const RestoreWebhookVersionPayload = payloadOf('RestoreWebhookVersion', {
  webhook: [() => WebhookType, 'The webhook after the change.'],
  secret: [() => String, 'The new secret of V1, if the version adds that scheme. It is shown only here.'],
  publicKey: [() => String, 'The new public key of V1A, if the version adds that scheme.'],
  frappeSecret: [() => String, 'The new secret of FRAPPE, if the version adds that scheme. It is shown only here.'],
  notRestored: [
    () => [String],
    'The settings that still differ from the version, at most 1: `credentials`, because no version contains ' +
      'their secrets.',
  ],
});

const NOTHING = {
  webhook: null as WebhookRow | null,
  secret: null as string | null,
  publicKey: null as string | null,
  frappeSecret: null as string | null,
  notRestored: null as string[] | null,
};

@Resolver(() => WebhookVersionType)
export class WebhookVersionResolver {
  @FieldResolver(() => ID, { description: '`whv_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: WebhookVersionRow) {
    return toNodeId('WebhookVersion', row.id);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'All settings, as in UpdateWebhookInput. `credentials` has names and a fingerprint of each secret, which changes ' +
      'when the secret is given again. `url` is shown as `Webhook.url` is.',
  })
  settings(@Root() row: WebhookVersionRow, @Ctx() context: Context) {
    return settingsFor(context, row.settings);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => [SettingChangeType], {
    nullable: true,
    description:
      'The settings that differ from an earlier or later version, at most 30, by name. `url` is shown as `Webhook.url` is. ' +
      'null: the previous version is no longer kept.',
  })
  async changes(
    @Root() row: WebhookVersionRow,
    @Ctx() context: Context,
    @Arg('since', () => Int, {
      nullable: true,
      description: 'The version to compare with. Default, null: the previous one; version 1 is compared with nothing.',
    })
    since?: number | null,
  ) {
    const other = since ?? row.version - 1;
    const earlier = other === 0 ? null : await findWebhookVersion(context.db, row.webhookId, other);
    if (!earlier && other !== 0) {
      if (typeof since === 'number') refuse(['since'], `the webhook has no version ${other}`);
      return null;
    }
    const changes = differencesOf(earlier ? JSON.parse(earlier.settings) : {}, JSON.parse(row.settings));
    return changes.map((change) => changeFor(context, change));
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RestoreWebhookVersionPayload, {
    description: withExample(
      'Gives a webhook the settings of an earlier version, as a new version. The rules of updateWebhook apply: ' +
        'if the URL of the version has another host and the webhook has credentials, the error is CONFLICT; use ' +
        'updateWebhook, which accepts credentials.',
      'mutation { restoreWebhookVersion(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", version: 3 }) { webhook { ' +
        'version } notRestored userErrors { field message } } }',
    ),
  })
  restoreWebhookVersion(
    @Ctx() context: Context,
    @Arg('input', () => RestoreWebhookVersionInput, { description: 'The webhook and the version.' })
    input: RestoreWebhookVersionInput,
  ) {
    return answer(NOTHING, async () => {
      checkInput(input);
      const { version, expectedVersion = null, reason = null } = input;
      const restoring = { id: uuidOf('Webhook', input.id), version, expectedVersion, reason };
      const restored = await context.transaction((db) =>
        restoreVersion(db, context.viewer as Viewer, context.services, restoring),
      );
      return { ...NOTHING, ...restored };
    });
  }
}
