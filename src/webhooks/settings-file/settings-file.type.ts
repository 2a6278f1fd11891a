import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { WebhookType } from '../api/webhook.type';
import { SettingChangeType } from '../versions/api/webhook-version.type';
import type { WebhookRow } from '../webhook.store';
import { IMPORT_ACTIONS, type ImportAction } from './import-plan';
import { MAX_WEBHOOKS } from './settings-document';

const ImportActionEnum = publishEnum('WebhookImportAction', IMPORT_ACTIONS, 'What an import does with a webhook.', {
  CREATED: { description: 'No webhook has this name: one is created, and is active at once.' },
  UPDATED: { description: 'Settings differ: the webhook gets those of the document, as a new version.' },
  UNCHANGED: { description: 'The webhook already has the settings of the document.' },
  ARCHIVED: { description: 'The document does not contain the webhook, and `archiveAbsent` is true.' },
});

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('WebhookFile', { simpleResolvers: true, description: 'The settings of webhooks as a file.' })
export class WebhookFileType {
  @Field(() => String, {
    description:
      'The file: JSON on several lines, in UTF-8, with the webhooks in the order of their names. Equal settings ' +
      'give equal text. It contains no secret, no id and no time.',
  })
  text: string;

  @Field(() => String, { description: 'SHA-256 of the text: 64 hexadecimal digits. The audit trail contains it.' })
  sha256: string;

  @Field(() => Int, { description: `The number of webhooks in the file, at most ${MAX_WEBHOOKS}.` })
  webhookCount: number;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('WebhookImport', {
  simpleResolvers: true,
  description: 'What an import did with a webhook, or, in a dry run, would do.',
})
export class WebhookImportType {
  @Field(() => String, { description: 'The name of the webhook, which identifies it in the document.' })
  name: string;

  @Field(() => ImportActionEnum, { description: 'What the import does with the webhook.' })
  action: ImportAction;

  @Field(() => WebhookType, {
    nullable: true,
    description: 'The webhook after the import; in a dry run as it is, and null where it would be created.',
  })
  webhook: WebhookRow | null;

  @Field(() => [SettingChangeType], {
    description:
      'The settings that differ, at most 30, by name; of a new webhook all that are not null. `url` is shown as ' +
      '`Webhook.url` is; in a dry run, new secrets have no fingerprint.',
  })
  changes: unknown[];

  @Field(() => [String], {
    description:
      'The given `secrets` that are not used, at most 30, such as `basicAuthPassword`: the webhook has this ' +
      'secret already, and it is kept. updateWebhook and rotateWebhookSecret replace secrets.',
  })
  unusedSecrets: string[];

  @Field(() => Boolean, {
    description:
      'INCOMING, CREATED: whether the webhook refuses all calls until rotateWebhookSecret sets the secret that ' +
      'the provider issues.',
  })
  secretMissing: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The new secret of V1, or of an INCOMING webhook, if it was generated. It is shown only here.',
  })
  secret: string | null;

  @Field(() => String, { nullable: true, description: 'The new public key of V1A, `whpk_...`.' })
  publicKey: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The new secret of FRAPPE, if it was generated. It is shown only here.',
  })
  frappeSecret: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'INCOMING, CREATED: the token at the end of the address, `in_...`. It is shown only here.',
  })
  token: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'INCOMING, CREATED: the address to give to the partner. It is shown only here.',
  })
  address: string | null;
}
