import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
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
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'sessions_user_id_fkey' })
  user: UserEntity;

  @Column('bytea', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column('text')
  method: SessionMethod;

  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId: string | null;

  @ManyToOne(() => ApiKeyEntity)
  @JoinColumn({ name: 'api_key_id', foreignKeyConstraintName: 'sessions_api_key_id_fkey' })
  apiKey: ApiKeyEntity | null;

  @Column('text', { name: 'provider_session', nullable: true })
  providerSession: string | null;

  @Column({ type: 'timestamptz', name: 'provider_time', precision: 3, nullable: true })
  providerTime: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;

  @Column({ type: 'timestamptz', name: 'last_used_at', precision: 3 })
  lastUsedAt: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true })
  endedAt: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason: SessionEndReason | null;

  @Column('uuid', { name: 'ended_by', nullable: true })
  endedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'ended_by', foreignKeyConstraintName: 'sessions_ended_by_fkey' })
  ender: UserEntity | null;

  @Column('text', { name: 'remote_address', nullable: true })
  remoteAddress: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;
}
