import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('pending_sign_ins')
export class PendingSignInEntity {
  @PrimaryColumn('bytea', { name: 'token_hash', primaryKeyConstraintName: 'pending_sign_ins_pkey' })
  tokenHash: Buffer;

  @Column('text', { name: 'return_to' })
  returnTo: string;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
