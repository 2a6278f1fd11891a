import { IncomingAgreementResolver, WebhookAgreementResolver } from './api/agreement.resolver';
import { WebhookCredentialsResolver } from './api/credential.resolver';
import { SigningKeyResolver, SigningResolver } from './api/signing.resolver';
import { webhookLinkedFields } from './api/webhook.linked-fields';
import { WebhookResolver } from './api/webhook.resolver';
import { webhookSqlFields } from './api/webhook.sql-fields';
import { WebhookCredentialEntity } from './credentials/webhook-credential.entity';
import { ExpiringSecretsResolver } from './expiring/expiring-secrets.resolver';
import { IncomingAgreementEntity } from './incoming/incoming-agreement.entity';
import { IncomingTokenEntity } from './incoming/incoming-token.entity';
import { SettingsFileResolver } from './settings-file/settings-file.resolver';
import { WebhookSecretEntity } from './signing/webhook-secret.entity';
import { webhookVersionLinkedFields } from './versions/api/webhook-version.linked-fields';
import { WebhookVersionResolver } from './versions/api/webhook-version.resolver';
import { webhookVersionSqlFields } from './versions/api/webhook-version.sql-fields';
import { WebhookVersionEntity } from './versions/webhook-version.entity';
import { WebhookEntity } from './webhook.entity';
import { WebhookCircuitEntity } from './webhook-circuit.entity';
import { WebhookSlotEntity } from './webhook-slot.entity';

export const webhooks = {
  entities: [
    WebhookEntity,
    WebhookVersionEntity,
    WebhookSecretEntity,
    WebhookCredentialEntity,
    WebhookCircuitEntity,
    WebhookSlotEntity,
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
