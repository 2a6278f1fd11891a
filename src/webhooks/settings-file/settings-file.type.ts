import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Reason, rejects } from '../../graphql/arguments/check-input';
import { publishEnum } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { REASON_RULE } from '../../values/reason';
import { ClientCertificateInput, SecretHeaderInput } from '../api/credential.type';
import { WebhookType } from '../api/webhook.type';
import { WebhookWhere } from '../api/webhook-where.inputs';
import { SettingChangeType } from '../versions/api/webhook-version.resolver';
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

@InputType('ExportWebhooksInput', { description: 'The webhooks to export.' })
export class ExportWebhooksInput {
  @Field(() => WebhookWhere, {
    nullable: true,
    description: `The webhooks, at most ${MAX_WEBHOOKS}; archived ones are always left out. Default: all.`,
  })
  where?: WebhookWhere;
}

@InputType('WebhookSecretsInput', {
  description:
    'The secrets of one webhook of the document. Each is used if the webhook has none yet, or if the stored ' +
    'one may not be sent to the new host; otherwise the stored secret is kept.',
})
export class WebhookSecretsInput {
  @Field(() => String, { description: 'The name of the webhook in the document.' })
  webhookName: string;

  @Field(() => String, {
    nullable: true,
    description:
      'CREATED: as in CreateWebhookInput. Default, null: a random secret, if the provider lets us choose it.',
  })
  secret?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'CREATED: as in CreateWebhookInput. Default, null: a random secret.',
  })
  frappeSecret?: string | null;

  @Field(() => [SecretHeaderInput], {
    nullable: true,
    description: 'The values of `secretHeaders` of the document, by name, ignoring case; at most 20.',
  })
  secretHeaders?: SecretHeaderInput[] | null;

  @Field(() => String, { nullable: true, description: 'The password of `basicAuth`, at most 8,192 characters.' })
  basicAuthPassword?: string | null;

  @Field(() => String, { nullable: true, description: 'The client secret of `oauth2`, 1 to 8,192 characters.' })
  oauth2ClientSecret?: string | null;

  @Field(() => ClientCertificateInput, {
    nullable: true,
    description: 'The certificate of `clientCertificate`, whose subject must be that of the document, and its key.',
  })
  clientCertificate?: ClientCertificateInput | null;

  @Field(() => String, { nullable: true, description: 'The password of `proxy`, at most 8,192 characters.' })
  proxyPassword?: string | null;
}

const isToken = (value: unknown) => value === null || /^[0-9a-f]{64}$/.test(String(value));
const tokenMessage = () => 'plan is not that of a dry run: it has 64 hexadecimal digits.';
const isShort = (value: unknown) => value === null || (value as unknown[]).length <= MAX_WEBHOOKS;
const longMessage = (value: unknown) =>
  `secrets has ${(value as unknown[]).length} entries; at most ${MAX_WEBHOOKS} are allowed.`;

@InputType('ImportWebhooksInput', { description: 'A document with webhooks, and what to do with it.' })
export class ImportWebhooksInput {
  @Field(() => String, {
    description:
      `The text of a file that exportWebhooks made, possibly edited: at most 4 MiB in UTF-8 and ${MAX_WEBHOOKS} webhooks. A ` +
      'setting that is left out keeps its value; in a new webhook it has its default.',
  })
  document: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'true: changes nothing, and answers what the import would do. Default: false.',
  })
  dryRun: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'true: archives every webhook that the document does not contain, permanently. Default, false: these ' +
      'webhooks are not changed.',
  })
  archiveAbsent: boolean;

  @rejects('INVALID', 'token', isToken, tokenMessage)
  @Field(() => String, {
    nullable: true,
    description:
      'The `plan` of a dry run. If this import would do anything else, because the document or a webhook was ' +
      'changed since, the error is CONFLICT and nothing is changed. Default, null: any.',
  })
  plan?: string | null;

  @rejects('TOO_LARGE', 'short', isShort, longMessage)
  @Field(() => [WebhookSecretsInput], {
    nullable: true,
    description: `The secrets that webhooks need, at most ${MAX_WEBHOOKS} entries. Default, null: none.`,
  })
  secrets?: WebhookSecretsInput[] | null;

  @Reason({ nullable: true })
  @Field(() => String, {
    nullable: true,
    description: `The reason, which each entry of the audit trail contains: ${REASON_RULE} Default, null: none.`,
  })
  reason?: string | null;
}
