import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../../access/viewer';
import { UserEntity } from '../user.entity';

@Entity('api_keys')
@Unique('api_keys_key_id_key', ['keyId'])
@Unique('api_keys_token_hash_key', ['tokenHash'])
@Check('api_keys_revoked_check', 'revoked_by is null or revoked_at is not null')
export class ApiKeyEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Index('api_keys_user_id_idx')
  @Column('uuid')
  @ForeignKey(() => UserEntity)
  userId: string;

  @Column('text')
  label: string;

  @Column('text')
  keyId: string;

  @Column('bytea')
  tokenHash: Buffer;

  @Column('text', { array: true, nullable: true })
  roles: Role[] | null;

  @Column('text', { array: true, nullable: true })
  networks: string[] | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  revokedAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  revokedBy: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt: Date | null;

  @Column('smallint', { nullable: true })
  expiryNoticeDays: number | null;
}
