import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { SECRET_KINDS, type SecretKind } from '../../verification/claim';
import { SIGNATURE_SCHEMES, type SignatureScheme, WebhookEntity } from '../webhook.entity';

/** The kind of a secret that signs deliveries or verifies calls. */
const STORED_SECRET_KINDS = [...new Set([...SIGNATURE_SCHEMES, ...SECRET_KINDS])];
export type StoredSecretKind = SignatureScheme | SecretKind;

@Entity('webhook_secrets')
@Check('webhook_secrets_kind_check', oneOf('kind', STORED_SECRET_KINDS))
export class WebhookSecretEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Index('webhook_secrets_webhook_id_idx')
  @Column('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('text', { default: 'V1' })
  kind: StoredSecretKind;

  @Column('bytea', { nullable: true })
  publicKey: Buffer | null;

  @Column('text')
  kek: string;

  @Column('bytea')
  wrapped: Buffer;

  @Column('bytea')
  box: Buffer;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt: Date | null;
}
