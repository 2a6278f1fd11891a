import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { WebhookEntity } from '../webhook.entity';

export const CREDENTIAL_KINDS = ['HEADER', 'BASIC', 'OAUTH2', 'CERTIFICATE'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** How connections are made. These are no credentials for the partner, and stored beside them. */
export const CONNECTION_KINDS = ['PROXY', 'AUTHORITIES'] as const;
export type StoredKind = CredentialKind | (typeof CONNECTION_KINDS)[number];

/** A credential that is sent to the partner, or a proxy or list of authorities with which it is called. Its row is deleted when it is replaced or removed. */
@Entity('webhook_credentials')
@Check('webhook_credentials_kind_check', oneOf('kind', [...CREDENTIAL_KINDS, ...CONNECTION_KINDS]))
export class WebhookCredentialEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Index('webhook_credentials_webhook_id_idx')
  @Column('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('text')
  kind: StoredKind;

  /** JSON: the settings that are not secret. */
  @Column('text')
  settings: string;

  @Column('text')
  kek: string;

  @Column('bytea')
  wrapped: Buffer;

  @Column('bytea')
  box: Buffer;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;
}
