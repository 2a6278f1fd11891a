import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { CONTENT_READERS, READERS, type Viewer } from '../../../access/viewer';
import { InputError } from '../../../errors/errors';
import { checkInput, Reason } from '../../../graphql/arguments/check-input';
import type { Context } from '../../../graphql/context';
import { withExample } from '../../../graphql/directives';
import { connectionOf } from '../../../graphql/lists/connection';
import { by, whereOf } from '../../../graphql/lists/where';
import { NodeType } from '../../../graphql/node';
import { HasRole } from '../../../graphql/roles/has-role';
import { answer, payloadOf } from '../../../graphql/user-error';
import { link, linkedFields, pageBelow } from '../../../read-plan/linked-fields';
import { rawJson, rowType, type SqlFields, timeList } from '../../../read-plan/sql-fields';
import type { Db } from '../../../sql/db';
import { USER } from '../../../users/user.resolver';
import { UserWhere } from '../../../users/user.type';
import { uuidOf } from '../../../values/ids';
import { REASON_RULE } from '../../../values/reason';
import { refuse } from '../../../values/refuse-argument';
import { withCommas } from '../../../values/text';
import { WEBHOOK } from '../../api/webhook.resolver';
import { WebhookType, warnings } from '../../api/webhook.type';
import { webhookToChange } from '../../changes/outgoing-webhooks';
import { type ChangeServices, changeSettings } from '../../changes/webhook-lifecycle';
import { type SettingWarning, templateWarnings } from '../../request/request-rules';
import { MAX_VERSIONS } from '../../setting-limits';
import type { ShownSecrets } from '../../signing/signing-secret';
import type { WebhookRow } from '../../webhook.store';
import { refuseOtherVersion } from '../expected-version';
import {
  changeFor,
  differencesOf,
  givenSettings,
  type RecordedSettings,
  recordedSettings,
  settingsFor,
} from '../recorded-settings';
import {
  findWebhookVersion,
  WEBHOOK_VERSIONS,
  type WebhookVersionRow,
  webhookVersionsById,
} from '../webhook-version.store';

@HasRole(...CONTENT_READERS)
@ObjectType('SettingChange', { simpleResolvers: true, description: 'A setting of a webhook that differs.' })
export class SettingChangeType {
  @Field(() => String, { description: 'The name of the setting, as in UpdateWebhookInput, or `credentials`.' })
  setting: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The value in the earlier version.' })
  before: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The value in this version.' })
  after: unknown;
}

@HasRole(...READERS)
@ObjectType('WebhookVersion', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'The settings of a webhook after a change. It never changes.',
})
class WebhookVersionType extends NodeType {
  @Field(() => Int, { description: 'The number of the version: 1 is the webhook as it was created.' })
  version: number;

  @Field(() => GraphQLDateTime, { description: 'When the settings became these. The id contains the same time.' })
  createdAt: Date;
}

const WebhookVersionConnection = connectionOf('WebhookVersion', () => WebhookVersionType);

@InputType('RestoreWebhookVersionInput', { description: 'The webhook, and the version whose settings it gets.' })
class RestoreWebhookVersionInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => Int, { description: 'The version to restore: one of `Webhook.versions`.' })
  version: number;

  @Field(() => Int, {
    nullable: true,
    description: 'As in UpdateWebhookInput: CONFLICT if the webhook has another version by now. Default, null: any.',
  })
  expectedVersion?: number | null;

  @Reason({ nullable: true })
  @Field(() => String, {
    nullable: true,
    description: `The reason, which the audit trail contains: ${REASON_RULE} Default, null: none.`,
  })
  reason?: string | null;
}

const WebhookVersionWhere = whereOf(
  'WebhookVersionWhere',
  'webhook_versions',
  'Versions of settings that meet all of these conditions.',
  {
    id: by.id('WebhookVersion', 'The id of the version: { eq: "whv_..." }.'),
    version: by.integer('The number of the version: { in: [3, 4] }.'),
    createdBy: by.link(() => UserWhere, 'The user who made the change.', { column: 'created_by' }),
    createdAt: by.idTime('When the settings became these.'),
  },
);

export const webhookVersionSqlFields: readonly SqlFields[] = [
  {
    type: 'WebhookVersion',
    fields: {
      settings: rawJson(
        (row) => row.column('settings'),
        (settings, context) => settingsFor(context, settings as string),
      ),
    },
  },
];

export const WEBHOOK_VERSION = rowType(
  'WebhookVersion',
  () => WebhookVersionType,
  WEBHOOK_VERSIONS,
  webhookVersionsById,
);

const versions = timeList(WEBHOOK_VERSION, WebhookVersionWhere, { connection: () => WebhookVersionConnection });

export const webhookVersionLinkedFields = [
  linkedFields(WEBHOOK_VERSION, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook whose settings they were.'),
    createdBy: link(USER, 'createdBy', 'The user who made the change; null: Hookledger itself.'),
  }),
  linkedFields(WEBHOOK, {
    versions: pageBelow(versions, 'webhook_id', {
      description: `The settings after each change, newest first; the latest ${withCommas(MAX_VERSIONS)} are kept.`,
    }),
  }),
];

// Restores the settings that a webhook had in an earlier version.

export interface Restoring {
  id: string | null;
  version: number;
  expectedVersion: number | null;
  reason: string | null;
}

export interface Restored extends Partial<ShownSecrets> {
  webhook: WebhookRow;
  /** The settings that differ from the version: credentials, whose secrets no version has. */
  notRestored: string[];
}

async function restoreVersion(
  db: Db,
  viewer: Viewer,
  services: ChangeServices,
  { id, version, expectedVersion, reason }: Restoring,
): Promise<Restored> {
  const webhook = await webhookToChange(db, viewer, id);
  refuseOtherVersion(webhook, expectedVersion);
  const row = await findWebhookVersion(db, webhook.id, version);
  if (!row) {
    const message = `${webhook.name} has no version ${version}: it has ${Math.max(1, webhook.version - MAX_VERSIONS + 1)} to ${webhook.version}.`;
    throw new InputError([{ field: ['version'], code: 'NOT_FOUND', message }]);
  }
  const recorded: RecordedSettings = JSON.parse(row.settings);
  const act = { reason, details: { restoredVersion: version } };
  const changed = await changeSettings(db, viewer, services, webhook, givenSettings(recorded), act);
  const after = await recordedSettings(db, changed.webhook);
  return { ...changed, notRestored: differencesOf(after, recorded).map((each) => each.setting) };
}

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
  ...warnings,
});

const NOTHING = {
  webhook: null as WebhookRow | null,
  secret: null as string | null,
  publicKey: null as string | null,
  frappeSecret: null as string | null,
  notRestored: null as string[] | null,
  warnings: null as SettingWarning[] | null,
};

@Resolver(() => WebhookVersionType)
export class WebhookVersionResolver {
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
      return { ...NOTHING, ...restored, warnings: templateWarnings(restored.webhook) };
    });
  }
}
