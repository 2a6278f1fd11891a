import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../../viewer';
import { UserEntity } from '../user.entity';

@Entity('api_keys')
@Unique('api_keys_key_id_key', ['keyId'])
@Unique('api_keys_token_hash_key', ['tokenHash'])
@Check('api_keys_revoked_check', 'revoked_by is null or revoked_at is not null')
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' })
  id: string;

  @Index('api_keys_user_id_idx')
  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'api_keys_user_id_fkey' })
  user: UserEntity;

  @Column('text')
  label: string;

  @Column('text', { name: 'key_id' })
  keyId: string;

  @Column('bytea', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column('text', { array: true, nullable: true })
  roles: Role[] | null;

  @Column('text', { array: true, nullable: true })
  networks: string[] | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt: Date | null;

  @Column('uuid', { name: 'revoked_by', nullable: true })
  revokedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'revoked_by', foreignKeyConstraintName: 'api_keys_revoked_by_fkey' })
  revoker: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', precision: 3, nullable: true })
  lastUsedAt: Date | null;

  @Column('smallint', { name: 'expiry_notice_days', nullable: true })
  expiryNoticeDays: number | null;
}
