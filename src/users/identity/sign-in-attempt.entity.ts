import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('sign_in_attempts')
export class SignInAttemptEntity {
  @PrimaryColumn('bytea', { name: 'token_hash', primaryKeyConstraintName: 'sign_in_attempts_pkey' })
  tokenHash: Buffer;

  @Column('text', { name: 'return_to' })
  returnTo: string;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
