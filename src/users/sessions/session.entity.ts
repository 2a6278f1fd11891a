import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { ApiKeyEntity } from '../api-keys/api-key.entity';
import { UserEntity } from '../user.entity';

export const SESSION_METHODS = ['API_KEY', 'OPENID_CONNECT'] as const;
export type SessionMethod = (typeof SESSION_METHODS)[number];

export const SESSION_END_REASONS = ['SIGNED_OUT', 'REVOKED', 'REPLACED', 'TOO_MANY', 'PROVIDER'] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

@Entity('sessions')
@Index('sessions_user_id_idx', ['userId', 'id'])
@Unique('sessions_token_hash_key', ['tokenHash'])
@Check('sessions_method_check', oneOf('method', SESSION_METHODS))
@Check('sessions_ended_check', '(ended_at is null) = (end_reason is null)')
@Check('sessions_ended_by_check', 'ended_by is null or ended_at is not null')
export class SessionEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  userId: string;

  @Column('bytea')
  tokenHash: Buffer;

  @Column('text')
  method: SessionMethod;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => ApiKeyEntity)
  apiKeyId: string | null;

  @Column('text', { nullable: true })
  providerSession: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  providerTime: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  expiresAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  lastUsedAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  endedAt: Date | null;

  @Column('text', { nullable: true })
  endReason: SessionEndReason | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  endedBy: string | null;

  @Column('text', { nullable: true })
  remoteAddress: string | null;

  @Column('text', { nullable: true })
  userAgent: string | null;
}
