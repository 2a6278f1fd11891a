import { Field, InputType } from 'type-graphql';
import { Reason, rejects } from '../../graphql/arguments/check-input';
import { REASON_RULE } from '../../text';
import { ClientCertificateInput, SecretHeaderInput } from '../api/credential.inputs';
import { WebhookWhere } from '../api/webhook-where.inputs';
import { MAX_WEBHOOKS } from './settings-document';

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
