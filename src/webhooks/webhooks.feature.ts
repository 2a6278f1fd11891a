import { IncomingAgreementResolver, WebhookAgreementResolver } from './api/agreement.resolver';
import { WebhookCredentialsResolver } from './api/credential.resolver';
import { SigningKeyResolver, SigningResolver } from './api/signing.resolver';
import { WebhookResolver, webhookLinkedFields, webhookSqlFields } from './api/webhook.resolver';
import { WebhookCredentialEntity } from './credentials/webhook-credential.entity';
import { ExpiringSecretsResolver } from './expiring/expiring-secrets.resolver';
import { IncomingAgreementEntity } from './incoming/incoming-agreement.entity';
import { IncomingTokenEntity } from './incoming/incoming-token.entity';
import { SettingsFileResolver } from './settings-file/settings-file.resolver';
import { WebhookSecretEntity } from './signing/webhook-secret.entity';
import {
  WebhookVersionResolver,
  webhookVersionLinkedFields,
  webhookVersionSqlFields,
} from './versions/api/webhook-version.resolver';
import { WebhookVersionEntity } from './versions/webhook-version.entity';
import { WebhookEntity } from './webhook.entity';
import { WebhookCircuitEntity } from './webhook-circuit.entity';

export const webhooks = {
  entities: [
    WebhookEntity,
    WebhookVersionEntity,
    WebhookSecretEntity,
    WebhookCredentialEntity,
    WebhookCircuitEntity,
    IncomingAgreementEntity,
    IncomingTokenEntity,
  ],
  resolvers: [
    WebhookResolver,
    SigningResolver,
    SigningKeyResolver,
    WebhookCredentialsResolver,
    WebhookAgreementResolver,
    IncomingAgreementResolver,
    ExpiringSecretsResolver,
    WebhookVersionResolver,
    SettingsFileResolver,
  ],
  linkedFields: [...webhookLinkedFields, ...webhookVersionLinkedFields],
  sqlFields: [...webhookSqlFields, ...webhookVersionSqlFields],
};
